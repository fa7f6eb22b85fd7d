import { DAY_MS, MINUTE_MS } from "../../core/units.ts";
import type { DuckDb } from "../tables/duck-db.ts";
import { sqlParquet } from "../tables/duck-db.ts";

/** Neighbours in a session are at most so far apart: Snowplow's rule. */
const LONGEST_PAUSE_MS = 30 * MINUTE_MS;

/**
 * Where the visitors of some days are told of. A run is what a visitor did without a longer pause, as far as one source
 * knows: a session that goes on over midnight has a run in each day's roll-up.
 */
export interface SessionSources {
  readonly rollups: readonly RunFiles[];
  /** SQL of all other facts: `event`, `key`, `day`, `user`, `visitor`, `time_ms`; each is there once. */
  readonly facts: string;
}

/** Paths of Parquet files of roll-ups. No two are of one day: each roll-up numbers its runs from 1 on. */
export interface RunFiles {
  /** With rows of `RUN_ROWS`. */
  readonly runs: readonly string[];
  /** With rows of `deedRows`, of a segment; of the days that are counted. */
  readonly deeds: readonly string[];
}

/** Runs of facts have numbers below, those of roll-ups lie above: their day takes the upper half. */
const ROLLUP_RUNS = 2 ** 32;
/** More than there are until the last year that lines are filed under; 512 times as many still fit. */
const MOST_DAYS = 2 ** 22;
/** SQL of the number of a run of a roll-up, where there are others of the same days. */
const rollupRun = (files: number): string =>
  `(${files * MOST_DAYS} + (day - DATE '1970-01-01'))::BIGINT * ${ROLLUP_RUNS} + run`;

/**
 * Fills the tables that sessions are counted from; their rows are those of temporary tables:
 * - `session_run`: every run, as `id`, `visitor`, `user`, `first` and `last` (milliseconds since 1970);
 * - `session_link`: `id` of a run and of the first run of its `session`; only where a session may be other than one run
 *   of one day;
 * - `session_deed`, a view: `event`, `key`, `day`, `user` and `id` (the run) of what was done, and how often (`events`);
 *   of runs in `session_link` a row may come several times.
 * A session is cut nowhere but at its pauses, so that the runs of all sources are put together: those of one visitor
 * that overlap, or follow each other soon enough. A run's own events are never further apart, so that nothing between
 * them can be overlooked. Rejects with `IoError`.
 */
export async function writeSessionTables(db: DuckDb, { rollups, facts }: SessionSources): Promise<void> {
  await db.run(`CREATE OR REPLACE TEMP TABLE session_fact AS ${factRuns(facts)}`);
  const stored = rollups.map(({ runs }, files) =>
    runs.length === 0
      ? ""
      : `UNION ALL SELECT ${rollupRun(files)}, visitor, "user", epoch_ms(first), epoch_ms(last) FROM ${sqlParquet(runs)}`,
  );
  await db.run(`
    CREATE OR REPLACE TEMP TABLE session_run AS
    SELECT row_number() OVER () AS id, visitor, "user", first, last FROM (${RUNS_OF_FACTS}) ${stored.join("\n")}`);
  await db.run(`CREATE OR REPLACE TEMP TABLE session_link AS ${LINKS}`);
  const done = rollups.map(({ deeds }, files) =>
    deeds.length === 0
      ? ""
      : `UNION ALL SELECT event, key, day - DATE '1970-01-01', ${rollupRun(files)}, events FROM ${sqlParquet(deeds)}`,
  );
  await db.run(`
    CREATE OR REPLACE TEMP VIEW session_deed AS
    SELECT event, key, day, id, events FROM (${DEEDS_OF_FACTS}) ${done.join("\n")}`);
}

const RUNS_OF_FACTS = `
  SELECT visitor, any_value("user") AS "user", run AS first, max(time_ms) AS last
  FROM session_fact WHERE visitor IS NOT NULL GROUP BY visitor, run`;

const DEEDS_OF_FACTS = `
  SELECT event, key, day, id, events
  FROM (SELECT event, key, day, visitor, run, count(*) AS events FROM session_fact GROUP BY ALL) deed
  LEFT JOIN session_run ON session_run.visitor = deed.visitor AND first = deed.run AND id < ${ROLLUP_RUNS}`;

/**
 * A run begins a session where no run before it lasted until half an hour before. One roll-up has no two runs that go
 * together, so that on a day of which it tells everything only those can go on that lie next to midnight: nearly all are
 * left out, which saves sorting them.
 */
const LINKS = `
  WITH crowded AS (
    SELECT day FROM session_fact
    UNION SELECT (id // ${ROLLUP_RUNS}) % ${MOST_DAYS} FROM session_run WHERE id >= ${MOST_DAYS * ROLLUP_RUNS}
  ),
  near AS (
    FROM session_run WHERE id < ${ROLLUP_RUNS} OR first % ${DAY_MS} <= ${LONGEST_PAUSE_MS}
      OR ${DAY_MS} - last % ${DAY_MS} <= ${LONGEST_PAUSE_MS} OR first // ${DAY_MS} IN (FROM crowded)
  ),
  headed AS (
    SELECT id, visitor, first, CASE WHEN first - max(last) OVER (
        PARTITION BY visitor ORDER BY first, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) <= ${LONGEST_PAUSE_MS} THEN NULL ELSE id END AS head
    FROM near
  ),
  linked AS (
    SELECT id, last_value(head IGNORE NULLS) OVER (
        PARTITION BY visitor ORDER BY first, id ROWS UNBOUNDED PRECEDING
      ) AS session
    FROM headed
  ),
  joined AS (SELECT DISTINCT session FROM linked WHERE id <> session)
  SELECT id, session FROM linked WHERE id < ${ROLLUP_RUNS}
  UNION ALL
  SELECT linked.id, session FROM linked SEMI JOIN joined USING (session) WHERE linked.id >= ${ROLLUP_RUNS}`;

/**
 * SQL of those facts with the start of the run that they are in as `run`, in milliseconds since 1970; null without
 * visitor. Of several at one moment all are in the same.
 */
export function factRuns(facts: string): string {
  return `
    WITH each_fact AS MATERIALIZED (${facts}),
    headed AS (
      SELECT *, CASE WHEN time_ms - lag(time_ms) OVER (PARTITION BY visitor ORDER BY time_ms) <= ${LONGEST_PAUSE_MS}
        THEN NULL ELSE time_ms END AS head
      FROM each_fact WHERE visitor IS NOT NULL
    )
    SELECT * EXCLUDE (head), max(head) OVER (PARTITION BY visitor ORDER BY time_ms) AS run FROM headed
    UNION ALL
    SELECT *, NULL::BIGINT FROM each_fact WHERE visitor IS NULL`;
}
