import { MINUTE_MS } from "../core/units.ts";
import { sqlParquet } from "./duck-db.ts";

/** Neighbours in a session are at most so far apart: Snowplow's rule. */
const LONGEST_PAUSE_MS = 30 * MINUTE_MS;

/** Where the runs of some days lie: what a visitor did without a longer pause, as far as one source knows. */
export interface SessionSources {
  /** Parquet files of roll-ups: `visitor`, `run` (its start) and `last`, in milliseconds since 1970. */
  readonly runs: readonly string[];
  /** Likewise, of one segment: `event`, `key`, `day`, `visitor`, `run`. */
  readonly deeds: readonly string[];
  /** SQL of all other facts: `event`, `key`, `day`, `visitor`, `time_ms`; each is there once. Empty for none. */
  readonly facts: string;
}

/**
 * Sessions of some visitors: `event`, `key`, `day`, `visitor` and `session`, its start in milliseconds since 1970; a row
 * for each day on which a session has such an event. `visitors` is SQL that says of a row whether its visitor is meant.
 *
 * A session is cut nowhere but at its pauses, so that runs of several sources and days are put together: those of one
 * visitor that overlap, or follow each other soon enough. A run's own events are never further apart than that, so that
 * nothing between them can be overlooked.
 */
export function sessionDays({ runs, deeds, facts }: SessionSources, visitors: string): string {
  const parts = {
    run: [
      ...(facts === "" ? [] : ["SELECT visitor, run, max(time_ms) AS last FROM deed_of_fact GROUP BY visitor, run"]),
      ...(runs.length === 0 ? [] : [`SELECT visitor, run, last FROM ${sqlParquet(runs)} WHERE ${visitors}`]),
    ],
    deed: [
      ...(facts === "" ? [] : ["SELECT DISTINCT event, key, day, visitor, run FROM deed_of_fact"]),
      ...(deeds.length === 0
        ? []
        : [`SELECT event, key, day, visitor, run FROM ${sqlParquet(deeds)} WHERE ${visitors}`]),
    ],
  };
  return `
    WITH ${facts === "" ? "" : `deed_of_fact AS MATERIALIZED (${factRuns(facts, visitors)}),`}
    run AS (${[NO_RUN, ...parts.run].join("\nUNION ALL\n")}),
    headed AS (
      SELECT visitor, run, CASE WHEN run - max(last) OVER (
          PARTITION BY visitor ORDER BY run, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) <= ${LONGEST_PAUSE_MS} THEN NULL ELSE run END AS head
      FROM run
    ),
    session AS (SELECT DISTINCT visitor, run, max(head) OVER (PARTITION BY visitor ORDER BY run) AS session FROM headed),
    deed AS (${[NO_DEED, ...parts.deed].join("\nUNION ALL\n")})
    SELECT DISTINCT event, key, day, visitor, session FROM deed JOIN session USING (visitor, run)`;
}

/** Facts with the start of the run that they are in. Of several at one moment all are in the same. */
export function factRuns(facts: string, visitors: string): string {
  return `
    SELECT *, max(head) OVER (PARTITION BY visitor ORDER BY time_ms) AS run
    FROM (
      SELECT *, CASE WHEN time_ms - lag(time_ms) OVER (PARTITION BY visitor ORDER BY time_ms) <= ${LONGEST_PAUSE_MS}
        THEN NULL ELSE time_ms END AS head
      FROM (${facts}) WHERE visitor IS NOT NULL AND ${visitors}
    )`;
}

const NO_RUN = "SELECT NULL::UUID AS visitor, 0::BIGINT AS run, 0::BIGINT AS last WHERE false";
const NO_DEED = `SELECT ''::VARCHAR AS event, ''::VARCHAR AS key, 0::BIGINT AS day, NULL::UUID AS visitor, 0::BIGINT AS run
  WHERE false`;
