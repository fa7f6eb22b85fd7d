import { areWanted } from "../days/day-rows.ts";
import type { DuckDb } from "../tables/duck-db.ts";

/** SQL of a pseudonym as keys have it: 32 hex digits. */
export const hexDigits = (column: string): string => `replace(${column}::VARCHAR, '-', '')`;

/** SQL of the key of a user; what nobody did has one too. */
export const USER_KEY = `coalesce(${hexDigits('"user"')}, '(none)')`;

export interface SessionDaysOptions {
  /** Null for all. */
  readonly events: readonly string[] | null;
  /** SQL of the key, of the columns of `session_deed` and `session_run`. */
  readonly key: string;
}

/**
 * Fills the temporary table `session_day` from those of `writeSessionTables`: of an event and a key on a `day` the number
 * of `sessions` with such an event that had their last one, of the days before, on the day `before` (null: none). So the
 * sessions of any span are a sum: over its days those whose day before lies outside of it. Rejects with `IoError`.
 */
export async function writeSessionDays(db: DuckDb, { events, key }: SessionDaysOptions): Promise<void> {
  const isByUser = key === USER_KEY;
  // A run has one user; but of its own keys several may have become one.
  const isWhole = isByUser || key === "key";
  const run = isByUser ? "JOIN session_run USING (id)" : "";
  await db.run(`
    CREATE OR REPLACE TEMP TABLE session_day AS
    WITH deed AS (
      SELECT ${isWhole ? "" : "DISTINCT"} event, ${key} AS key, day, id FROM session_deed ${run} WHERE id IS NOT NULL AND ${areWanted(events)}
    ),
    linked AS (SELECT DISTINCT event, key, day, session FROM deed JOIN session_link USING (id))
    SELECT event, key, day, NULL::BIGINT AS before, count(*) AS sessions
    FROM deed ANTI JOIN session_link USING (id) GROUP BY ALL
    UNION ALL
    SELECT event, key, day, before, count(*)
    FROM (SELECT *, lag(day) OVER (PARTITION BY event, key, session ORDER BY day) AS before FROM linked)
    GROUP BY event, key, day, before`);
}
