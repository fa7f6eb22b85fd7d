import { UsageError } from "../core/fault.ts";
import { dayName } from "../core/hour.ts";
import { DAY_MS } from "../core/units.ts";

export const PERIODS = ["all", "28d", "7d", "daily"] as const;

export type PeriodName = (typeof PERIODS)[number];

/** A span that is counted, in days since 1970, half open. */
export interface PeriodSpan {
  readonly period: PeriodName;
  readonly fromDay: number;
  readonly toDay: number;
}

/** No valid time is older than the year 2000. */
const FIRST_DAY = Date.UTC(2000, 0, 1) / DAY_MS;

/** `asOf` is `YYYY-MM-DD`, exclusive; throws `UsageError` where it is no day. `daily` goes back `days`. */
export function periodSpans(periods: readonly PeriodName[], days: number, asOf: string): PeriodSpan[] {
  const end = dayNumber(asOf);
  return [...new Set(periods)].flatMap((period): PeriodSpan[] => {
    if (period === "all") return [{ period, fromDay: FIRST_DAY, toDay: end }];
    if (period === "28d") return [{ period, fromDay: end - 28, toDay: end }];
    if (period === "7d") return [{ period, fromDay: end - 7, toDay: end }];
    return Array.from({ length: days }, (_, ago) => ({ period, fromDay: end - ago - 1, toDay: end - ago }));
  });
}

/** The days that are in any of the spans. */
export function daysOf(spans: readonly PeriodSpan[], days: Iterable<number>): number[] {
  return [...days].filter((day) => spans.some(({ fromDay, toDay }) => day >= fromDay && day < toDay));
}

/** RFC 3339, the start of a day. */
export function midnight(day: number): string {
  return `${dayName(day * DAY_MS)}T00:00:00Z`;
}

/** Days since 1970. */
function dayNumber(day: string): number {
  const timeMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(timeMs) || dayName(timeMs) !== day) {
    throw new UsageError(`read as-of day "${day}": not a day (write YYYY-MM-DD)`);
  }
  return timeMs / DAY_MS;
}
