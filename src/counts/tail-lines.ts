import type { Conflict } from "../archive/manifest.ts";
import type { SealedPlan } from "../archive/sealed-plan.ts";
import { isInSpan } from "../archive/span.ts";
import type { TailObject } from "../archive/tail.ts";
import { eachLine, openWalObject } from "../archive/wal-reader.ts";
import type { ArchivedLine } from "../core/archived-line.ts";
import { hourOfId, leafHash } from "../core/identity.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { eachSealedLine } from "./facts/sealed-lines.ts";

/** STAND-IN for src/archive/seal/tail-lines.ts, to be deleted with its arrival: holds all ids in memory. */
export async function eachTailLine(
  store: ObjectStore,
  plans: readonly SealedPlan[],
  tail: readonly TailObject[],
  visit: (line: ArchivedLine, hash: string) => void,
): Promise<readonly Conflict[]> {
  const variants = new Map<string, Set<string>>();
  const touched = new Set<string>();
  const hours = new Set(tail.flatMap(({ unsealed }) => unsealed));
  const isNew = (id: string, hash: string): boolean => {
    const known = variants.get(id) ?? new Set();
    variants.set(id, known);
    return known.size < known.add(hash).size;
  };
  for (const plan of plans.filter(({ span }) => [...hours].some((hour) => isInSpan(span, hour)))) {
    await eachSealedLine(store, plan, {
      line: ({ meta }, hash) => void isNew(meta.id, hash),
      endSegment: () => {},
      bytes: () => {},
    });
  }
  for (const { object, unsealed } of tail) {
    const segment = await openWalObject(store, object);
    for (const block of segment.blocks) {
      await eachLine(object, segment, block, (line) => {
        const { id } = line.meta;
        if (!unsealed.includes(hourOfId(id))) return;
        const hash = leafHash(line.buffer, line.start, line.end);
        if (!isNew(id, hash)) return;
        touched.add(id);
        visit(line, hash);
      });
    }
  }
  return [...touched].toSorted().flatMap((id) => {
    const found = [...(variants.get(id) ?? [])].toSorted();
    return found.length < 2 ? [] : [{ id, variants: found.length, standing: found[0] ?? "" }];
  });
}
