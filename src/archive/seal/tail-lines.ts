import type { ArchivedLine } from "../../core/archived-line.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { Conflict } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { isInSpan } from "../span.ts";
import type { TailObject } from "../tail.ts";
import { type Conflicting, settleConflicts } from "./conflicts.ts";
import type { LineInput } from "./input-lines.ts";
import { judgeLines } from "./judged-lines.ts";

/**
 * Calls `visit` for each line of one stream's tail that a seal would keep, with its leaf hash; resolves with the ids
 * that are in conflict by it. `plans` are the complete ones of the stream. Rejects with `IoError`.
 */
export async function eachTailLine(
  store: ObjectStore,
  plans: readonly SealedPlan[],
  tail: readonly TailObject[],
  visit: (line: ArchivedLine, hash: string) => void,
): Promise<readonly Conflict[]> {
  const inputs = tail
    .filter(({ unsealed }) => unsealed.length > 0)
    .map(({ object, unsealed }): LineInput => {
      const takes = new Set(unsealed);
      return { name: object.name, sizeBytes: object.sizeBytes, takes: (hour) => takes.has(hour) };
    });
  const hours = new Set(tail.flatMap(({ unsealed }) => unsealed));
  const earlier = plans
    .filter(({ span }) => hours.values().some((hour) => isInSpan(span, hour)))
    .flatMap(({ manifest }) => manifest.outputs);
  const conflicting: Conflicting = new Map();
  const { signal } = new AbortController();
  await judgeLines(
    { store, inputs, earlier, signal },
    (line, hash, verdict) => {
      if (verdict === "conflict") conflicting.set(line.meta.id, (conflicting.get(line.meta.id) ?? 0) + 1);
      if (verdict !== "duplicate") visit(line, hash);
    },
    () => Promise.resolve(),
  );
  const settled = await settleConflicts(store, inputs, earlier, conflicting, () => []);
  return settled.map(({ id, variants, standing, log }) => ({ id, variants, standing, log }));
}
