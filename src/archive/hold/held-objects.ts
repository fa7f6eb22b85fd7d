import type { ObjectStore } from "../../core/object-store.ts";
import { digestPrefix, KEY_PREFIX } from "../digest/digest-name.ts";
import { isOver, type LineSpan, mayHold } from "../find.ts";
import { listLineObjects, vaultLines } from "../line-object.ts";
import { filesOf } from "../manifest.ts";
import { eachSealedPlan } from "../plan-list.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import type { HoldRecord } from "./hold-record.ts";

export function spanOfHold({ since, until }: Pick<HoldRecord, "since" | "until">): LineSpan {
  return {
    sinceMs: since === null ? null : Date.parse(since),
    untilMs: until === null ? null : Date.parse(until),
  };
}

/**
 * What is sealed of a span, by plans: the names of their objects in the vault. Plans with lines of another span among
 * `others` are left out. Rejects with `IoError`.
 */
export async function* objectsOfSpan(
  store: ObjectStore,
  span: LineSpan,
  others: readonly LineSpan[] = [],
): AsyncIterable<{ readonly stream: string; readonly names: readonly string[] }> {
  for await (const plan of eachSealedPlan(store, (first, last) => mayHold(first, last, span))) {
    if (plan.isRecord || !hasLinesOf(store, plan, span)) continue;
    if (others.some((other) => hasLinesOf(store, plan, other))) continue;
    const files = filesOf(plan.manifest.outputs).map(({ name }) => name);
    yield { stream: plan.span.stream, names: [plan.name, ...files] };
  }
}

/** What proves all that is sealed of these streams: digests with their signatures, and the public keys. */
export async function proofsOf(store: ObjectStore, streams: Iterable<string>): Promise<string[]> {
  const names: string[] = [];
  for (const prefix of [KEY_PREFIX, ...[...streams].toSorted().map(digestPrefix)]) {
    for await (const { name } of store.list(prefix)) names.push(name);
  }
  return names;
}

/** How many write-ahead objects have lines of the span that are not sealed: there is nothing to hold them by yet. */
export async function countUnsealed(store: ObjectStore, span: LineSpan): Promise<number> {
  let count = 0;
  for await (const object of listLineObjects(store, (first, last) => mayHold(first, last, span))) {
    if (object.sealed === null) count += 1;
  }
  return count;
}

function hasLinesOf(store: ObjectStore, plan: SealedPlan, span: LineSpan): boolean {
  return vaultLines(store, plan).some(
    (object) => mayHold(object.firstHour, object.lastHour, span) && !isOver(object, span),
  );
}
