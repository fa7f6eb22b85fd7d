import { midnight, PERIODS, type PeriodName, type PeriodSpan, periodSpans } from "../period.ts";
import { LEVELS, type Level, permissionFor, type ReportingPolicy } from "../reporting-policy.ts";
import { SEGMENTS, type Segment } from "../segment.ts";
import type { LookReport } from "./archive-look.ts";
import { CARRIED_SEGMENTS, type CarriedRow, type CarriedSegment } from "./carried.ts";

/** Whether the lines of an event carry what a segment is made of. */
export type Availability = "available" | "in_part" | "not_carried" | "not_seen";

/** What `coverage --json` prints, in its words. */
export interface CoverageReport {
  /** `YYYY-MM-DD`, exclusive. */
  readonly as_of: string;
  /** Of the shares: half-open, RFC 3339. */
  readonly from: string;
  readonly to: string;
  readonly deployment: ReportingPolicy["deployment"];
  /** Digest of the catalogue. */
  readonly catalogue: string;
  readonly history: History;
  readonly availability: readonly AvailabilityRow[];
  readonly levels: readonly LevelRow[];
  readonly periods: readonly PeriodRow[];
  readonly looked_at: LookReport;
}

/** Since when there are lines. */
export interface History {
  /** Distinct lines in the archive. */
  readonly lines: number;
  /** `YYYY-MM-DD`; null where no line has a time. */
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly sealed_through: string | null;
}

/** The guide's first table: an event by a segment. */
export interface AvailabilityRow {
  readonly event: string;
  readonly segment: CarriedSegment;
  readonly availability: Availability;
  readonly events: number;
  /** Of them, those whose line carried it. */
  readonly carried: number;
  /** Four decimals, cut and not rounded: 1 is all of them. Null without events. */
  readonly share: number | null;
}

/** The second: a segment at a level. */
export interface LevelRow {
  readonly segment: Segment;
  readonly level: Level;
  readonly availability: "available" | "widened" | "not_possible";
  /** The rule that forbids it, or would without the owner's word. */
  readonly rule: string | null;
}

/** The third: a period, for every segment. */
export interface PeriodRow {
  readonly period: PeriodName;
  /**
   * `available`: every day has lines. `in_progress`: only its first days have none, as where the archive began within it.
   * `in_part`: others have none. `not_seen`: no day has any.
   */
  readonly availability: "available" | "in_progress" | "in_part" | "not_seen";
  /** Half-open, RFC 3339; `all` begins with the first line. */
  readonly from: string;
  readonly to: string;
  readonly days: number;
  /** Of them, those that any line is filed under. */
  readonly days_with_lines: number;
}

export interface CoverageFacts {
  readonly asOf: string;
  /** Days that the shares are of. */
  readonly days: number;
  readonly policy: ReportingPolicy;
  readonly catalogue: string;
  /** All events that the catalogue counts. */
  readonly events: readonly string[];
  readonly carried: readonly CarriedRow[];
  readonly history: History;
  /** Days that lines are filed under, in days since 1970. */
  readonly daysWithLines: readonly number[];
  readonly look: LookReport;
}

/** Throws `UsageError` for a day that is none. */
export function coverageReport(facts: CoverageFacts): CoverageReport {
  const { asOf, days, policy, catalogue, events, history, look } = facts;
  return {
    as_of: asOf,
    ...spanText(spanOf("daily", days, asOf)),
    deployment: policy.deployment,
    catalogue,
    history,
    availability: events.flatMap((event) => {
      const row = facts.carried.find((each) => each.event === event);
      return CARRIED_SEGMENTS.map((segment) => availabilityRow(event, segment, row));
    }),
    levels: SEGMENTS.flatMap((segment) => LEVELS.map((level) => levelRow(segment, level, policy))),
    periods: PERIODS.map((period) => periodRow(period, spanOf(period, days, asOf), facts.daysWithLines)),
    looked_at: look,
  };
}

const SHARE_STEPS = 10_000;

function availabilityRow(event: string, segment: CarriedSegment, row: CarriedRow | undefined): AvailabilityRow {
  if (row === undefined) return { event, segment, availability: "not_seen", events: 0, carried: 0, share: null };
  const { events } = row;
  const carried = row.carried[segment];
  const availability = carried === events ? "available" : carried > 0 ? "in_part" : "not_carried";
  return {
    event,
    segment,
    availability,
    events,
    carried,
    share: Math.floor((carried * SHARE_STEPS) / events) / SHARE_STEPS,
  };
}

function levelRow(segment: Segment, level: Level, policy: ReportingPolicy): LevelRow {
  const permission = permissionFor(segment, level, policy);
  if (permission.kind === "allowed") return { segment, level, availability: "available", rule: null };
  const availability = permission.kind === "widened" ? "widened" : "not_possible";
  return { segment, level, availability, rule: permission.rule.name };
}

function periodRow(period: PeriodName, span: DaySpan, daysWithLines: readonly number[]): PeriodRow {
  const seen = daysWithLines.filter((day) => day >= span.fromDay && day < span.toDay);
  const first = Math.min(...seen);
  const from = period === "all" && seen.length > 0 ? first : span.fromDay;
  const days = span.toDay - from;
  const isWhole = seen.length === days;
  const isBegun = seen.length === span.toDay - first;
  const availability = seen.length === 0 ? "not_seen" : isWhole ? "available" : isBegun ? "in_progress" : "in_part";
  return { period, availability, ...spanText({ ...span, fromDay: from }), days, days_with_lines: seen.length };
}

/** In days since 1970, half-open. */
type DaySpan = Omit<PeriodSpan, "period">;

/** From the first to the last of the period's spans. */
function spanOf(period: PeriodName, days: number, asOf: string): DaySpan {
  const spans = periodSpans([period], days, asOf);
  return {
    fromDay: Math.min(...spans.map(({ fromDay }) => fromDay)),
    toDay: Math.max(...spans.map(({ toDay }) => toDay)),
  };
}

function spanText({ fromDay, toDay }: DaySpan): { readonly from: string; readonly to: string } {
  return { from: midnight(fromDay), to: midnight(toDay) };
}
