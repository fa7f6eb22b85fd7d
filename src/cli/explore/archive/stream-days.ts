import { parseHourText } from "../../../archive/hour-text.ts";
import { filesOf } from "../../../archive/manifest.ts";
import type { SealedPlan } from "../../../archive/sealed-plan.ts";
import { dayOfHour, UNDATED_DAY } from "../../../archive/span.ts";
import { DAY_HOURS } from "../../../core/units.ts";
import type { StreamBook } from "../../../counts/books/stream-book.ts";
import type { DayAnswer, HourState } from "../../../explorer/archive-answers.ts";
import { isInMonth, type Month } from "./month.ts";

interface DayOptions {
  readonly month: Month;
  /** The manifests that a signed digest names; null where no digest is to be trusted. */
  readonly signed: { has(manifest: string): boolean } | null;
  /** Hours of which something is missing, and those of which something is not as it was written. */
  readonly missing: readonly number[];
  readonly altered: readonly number[];
}

interface HourSum {
  lines: number;
  revisions: number;
  isOpen: boolean;
  isAltered: boolean;
  isMissing: boolean;
}

type DaySum = { hours: HourSum[]; openObjects: Set<string> } & {
  -readonly [Key in "lines" | "raw_bytes" | "stored_bytes" | "quarantined" | "objects" | "not_signed"]: DayAnswer[Key];
};

/** The days of a month that a stream has something of, in order, and the one of lines without time. */
export function streamDays({ plans, tail }: StreamBook, { month, signed, missing, altered }: DayOptions): DayAnswer[] {
  const days = new Map<string, DaySum>();
  const at = (hour: number): { readonly day: DaySum; readonly hour: HourSum } | null => {
    if (!isInMonth(month, hour, hour)) return null;
    const name = dayOfHour(hour);
    const day = days.get(name) ?? emptyDay(name);
    days.set(name, day);
    return { day, hour: day.hours[hour % day.hours.length] ?? emptyHour() };
  };
  for (const plan of plans) {
    if (plan.isRecord) continue;
    const place = at(plan.span.firstHour);
    if (place === null) continue;
    addPlan(place.day, plan, signed?.has(plan.name) === true);
    for (const [text, { archived, conflicts }] of Object.entries(plan.manifest.by_hour)) {
      const found = at(parseHourText(text));
      // A plan that found only repeats of an hour has not sealed it again.
      if (found === null || archived + conflicts === 0) continue;
      found.hour.lines += archived + conflicts;
      found.hour.revisions += 1;
    }
  }
  for (const hour of missing) {
    const found = at(hour);
    if (found !== null) found.hour.isMissing = true;
  }
  for (const hour of altered) {
    const found = at(hour);
    if (found !== null) found.hour.isAltered = true;
  }
  for (const { object, unsealed } of tail) {
    for (const hour of unsealed) {
      const found = at(hour);
      // Where the manifest is gone its inputs only seem to wait.
      if (found === null || found.hour.isMissing) continue;
      found.hour.isOpen = true;
      found.day.openObjects.add(object.name);
    }
  }
  return [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([day, sum]) => dayAnswer(day, sum));
}

function emptyDay(name: string): DaySum {
  const hours = Array.from({ length: name === UNDATED_DAY ? 1 : DAY_HOURS }, emptyHour);
  const none = { lines: 0, raw_bytes: 0, stored_bytes: 0, quarantined: 0, objects: 0, not_signed: 0 };
  return { hours, openObjects: new Set(), ...none };
}

function emptyHour(): HourSum {
  return { lines: 0, revisions: 0, isOpen: false, isAltered: false, isMissing: false };
}

function addPlan(day: DaySum, { manifest }: SealedPlan, isSigned: boolean): void {
  day.objects += 1 + filesOf(manifest.outputs).length;
  if (!isSigned) day.not_signed += 1;
  for (const { lines, meta, rows, raw_bytes: rawBytes } of manifest.outputs) {
    day.lines += rows;
    day.raw_bytes += rawBytes;
    day.stored_bytes += lines.size_bytes + meta.size_bytes;
  }
  for (const { quarantined } of Object.values(manifest.by_hour)) day.quarantined += quarantined;
}

function dayAnswer(day: string, { hours, openObjects, ...sums }: DaySum): DayAnswer {
  return {
    day,
    hours: hours.map((hour) => ({ state: stateOf(hour), lines: hour.lines, revisions: hour.revisions })),
    ...sums,
    open_objects: openObjects.size,
  };
}

function stateOf({ isMissing, isAltered, isOpen, revisions }: HourSum): HourState {
  if (isMissing) return "missing";
  if (isAltered) return "altered";
  if (isOpen) return "open";
  return revisions > 0 ? "sealed" : "none";
}
