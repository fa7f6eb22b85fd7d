import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { dayName } from "../../core/hour.ts";
import { DAY_MS, HOUR_MS } from "../../core/units.ts";
import type { StreamBook } from "../books/stream-book.ts";
import { dayOfId, type TailFacts } from "../tail-facts.ts";

/** What there is of one stream on one day. */
export interface StreamDay {
  readonly stream: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Plans that added lines, in order. */
  readonly plans: readonly SealedPlan[];
  readonly hasTail: boolean;
  /** True where a line that is not sealed is another variant of one that is there. */
  readonly hasTailConflict: boolean;
}

/** A day, in days since 1970, with every stream that has lines on it; lines of that day count on no other. */
export type DayBooks = ReadonlyMap<number, readonly StreamDay[]>;

export function dayBooks(books: readonly StreamBook[], tails: readonly TailFacts[]): DayBooks {
  const days = new Map<number, StreamDay[]>();
  for (const { stream, plans } of books) {
    const tail = tails.find((each) => each.stream === stream);
    const conflicts = new Set(tail?.conflicts.map(({ id }) => dayOfId(id)));
    const plansOfDays = Map.groupBy(
      plans.filter(({ isRecord }) => !isRecord),
      ({ span }) => dayOfHours(span.firstHour),
    );
    for (const day of new Set([...plansOfDays.keys(), ...(tail?.days.keys() ?? [])])) {
      const known = days.get(day) ?? [];
      days.set(day, known);
      known.push({
        stream,
        day: dayName(day * DAY_MS),
        plans: plansOfDays.get(day) ?? [],
        hasTail: tail?.days.has(day) === true,
        hasTailConflict: conflicts.has(day),
      });
    }
  }
  return days;
}

function dayOfHours(hour: number): number {
  return Math.floor((hour * HOUR_MS) / DAY_MS);
}
