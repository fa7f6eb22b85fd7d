import { hourText, UNDATED_HOUR } from "../../core/hour.ts";
import { DAY_HOURS, HOUR_MS } from "../../core/units.ts";
import type { PeriodSpan } from "../period.ts";
import type { StreamBook } from "./stream-book.ts";

/** How far the hours of an archive are sealed. */
export interface Sealing {
  readonly isAnythingSealed: boolean;
  /** Hours that have lines which are not sealed, in any stream; the undated one aside. */
  readonly openHours: readonly number[];
  /** Hours before it have passed, with the time that late lines get. */
  readonly dueThrough: number;
}

/** `nowMs` and `latenessMs` say which hours are due; hours are those since 1970. */
export function sealingOf(books: readonly StreamBook[], nowMs: number, latenessMs: number): Sealing {
  const open = books.flatMap(({ tail }) => tail.flatMap(({ unsealed }) => unsealed));
  return {
    isAnythingSealed: books.some(({ plans }) => plans.some(({ isRecord }) => !isRecord)),
    openHours: [...new Set(open)].filter((hour) => hour !== UNDATED_HOUR),
    dueThrough: Math.floor((nowMs - latenessMs) / HOUR_MS),
  };
}

/** True where every hour of the span is sealed. A sealed span may still change by lines that come later. */
export function isSealed({ isAnythingSealed, openHours, dueThrough }: Sealing, span: PeriodSpan): boolean {
  const [from, to] = [span.fromDay * DAY_HOURS, span.toDay * DAY_HOURS];
  return isAnythingSealed && to <= dueThrough && !openHours.some((hour) => hour >= from && hour < to);
}

/**
 * Up to where everything is sealed, RFC 3339; null where nothing is. `newestHour` is the newest filed one: nothing is
 * known beyond its day.
 */
export function sealedThrough(sealing: Sealing, newestHour: number | null): string | null {
  if (!sealing.isAnythingSealed || newestHour === null) return null;
  const dayEnd = (Math.floor(newestHour / DAY_HOURS) + 1) * DAY_HOURS;
  return hourText(Math.min(...sealing.openHours, sealing.dueThrough, dayEnd));
}
