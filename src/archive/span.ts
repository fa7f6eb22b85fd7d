import { dayName, hourOf, UNDATED_HOUR } from "../core/hour.ts";
import { DAY_HOURS, HOUR_MS } from "../core/units.ts";

/** Filing hours of one stream that are sealed together. */
export interface Span {
  readonly stream: string;
  /** `YYYY-MM-DD`, or `undated`. */
  readonly day: string;
  /** In hours since 1970. */
  readonly firstHour: number;
  /** How many, never beyond the day. */
  readonly hours: number;
}

/** All spans of a day have one of these lengths, in hours; the day is cut into equal ones. */
export const SPAN_HOURS = [1, 2, 3, 4, 6, 8, 12, 24] as const;

export type SpanHours = (typeof SPAN_HOURS)[number];

/** Lines without any time have a day of their own, of one hour. */
export const UNDATED_DAY = "undated";

/** The day of a filing hour, in UTC. */
export function dayOfHour(hour: number): string {
  return hour === UNDATED_HOUR ? UNDATED_DAY : dayName(hour * HOUR_MS);
}

/** The span of the filing hour, where those of its day are so long. */
export function spanOfHour(stream: string, hour: number, hours: SpanHours): Span {
  const day = dayOfHour(hour);
  if (hour === UNDATED_HOUR) return { stream, day, firstHour: hour, hours: 1 };
  const hourOfDay = hour % DAY_HOURS;
  return { stream, day, firstHour: hour - (hourOfDay % hours), hours };
}

/** The hour that the folder of a span names; NaN for a day that no calendar has. */
export function firstHourOf({ day, hourOfDay }: { readonly day: string; readonly hourOfDay: number }): number {
  return day === UNDATED_DAY ? UNDATED_HOUR : hourOf(Date.parse(day)) + hourOfDay;
}

/** True for hours that `spanOfHour` may give. */
export function isSpan({ firstHour, hours }: Pick<Span, "firstHour" | "hours">): boolean {
  if (firstHour === UNDATED_HOUR) return hours === 1;
  return (SPAN_HOURS as readonly number[]).includes(hours) && (firstHour % DAY_HOURS) % hours === 0;
}

export function isInSpan({ firstHour, hours }: Pick<Span, "firstHour" | "hours">, hour: number): boolean {
  return hour >= firstHour && hour < firstHour + hours;
}
