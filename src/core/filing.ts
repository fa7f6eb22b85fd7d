import { hourOf, UNDATED_HOUR } from "./hour.ts";
import { HOUR_MS } from "./units.ts";

/** A time further ahead of the publish time is not believed for filing. */
const MOST_AHEAD_MS = HOUR_MS;

export interface Filing {
  /** Filing hour in hours since 1970. */
  readonly hour: number;
  /** True where the line's own time is more than an hour after its publish time. */
  readonly isFuture: boolean;
}

/** Where a line is filed: by its own time and the publish time that the server gave it, never by a clock (I9). */
export function fileUnder(timeMs: number | null, publishedAtMs: number | null): Filing {
  if (timeMs === null) return { hour: publishedAtMs === null ? UNDATED_HOUR : hourOf(publishedAtMs), isFuture: false };
  if (publishedAtMs !== null && timeMs > publishedAtMs + MOST_AHEAD_MS) {
    return { hour: hourOf(publishedAtMs), isFuture: true };
  }
  return { hour: hourOf(timeMs), isFuture: false };
}
