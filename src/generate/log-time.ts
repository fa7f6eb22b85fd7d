import { HOUR_MS, SECOND_MS } from "../core/units.ts";

/** RFC 3339 with milliseconds, as Rails writes it. */
export function railsTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Go's loggers here know no fractions: `2020-12-22T09:30:00Z`. */
export function goTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** The same second by a clock five hours behind. */
export function localTime(timeMs: number): string {
  return `${new Date(timeMs - 5 * HOUR_MS).toISOString().slice(0, 19)}-05:00`;
}

/** The whole second that `goTime` shows. */
export function wholeSecond(timeMs: number): number {
  return timeMs - (timeMs % SECOND_MS);
}
