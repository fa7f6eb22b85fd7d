import { INTEGER, LIST, listValue } from "@duckdb/node-api";
import type { DuckDb, Parameters, Row } from "./duck-db.ts";
import { midnight, type PeriodName, type PeriodSpan } from "./period.ts";
import type { Segment } from "./segment.ts";

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
  /** False while an hour of the span is not sealed. */
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
 * Counts events by key and span: a row for each event × key × span with a count above zero, sorted by event, key,
 * period and start in code-point order. `eventsByDay` is SQL of that name; `days` are those with events. Rejects with
 * `IoError`.
 */
export async function cubeRows(
  db: DuckDb,
  eventsByDay: string,
  segment: Segment,
  spans: readonly PeriodSpan[],
  days: readonly number[],
  isSealed: (span: PeriodSpan) => boolean,
): Promise<CountRow[]> {
  const rows = await db.query(cubeSql(eventsByDay, segment, spans), cubeParameters(spans, days));
  const sealed = spans.map(isSealed);
  return rows.map((row) => {
    const span = Number(row["span"]);
    return countRow(row, segment, spans[span] as PeriodSpan, sealed[span] === true);
  });
}

/**
 * Every border of a period is a midnight, so events are summed by day first, then days into periods. An event counts in
 * each span of its day; one span alone needs no join.
 */
function cubeSql(eventsByDay: string, segment: Segment, spans: readonly PeriodSpan[]): string {
  const [only] = spans;
  const rows =
    spans.length === 1 && only !== undefined
      ? `SELECT event, key, 0 AS span, "user", events FROM (${eventsByDay})
          WHERE day >= ${only.fromDay} AND day < ${only.toDay}`
      : `SELECT event, key, span, "user", events FROM (${eventsByDay}) by_day JOIN span_day ON span_day.day = by_day.day`;
  const spread = `
    sum(events) FILTER ("user" IS NOT NULL)::BIGINT AS user_events,
    median(events) FILTER ("user" IS NOT NULL) AS median,
    max(events) FILTER ("user" IS NOT NULL) AS max,`;
  return `
    WITH span_day AS (SELECT unnest($spans) AS span, unnest($days) AS day),
    span_order AS (SELECT unnest($ordered) AS span, generate_subscripts($ordered, 1) AS place),
    by_user AS (SELECT event, key, span, "user", sum(events)::BIGINT AS events FROM (${rows}) GROUP BY ALL)
    SELECT event, key, span, ${segment === "user" ? spread : ""} sum(events)::BIGINT AS count, count("user") AS unique_users
    FROM by_user JOIN span_order USING (span)
    GROUP BY event, key, span, place
    ORDER BY event, key, place
  `;
}

function cubeParameters(spans: readonly PeriodSpan[], days: readonly number[]): Parameters {
  const pairs = spans.flatMap(({ fromDay, toDay }, span) =>
    days.filter((day) => day >= fromDay && day < toDay).map((day) => ({ span, day })),
  );
  const ordered = spans.map((_, span) => span).toSorted((a, b) => compareSpans(spans[a], spans[b]));
  return {
    spans: integers(pairs.map(({ span }) => span)),
    days: integers(pairs.map(({ day }) => day)),
    ordered: integers(ordered),
  };
}

function integers(numbers: readonly number[]): Parameters[string] {
  return { value: listValue(numbers), type: LIST(INTEGER) };
}

function compareSpans(a: PeriodSpan | undefined, b: PeriodSpan | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.period !== b.period) return a.period < b.period ? -1 : 1;
  return a.fromDay - b.fromDay;
}

function countRow(row: Row, segment: Segment, { period, fromDay, toDay }: PeriodSpan, sealed: boolean): CountRow {
  const counted: CountRow = {
    event: String(row["event"]),
    segment,
    key: row["key"] === null ? null : String(row["key"]),
    period,
    from: midnight(fromDay),
    to: midnight(toDay),
    count: Number(row["count"]),
    unique_users: Number(row["unique_users"]),
    sessions: null,
    sealed,
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
