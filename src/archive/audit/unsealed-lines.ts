import { hourOfId, leafHash } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { ID_WORDS } from "../../segment/meta.ts";
import type { TailObject } from "../tail.ts";
import { eachLine, openWalObject } from "../wal-reader.ts";
import type { VaultVisitor } from "./vault-lines.ts";

/**
 * Visits the lines of some hours that no plan has sealed, copies too, in the order in which a seal would take them. Of
 * blocks without such lines only the ids are read. Rejects with `IoError`.
 */
export async function eachUnsealedLine(
  store: ObjectStore,
  { object, unsealed }: TailObject,
  takes: (hour: number) => boolean,
  visitor: VaultVisitor,
): Promise<void> {
  const hours = new Set(unsealed.filter(takes));
  if (hours.size === 0) return;
  const segment = await openWalObject(store, object);
  for (const block of segment.blocks) {
    const ids = await segment.readIds(block);
    if (!ids.some((word, at) => at % ID_WORDS === 0 && hours.has(word >>> 0))) continue;
    await eachLine(object, segment, block, (line) => {
      if (hours.has(hourOfId(line.meta.id))) visitor.line(line, leafHash(line.buffer, line.start, line.end));
    });
    visitor.bytes(block.lines.storedBytes + block.meta.storedBytes);
  }
}
