import { UsageError } from "../core/fault.ts";
import { areWanted, type DaySources } from "./days/day-rows.ts";
import { midnight, type PeriodName, type PeriodSpan } from "./period.ts";
import type { Level } from "./reporting-policy.ts";
import type { Segment } from "./segment.ts";
import { hexDigits } from "./sessions/session-days.ts";
import { type DuckDb, isOutOfMemory, type Row } from "./tables/duck-db.ts";
import { writeUserCounts } from "./user-counts.ts";

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

/** Where users do not fit into memory at once, they are taken in so many times as many parts. */
const MORE_PARTS = 8;
const MOST_PARTS = 512;

/**
 * Counts events by key and span: a row for each event × key × span with a count above zero, sorted by event, key,
 * period and start in code-point order. `key` is SQL of that, of the columns `key` and `user`; sessions are those of the
 * table of `writeSessionDays`. Rejects with `IoError`.
 */
export async function cubeRows(db: DuckDb, sources: DaySources, key: string, cube: Cube): Promise<CountRow[]> {
  await writeSpans(db, cube);
  for (let parts = 1; ; parts *= MORE_PARTS) {
    try {
      await writeUserCounts(db, sources, cube, { key, hasSpread: hasSpread(cube.query), parts });
      return await rowsOf(db, cube, cubeSql(cube.query));
    } catch (error) {
      if (!isOutOfMemory(error) || parts * MORE_PARTS > MOST_PARTS) throw error;
    }
  }
}

/** The same with a row for each session, from the tables of `writeSessionTables`. */
export async function sessionRows(db: DuckDb, cube: Cube): Promise<CountRow[]> {
  await writeSpans(db, cube);
  return rowsOf(db, cube, sessionSql(cube.query.events));
}

/** An answer is in memory as a whole, in every format: so many rows take about a gigabyte. */
const MOST_ROWS = 500_000;

async function rowsOf(db: DuckDb, { query, spans, isSealed }: Cube, sql: string): Promise<CountRow[]> {
  const rows = await db.query(`${sql} LIMIT ${MOST_ROWS + 1}`);
  if (rows.length > MOST_ROWS) {
    throw new UsageError(
      `count by ${query.by}: the answer has more than ${MOST_ROWS} rows (hint: ask for fewer periods, days or events, or ` +
        "the facts themselves: docs/how-to/warehouse.md)",
    );
  }
  const sealed = spans.map(isSealed);
  return rows.map((row) => {
    const span = Number(row["span"]);
    return countRow(row, query, spans[span] as PeriodSpan, sealed[span] === true);
  });
}

/**
 * Fills the temporary tables `span_day`, the days with events of each span, and `span_order`, the `place` of each span in
 * an answer, and its first day.
 */
async function writeSpans(db: DuckDb, { spans, days }: Cube): Promise<void> {
  const pairs = spans.flatMap(({ fromDay, toDay }, span) =>
    days.filter((day) => day >= fromDay && day < toDay).map((day) => [span, day] as const),
  );
  const ordered = spans.map((_, span) => span).toSorted((a, b) => compareSpans(spans[a], spans[b]));
  const list = (numbers: readonly number[]): string => `unnest([${numbers.join(", ")}]::INTEGER[])`;
  await db.run(`
    CREATE OR REPLACE TEMP TABLE span_day AS
    SELECT ${list(pairs.map(([span]) => span))} AS span, ${list(pairs.map(([, day]) => day))} AS day;
    CREATE OR REPLACE TEMP TABLE span_order AS
    SELECT ${list(ordered)} AS span, ${list(ordered.map((span) => spans[span]?.fromDay ?? 0))} AS from_day,
      ${list([...ordered.keys()])} AS place`);
}

/** Every border of a period is a midnight, so that an event counts in each span of its day. */
function cubeSql(query: CountQuery): string {
  const joins = [query.withSessions ? JOIN_SESSIONS : "", hasSpread(query) ? JOIN_MEDIANS : ""];
  return `
    WITH by_key AS (
      SELECT event, key, span, ${hasSpread(query) ? SPREAD : ""}
        sum(events)::BIGINT AS count, coalesce(sum(users) FILTER (is_known), 0)::BIGINT AS unique_users
      FROM user_count GROUP BY event, key, span
    )${query.withSessions ? `, ${BY_SESSION}` : ""}${hasSpread(query) ? `, ${MEDIANS}` : ""}
    SELECT by_key.*, ${hasSpread(query) ? "median, " : ""}
      ${query.withSessions ? "coalesce(sessions, 0)::BIGINT" : "NULL"} AS sessions
    FROM by_key JOIN span_order USING (span) ${joins.join(" ")}
    ORDER BY by_key.event, by_key.key, place
  `;
}

const SPREAD = `
        coalesce(sum(events) FILTER (is_known), 0)::BIGINT AS user_events,
        max(per_user) FILTER (is_known) AS max,`;

/** The mean of the two users in the middle, which may be one. */
const MEDIANS = `
    ranked AS (
      SELECT event, span, per_user, sum(sum(users)) OVER (PARTITION BY event, span ORDER BY per_user) AS upto,
        sum(sum(users)) OVER (PARTITION BY event, span) AS total
      FROM user_count WHERE is_known GROUP BY event, span, per_user
    ),
    of_medians AS (
      SELECT event, span,
        (min(per_user) FILTER (2 * upto >= total) + min(per_user) FILTER (2 * upto > total)) / 2 AS median
      FROM ranked GROUP BY event, span
    )`;

const JOIN_MEDIANS = "LEFT JOIN of_medians ON of_medians.event = by_key.event AND of_medians.span = by_key.span";

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
    WITH deed AS (
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
