import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { openOutputToReadOn } from "../../archive/vault-reader.ts";
import { eachLine } from "../../archive/wal-reader.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import { leafHash } from "../../core/identity.ts";
import type { ObjectStore } from "../../core/object-store.ts";

export interface VaultVisitor {
  line(line: ArchivedLine, hash: string): void;
  /** All lines of the segment were visited. */
  endSegment(number: number): Promise<void> | void;
  /** So many stored bytes more are done with. */
  bytes(count: number): void;
}

/** Visits every line that a plan has sealed, in the order of its segments. Rejects with `IoError`. */
export async function eachSealedLine(
  store: ObjectStore,
  { manifest }: SealedPlan,
  visitor: VaultVisitor,
): Promise<void> {
  for (const output of manifest.outputs) {
    const segment = await openOutputToReadOn(store, output);
    for (const block of segment.blocks) {
      await eachLine(output.lines, segment, block, (line) => {
        visitor.line(line, leafHash(line.buffer, line.start, line.end));
      });
      visitor.bytes(block.lines.storedBytes + block.meta.storedBytes);
    }
    await visitor.endSegment(output.number);
  }
}

/** Stored bytes of what it visits. */
export function sealedBytes(plans: readonly SealedPlan[]): number {
  return plans
    .flatMap(({ manifest }) => manifest.outputs)
    .reduce((sum, { lines, meta }) => sum + lines.size_bytes + meta.size_bytes, 0);
}
