import { UsageError } from "../../core/fault.ts";
import { DAY_MS, HOUR_MS } from "../../core/units.ts";

/** Half-open span in milliseconds since 1970; what is missing is open. */
export interface TimeSpan {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Throws `UsageError` for a span in which nothing can lie: that nothing is wrong in it would prove nothing. */
export function checkSpan({ since, until }: TimeSpan, what: string): void {
  if (since === undefined || until === undefined || since < until) return;
  throw new UsageError(
    `${what} from ${timeText(since)} to ${timeText(until)}: --until is not later than --since, so that nothing lies ` +
      "between them (hint: --until is the first moment that is left out)",
  );
}

export function isBordered({ since, until }: TimeSpan): boolean {
  return since !== undefined || until !== undefined;
}

/** Hours that overlap the span; one without time is in none that has a border. */
export function hoursBetween({ since, until }: TimeSpan): (hour: number) => boolean {
  if (since === undefined && until === undefined) return () => true;
  return (hour) =>
    hour > 0 &&
    (since === undefined || (hour + 1) * HOUR_MS > since) &&
    (until === undefined || hour * HOUR_MS < until);
}

/** Whether any hour from the first to the last overlaps the span. */
export function hoursOverlap({ since, until }: TimeSpan): (firstHour: number, lastHour: number) => boolean {
  if (since === undefined && until === undefined) return () => true;
  return (firstHour, lastHour) =>
    lastHour > 0 &&
    (since === undefined || (lastHour + 1) * HOUR_MS > since) &&
    (until === undefined || firstHour * HOUR_MS < until);
}

/** Days that overlap the span; what has no time is in none that has a border. */
export function daysBetween({ since, until }: TimeSpan): (day: string) => boolean {
  if (since === undefined && until === undefined) return () => true;
  return (day) => {
    const startMs = Date.parse(day);
    return (since === undefined || startMs + DAY_MS > since) && startMs < (until ?? Number.POSITIVE_INFINITY);
  };
}

function timeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
