import type { Difference } from "../../../archive/audit/difference.ts";
import { parseHourText } from "../../../archive/hour-text.ts";
import type { SealedPlan } from "../../../archive/sealed-plan.ts";
import { dayOfHour } from "../../../archive/span.ts";
import { manifestNameOf, parseSegmentName } from "../../../archive/vault-name.ts";
import { UNDATED_HOUR } from "../../../core/hour.ts";
import { DAY_HOURS } from "../../../core/units.ts";
import type { StreamBook } from "../../../counts/books/stream-book.ts";

/** How long the spans of a day are, in hours, by day. */
export type SpanLengths = ReadonlyMap<string, number>;

/**
 * All filing hours of a stream whose lines may be touched by one of these differences: of a file those that its manifest
 * says, and else those of the span. `agreed` is asked where no plan tells how long that is; where nobody does, it reaches up
 * to the next difference, or to the end of the day.
 */
export function hoursOfDifferences(
  { stream, plans }: StreamBook,
  differences: readonly Difference[],
  agreed: SpanLengths,
): number[] {
  const own = differences.filter((each) => each.stream === stream && each.hour !== null);
  const firsts = [...new Set(own.map(firstHourOf))].toSorted((a, b) => a - b);
  const known = new Map(plans.map((plan) => [plan.name, plan]));
  const lengths = new Map([...agreed, ...spanLengths(plans)]);
  const hours = own.flatMap((each) => {
    const file = parseSegmentName(each.object ?? "");
    const plan = file === null ? undefined : known.get(manifestNameOf(file));
    return plan === undefined ? spanFrom(firstHourOf(each), lengths, firsts) : hoursWithLines(plan);
  });
  return [...new Set(hours)];
}

/** By what plans say of themselves: all spans of a day are as long as each other. */
export function spanLengths(plans: readonly SealedPlan[]): SpanLengths {
  return new Map(plans.map(({ span }) => [span.day, span.hours]));
}

function firstHourOf({ hour }: Difference): number {
  return parseHourText(hour ?? "");
}

function hoursWithLines({ manifest }: SealedPlan): number[] {
  const withLines = Object.entries(manifest.by_hour).filter(([, { archived, conflicts }]) => archived + conflicts > 0);
  return withLines.map(([hour]) => parseHourText(hour));
}

function spanFrom(first: number, lengths: SpanLengths, firsts: readonly number[]): number[] {
  if (first === UNDATED_HOUR) return [first];
  const length = lengths.get(dayOfHour(first));
  const dayEnd = first - (first % DAY_HOURS) + DAY_HOURS;
  const next = Math.min(firsts.find((each) => each > first) ?? dayEnd, dayEnd);
  // Figures may be told of an hour in the middle of a span.
  const count = length === undefined ? next - first : first % length === 0 ? length : 1;
  return Array.from({ length: count }, (_, more) => first + more);
}
