import type { ArchivedLine } from "../../core/archived-line.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { ID_WORDS } from "../../segment/meta.ts";
import type { PlanOutput } from "../manifest.ts";
import { openOutputToReadOn } from "../vault-reader.ts";
import { eachLine } from "../wal-reader.ts";

/**
 * Calls `visit` for each line of the vault whose id is wanted. Of blocks without such lines only the ids are read.
 * Rejects with `IoError`.
 */
export async function eachKeptLine(
  store: ObjectStore,
  outputs: readonly PlanOutput[],
  isWanted: (ids: Int32Array, at: number) => boolean,
  visit: (line: ArchivedLine) => void,
): Promise<void> {
  for (const output of outputs) {
    const segment = await openOutputToReadOn(store, output);
    for (const block of segment.blocks) {
      const ids = await segment.readIds(block);
      const rows = new Set<number>();
      for (let at = 0; at < ids.length; at += ID_WORDS) {
        if (isWanted(ids, at)) rows.add(block.lines.firstRow + at / ID_WORDS);
      }
      if (rows.size === 0) continue;
      await eachLine(output.lines, segment, block, (line) => {
        if (rows.has(line.row)) visit(line);
      });
    }
  }
}
