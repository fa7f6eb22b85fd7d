import { isSealed, type Sealing } from "../books/sealing.ts";
import type { TailFacts } from "../tail-facts.ts";
import type { DayBooks } from "./day-book.ts";

/** How far an archive is with a day. */
export interface DayState {
  /** Lines of all streams, an id with each of its variants: never fewer as time goes on, since an archive only grows. */
  readonly lines: number;
  readonly isSealed: boolean;
}

/** Lines of all streams that are filed before a day, in days since 1970. */
export function linesBefore(days: DayBooks, tails: readonly TailFacts[], day: number): number {
  const all = new Set([...days.keys(), ...tails.flatMap((tail) => [...tail.days.keys()])]);
  return [...all].filter((each) => each < day).reduce((sum, each) => sum + linesOf(days, tails, each), 0);
}

/** `day` in days since 1970. A seal takes no line away and adds none. */
export function dayStateOf(days: DayBooks, tails: readonly TailFacts[], sealing: Sealing, day: number): DayState {
  return {
    lines: linesOf(days, tails, day),
    isSealed: isSealed(sealing, { period: "daily", fromDay: day, toDay: day + 1 }),
  };
}

function linesOf(days: DayBooks, tails: readonly TailFacts[], day: number): number {
  const sealed = (days.get(day) ?? []).flatMap(({ plans }) => plans.map(({ manifest }) => manifest.lines));
  const unsealed = tails.map((tail) => tail.days.get(day) ?? 0);
  return [...sealed, ...unsealed].reduce((sum, lines) => sum + lines, 0);
}
