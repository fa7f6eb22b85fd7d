import { INTEGER, LIST, listValue } from "@duckdb/node-api";
import { areWanted } from "./days/day-rows.ts";
import { midnight, type PeriodName, type PeriodSpan } from "./period.ts";
import type { Level } from "./reporting-policy.ts";
import type { Segment } from "./segment.ts";
import { hexDigits, USER_KEY } from "./sessions/session-days.ts";
import type { DuckDb, Parameters, Row } from "./tables/duck-db.ts";

export interface CountQuery {
  readonly by: Segment;
  /** `identifiable`: with a row for each user, or each session; whoever asks has checked that this is allowed. */
  readonly level: Level;
  /** Null for all. */
  readonly events: readonly string[] | null;
  readonly periods: readonly PeriodName[];
  /** How many days `daily` goes back. */
  readonly days: number;
  /** `YYYY-MM-DD`, exclusive: nothing at or after it counts. */
  readonly asOf: string;
  /** False leaves out the sessions, which take longest of all that is counted; not where each has its row. */
  readonly withSessions: boolean;
  /** True makes one key of all groups of persons, and of their projects. */
  readonly foldsPersonal: boolean;
}

/** One row of `counts --format json`, in its words. */
export interface CountRow {
  readonly event: string;
  readonly segment: Segment;
  /**
   * Null with segment `user` or `session` at aggregate level: totals without names. A user's is the pseudonym, a session's
   * the visitor's pseudonym, `@` and the start (RFC 3339, milliseconds).
   */
  readonly key: string | null;
  readonly period: PeriodName;
  /** RFC 3339, UTC: the span is `[from, to)`. */
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** Distinct users; events without user add nothing. */
  readonly unique_users: number;
  /** Sessions with at least one such event in the span; null where they were left out. */
  readonly sessions: number | null;
  /** False while an hour of the span is not sealed. */
  readonly sealed: boolean;
  /** With segment `user` at aggregate level only; null where no event has a user. */
  readonly per_user?: PerUser | null;
}

/** Events per user, over users that have any; two decimals. */
export interface PerUser {
  readonly mean: number;
  readonly median: number;
  readonly max: number;
}

/** What of the archive is counted, and how. */
export interface Cube {
  readonly query: CountQuery;
  readonly spans: readonly PeriodSpan[];
  /** Those with events. */
  readonly days: readonly number[];
  readonly isSealed: (span: PeriodSpan) => boolean;
}

/**
 * Counts events by key and span: a row for each event × key × span with a count above zero, sorted by event, key,
 * period and start in code-point order. `eventsByDay` is SQL of that name; sessions are those of the table of
 * `writeSessionDays`. Rejects with `IoError`.
 */
export async function cubeRows(db: DuckDb, eventsByDay: string, cube: Cube): Promise<CountRow[]> {
  return rowsOf(cube, await db.query(cubeSql(eventsByDay, cube), cubeParameters(cube)));
}

/** The same with a row for each session, from the tables of `writeSessionTables`. */
export async function sessionRows(db: DuckDb, cube: Cube): Promise<CountRow[]> {
  return rowsOf(cube, await db.query(sessionSql(cube.query.events), cubeParameters(cube)));
}

function rowsOf({ query, spans, isSealed }: Cube, rows: readonly Row[]): CountRow[] {
  const sealed = spans.map(isSealed);
  return rows.map((row) => {
    const span = Number(row["span"]);
    return countRow(row, query, spans[span] as PeriodSpan, sealed[span] === true);
  });
}

const SPANS = `
    span_day AS (SELECT unnest($spans) AS span, unnest($days) AS day),
    span_order AS (
      SELECT unnest($ordered) AS span, unnest($from_days) AS from_day, generate_subscripts($ordered, 1) AS place
    )`;

/**
 * Every border of a period is a midnight, so events are summed by day first, then days into periods. An event counts in
 * each span of its day; one span alone needs no join.
 */
