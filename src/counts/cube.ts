import { BOOLEAN, INTEGER, LIST, listValue, VARCHAR } from "@duckdb/node-api";
import { UsageError } from "../core/fault.ts";
import { dayName, UNDATED_HOUR } from "../core/hour.ts";
import { DAY_MS, HOUR_MS } from "../core/units.ts";
import type { FactTable, Parameters, Row } from "./fact-table.ts";

export type Segment = "instance" | "plan" | "group" | "user" | "project" | "detail" | "category" | "operation";

export type PeriodName = "all" | "28d" | "7d" | "daily";

export interface CountQuery {
  readonly by: Segment;
  /** Null for all. */
  readonly events: readonly string[] | null;
  readonly periods: readonly PeriodName[];
  /** How many days `daily` goes back. */
  readonly days: number;
  /** `YYYY-MM-DD`, exclusive: nothing at or after it counts. */
  readonly asOf: string;
}

/** One row of `counts --format json`, in its words. */
export interface CountRow {
  readonly event: string;
  readonly segment: Segment;
  /** Null with segment `user`: totals without names. */
  readonly key: string | null;
  readonly period: PeriodName;
  /** RFC 3339, UTC: the span is `[from, to)`. */
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** Distinct users; events without user add nothing. */
  readonly unique_users: number;
  /** Null until sessions are counted. */
  readonly sessions: number | null;
  readonly sealed: boolean;
  /** With segment `user` only; null where no event has a user. */
  readonly per_user?: PerUser | null;
}

/** Events per user, over users that have any; two decimals. */
export interface PerUser {
  readonly mean: number;
  readonly median: number;
  readonly max: number;
}

/**
 * Counts events by segment and period: a row for each event × key × period with a count above zero, sorted by event,
 * key, period and start in code-point order. Rejects with `UsageError` for a day that is none, with `IoError`.
 */
export async function countRows(table: FactTable, query: CountQuery): Promise<CountRow[]> {
  const rows = await table.query(CUBE, cubeParameters(query));
  return rows.map((row) => countRow(row, query.by));
}

/** The day after the newest filed hour, lines ahead of their hour and undated ones aside; null without any line. */
export async function defaultAsOf(table: FactTable): Promise<string | null> {
  const [row] = await table.query("SELECT max(hour) AS hour FROM fact WHERE NOT ahead AND hour <> $undated", {
    undated: { value: UNDATED_HOUR, type: INTEGER },
  });
  if (typeof row?.["hour"] !== "number") return null;
  return dayName(row["hour"] * HOUR_MS + DAY_MS);
}

/**
 * Every border of a period is a midnight, so events are first summed by day, then days into periods. Code 0 is no
 * user; as a key it has no value in the dictionary, which is the null that totals by user have.
 */
const CUBE = `
  WITH period AS (
    SELECT unnest($periods) AS period, unnest($from_days) AS from_day, unnest($to_days) AS to_day
  ),
  wanted AS (
    SELECT code, value FROM dictionary WHERE $every_event OR list_contains($events, value)
  ),
  by_day AS (
    SELECT
      event,
      CASE $segment
        WHEN 'instance' THEN instance
        WHEN 'plan' THEN plan
        WHEN 'group' THEN root_group
        WHEN 'project' THEN project
        WHEN 'detail' THEN detail
        WHEN 'category' THEN category
        WHEN 'operation' THEN operation
        ELSE 0
      END AS key,
      pseudonym,
      time_ms // 86400000 AS day,
      count(*) AS events
    FROM counted
    GROUP BY ALL
  ),
  by_user AS (
    SELECT event, key, period, from_day, to_day, pseudonym, sum(events)::BIGINT AS events
    FROM by_day JOIN period ON day >= from_day AND day < to_day
    GROUP BY ALL
  )
  SELECT
    wanted.value AS event,
    dictionary.value AS key,
    period,
    from_day,
    to_day,
    sum(events)::BIGINT AS count,
    count(*) FILTER (pseudonym <> 0) AS unique_users,
    sum(events) FILTER (pseudonym <> 0)::BIGINT AS user_events,
    median(events) FILTER (pseudonym <> 0) AS median,
    max(events) FILTER (pseudonym <> 0) AS max
  FROM by_user
  JOIN wanted ON wanted.code = event
  LEFT JOIN dictionary ON dictionary.code = key
  GROUP BY ALL
  ORDER BY wanted.value, dictionary.value, period, from_day
`;

function cubeParameters(query: CountQuery): Parameters {
  const spans = periodSpans(query);
  return {
    segment: { value: query.by, type: VARCHAR },
    every_event: { value: query.events === null, type: BOOLEAN },
    events: { value: listValue(query.events ?? []), type: LIST(VARCHAR) },
    periods: { value: listValue(spans.map((span) => span.period)), type: LIST(VARCHAR) },
    from_days: { value: listValue(spans.map((span) => span.fromDay)), type: LIST(INTEGER) },
    to_days: { value: listValue(spans.map((span) => span.toDay)), type: LIST(INTEGER) },
  };
}

/** In days since 1970, half open. */
interface PeriodSpan {
  readonly period: PeriodName;
  readonly fromDay: number;
  readonly toDay: number;
}

/** No valid time is older than the year 2000. */
const FIRST_DAY = Date.UTC(2000, 0, 1) / DAY_MS;

function periodSpans({ periods, days, asOf }: CountQuery): PeriodSpan[] {
  const end = dayNumber(asOf);
  return [...new Set(periods)].flatMap((period): PeriodSpan[] => {
    if (period === "all") return [{ period, fromDay: FIRST_DAY, toDay: end }];
    if (period === "28d") return [{ period, fromDay: end - 28, toDay: end }];
    if (period === "7d") return [{ period, fromDay: end - 7, toDay: end }];
    return Array.from({ length: days }, (_, ago) => ({ period, fromDay: end - ago - 1, toDay: end - ago }));
  });
}

function dayNumber(day: string): number {
  const timeMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(timeMs) || dayName(timeMs) !== day) {
    throw new UsageError(`read as-of day "${day}": not a day (write YYYY-MM-DD)`);
  }
  return timeMs / DAY_MS;
}

function countRow(row: Row, segment: Segment): CountRow {
  const counted: CountRow = {
    event: String(row["event"]),
    segment,
    key: row["key"] === null ? null : String(row["key"]),
    period: row["period"] as PeriodName,
    from: midnight(Number(row["from_day"])),
    to: midnight(Number(row["to_day"])),
    count: Number(row["count"]),
    unique_users: Number(row["unique_users"]),
    sessions: null,
    sealed: false,
  };
  return segment === "user" ? { ...counted, per_user: perUser(row) } : counted;
}

function perUser(row: Row): PerUser | null {
  const users = Number(row["unique_users"]);
  if (users === 0) return null;
  // From whole numbers, so that halves of a hundredth round up exactly.
  const mean = Math.round((100 * Number(row["user_events"])) / users) / 100;
  return { mean, median: Number(row["median"]), max: Number(row["max"]) };
}

function midnight(day: number): string {
  return `${dayName(day * DAY_MS)}T00:00:00Z`;
}
