import type { ObjectStore } from "../core/object-store.ts";
import { type LineObject, unsealedLines, vaultLines, walLines } from "./line-object.ts";
import { eachSealedPlan, type IsWanted } from "./plan-list.ts";
import { createSealedInputs } from "./sealed-inputs.ts";
import { hoursOf } from "./tail.ts";
import { parseWalName, type WalName } from "./wal-name.ts";
import { listWal, type WalObject } from "./wal-reader.ts";

/** The lines of a run, and those that were there before and may be the same. */
export interface RunLines {
  readonly earlier: readonly LineObject[];
  readonly newer: readonly LineObject[];
}

/** A run, as it is to be looked back on. */
export interface Run {
  readonly writer: string;
  /** Objects that it has written. */
  readonly objects: number;
  /** Writers whose lines do not count as there before. */
  readonly later: ReadonlySet<string>;
}

/** An object of more hours than these is read to learn which they are: one stray line must not open the whole vault. */
const MOST_HOURS_TAKEN = 24;

/**
 * Finds where the lines of a run lie, and those of the same hours that came before it: in the vault, or where a plan has
 * mixed them with lines of the run, in the write-ahead objects that it was made of. Null where some of these have been
 * removed already, or the signal aborts: then nobody can tell any more. Rejects with `IoError`.
 */
export async function findRunLines(store: ObjectStore, run: Run, signal: AbortSignal): Promise<RunLines | null> {
  const newer: WalObject[] = [];
  const others: WalObject[] = [];
  for await (const object of listWal(store, null)) {
    if (signal.aborted) return null;
    if (object.writer === run.writer) newer.push(object);
    else if (isEarlier(object, run)) others.push(object);
  }
  if (newer.length < run.objects) return null;
  const isWanted = among(await hoursOfAll(store, newer));
  const before = others.filter(({ firstHour, lastHour }) => isWanted(firstHour, lastHour));
  const earlier = await findEarlier(store, run, before, isWanted, signal);
  return earlier === null ? null : { earlier, newer: newer.map((object) => walLines(store, object)) };
}

/** Where the lines lie that came before: segments of the vault, then what `before` alone holds. */
async function findEarlier(
  store: ObjectStore,
  run: Run,
  before: readonly WalObject[],
  isWanted: IsWanted,
  signal: AbortSignal,
): Promise<LineObject[] | null> {
  const sealed: LineObject[] = [];
  const sealedInputs = createSealedInputs(before);
  const isThere = new Set(before.map(({ name }) => name));
  let mixedSpan = "";
  for await (const plan of eachSealedPlan(store, isWanted)) {
    if (signal.aborted) return null;
    const { stream, firstHour } = plan.span;
    const span = `${stream} ${firstHour}`;
    const inputs = plan.manifest.inputs.flatMap(({ name }) => namedInput(name));
    // What was sealed after that lacks lines which this plan has: neither tells what was there before the run.
    if (inputs.some((input) => !isEarlier(input, run))) mixedSpan = span;
    if (span === mixedSpan) {
      const needed = inputs.filter((input) => isEarlier(input, run) && isWanted(input.firstHour, input.lastHour));
      if (needed.some(({ name }) => !isThere.has(name))) return null;
      continue;
    }
    sealedInputs.add(plan);
    sealed.push(...vaultLines(store, plan));
  }
  return [...sealed, ...unsealedLines(store, before, sealedInputs, isWanted)];
}

function namedInput(name: string): Pick<WalObject, keyof WalName | "name">[] {
  const parsed = parseWalName(name);
  return parsed === null ? [] : [{ ...parsed, name }];
}

function isEarlier({ writer }: Pick<WalName, "writer">, run: Run): boolean {
  return writer !== run.writer && !run.later.has(writer);
}

/** In order, each once. Rejects with `IoError`. */
async function hoursOfAll(store: ObjectStore, objects: readonly WalObject[]): Promise<number[]> {
  const all = new Set<number>();
  for (const object of objects) {
    const { firstHour, lastHour } = object;
    const most = lastHour - firstHour + 1;
    const hours =
      most > MOST_HOURS_TAKEN
        ? await hoursOf(store, object)
        : Array.from({ length: most }, (_, index) => firstHour + index);
    for (const hour of hours) all.add(hour);
  }
  return [...all].toSorted((a, b) => a - b);
}

/** Says whether one of these hours, which are in order, is among those from the first to the last. */
function among(hours: readonly number[]): IsWanted {
  return (firstHour, lastHour) => {
    let low = 0;
    let high = hours.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((hours[middle] ?? 0) < firstHour) low = middle + 1;
      else high = middle;
    }
    return (hours[low] ?? Number.POSITIVE_INFINITY) <= lastHour;
  };
}