function cubeSql(eventsByDay: string, { query, spans }: Cube): string {
  const [only] = spans;
  const key = isByEachUser(query) ? USER_KEY : "key";
  const rows =
    spans.length === 1 && only !== undefined
      ? `SELECT event, ${key} AS key, 0 AS span, "user", events FROM (${eventsByDay})
          WHERE day >= ${only.fromDay} AND day < ${only.toDay}`
      : `SELECT event, ${key} AS key, span, "user", events
          FROM (${eventsByDay}) by_day JOIN span_day ON span_day.day = by_day.day`;
  return `
    WITH ${SPANS},
    by_user AS (SELECT event, key, span, "user", sum(events)::BIGINT AS events FROM (${rows}) GROUP BY ALL),
    by_key AS (
      SELECT event, key, span, ${hasSpread(query) ? SPREAD : ""}
        sum(events)::BIGINT AS count, count("user") AS unique_users
      FROM by_user GROUP BY event, key, span
    )${query.withSessions ? `, ${BY_SESSION}` : ""}
    SELECT by_key.*, ${query.withSessions ? "coalesce(sessions, 0)::BIGINT" : "NULL"} AS sessions
    FROM by_key JOIN span_order USING (span) ${query.withSessions ? JOIN_SESSIONS : ""}
    ORDER BY event, key, place
  `;
}

const SPREAD = `
        sum(events) FILTER ("user" IS NOT NULL)::BIGINT AS user_events,
        median(events) FILTER ("user" IS NOT NULL) AS median,
        max(events) FILTER ("user" IS NOT NULL) AS max,`;

const BY_SESSION = `
    of_sessions AS (
      SELECT event, key, span, sum(sessions) AS sessions
      FROM session_day JOIN span_day USING (day) JOIN span_order USING (span)
      WHERE before IS NULL OR before < from_day GROUP BY event, key, span
    )`;

const JOIN_SESSIONS = `LEFT JOIN of_sessions ON of_sessions.event = by_key.event
      AND of_sessions.key IS NOT DISTINCT FROM by_key.key AND of_sessions.span = by_key.span`;

/** What nobody did has no session, and a row of its own. */
function sessionSql(events: CountQuery["events"]): string {
  const start = "strftime(make_timestamp_ms(first), '%Y-%m-%dT%H:%M:%S.%gZ')";
  return `
    WITH ${SPANS},
    deed AS (
      SELECT event, coalesce(session, id) AS session, day, events
      FROM session_deed LEFT JOIN session_link USING (id) WHERE ${areWanted(events)}
    ),
    by_session AS (SELECT event, session, span, sum(events)::BIGINT AS count FROM deed JOIN span_day USING (day) GROUP BY ALL)
    SELECT
      event, coalesce(${hexDigits("visitor")} || '@' || ${start}, '(none)') AS key, span, count,
      ("user" IS NOT NULL)::INTEGER AS unique_users, (session IS NOT NULL)::INTEGER AS sessions
    FROM by_session LEFT JOIN session_run ON id = session JOIN span_order USING (span)
    ORDER BY event, key, place
  `;
}

/** Rows by user, each with a name. */
export function isByEachUser({ by, level }: CountQuery): boolean {
  return by === "user" && level === "identifiable";
}

/** Rows by session, each with a name. */
export function isByEachSession({ by, level }: Pick<CountQuery, "by" | "level">): boolean {
  return by === "session" && level === "identifiable";
}

export function hasSessions(query: CountQuery): boolean {
  return query.withSessions || isByEachSession(query);
}

function hasSpread({ by, level }: CountQuery): boolean {
  return by === "user" && level === "aggregate";
}

function cubeParameters({ spans, days }: Cube): Parameters {
  const pairs = spans.flatMap(({ fromDay, toDay }, span) =>
    days.filter((day) => day >= fromDay && day < toDay).map((day) => ({ span, day })),
  );
  const ordered = spans.map((_, span) => span).toSorted((a, b) => compareSpans(spans[a], spans[b]));
  return {
    spans: integers(pairs.map(({ span }) => span)),
    days: integers(pairs.map(({ day }) => day)),
    ordered: integers(ordered),
    from_days: integers(ordered.map((span) => spans[span]?.fromDay ?? 0)),
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

function countRow(row: Row, query: CountQuery, { period, fromDay, toDay }: PeriodSpan, sealed: boolean): CountRow {
  const { key = null, sessions = null } = row;
  const counted: CountRow = {
    event: String(row["event"]),
    segment: query.by,
    key: key === null ? null : String(key),
    period,
    from: midnight(fromDay),
    to: midnight(toDay),
    count: Number(row["count"]),
    unique_users: Number(row["unique_users"]),
    sessions: sessions === null ? null : Number(sessions),
    sealed,
  };
  return hasSpread(query) ? { ...counted, per_user: perUser(row) } : counted;
}

function perUser(row: Row): PerUser | null {
  const users = Number(row["unique_users"]);
  if (users === 0) return null;
  // From whole numbers, so that halves of a hundredth round up exactly.
  const mean = Math.round((100 * Number(row["user_events"])) / users) / 100;
  return { mean, median: Number(row["median"]), max: Number(row["max"]) };
}
