import type { Cube } from "./cube.ts";
import { type DaySources, looseEvents, rolledEvents } from "./days/day-rows.ts";
import { eventColumn } from "./facts/rollup-rows.ts";
import type { DuckDb } from "./tables/duck-db.ts";

export interface UserCountsOptions {
  /** SQL of the key, of the columns `key` and `user`. */
  readonly key: string;
  /** True tells users apart by how many events each has. */
  readonly hasSpread: boolean;
  /** Users are taken in so many parts, one after the other. */
  readonly parts: number;
}

/**
 * Fills the temporary table `user_count`, by the table `span_day`: of an event, a key and a span the users with `per_user`
 * events each (null where all are one row), how many `users` they are and how many `events` they have; apart from them
 * what nobody did (`is_known` is false, and `users` says nothing). Rejects with `IoError`.
 */
export async function writeUserCounts(
  db: DuckDb,
  sources: DaySources,
  cube: Pick<Cube, "query" | "spans">,
  { key, hasSpread, parts }: UserCountsOptions,
): Promise<void> {
  await db.run(SCHEMA);
  for (let part = 0; part < parts; part += 1) {
    // Each user is in one part, so that their counts add up.
    const isOfPart = parts === 1 ? "true" : `hash("user") % ${parts} = ${part}`;
    const users = usersSql(sources, cube, key, isOfPart);
    if (users === null) return;
    await db.run(`
      INSERT INTO user_count
      SELECT event, key, span, "user" IS NOT NULL AS is_known, ${hasSpread ? "events" : "NULL"} AS per_user,
        sum(events)::BIGINT, count(*)
      FROM (${users}) GROUP BY event, key, span, is_known, per_user`);
  }
}

const SCHEMA = `
  CREATE OR REPLACE TEMP TABLE user_count
    (event VARCHAR, key VARCHAR, span INTEGER, is_known BOOLEAN, per_user BIGINT, events BIGINT, users BIGINT)`;

/** SQL of `event`, `key`, `span`, `user` and `events`, each combination once; null where there is nothing. */
function usersSql(
  sources: DaySources,
  { query, spans }: Pick<Cube, "query" | "spans">,
  key: string,
  isOfPart: string,
): string | null {
  const inSpans = (rows: string): string => rowsInSpans(rows, spans);
  const { events: wanted } = query;
  const names = sources.rollups.names.filter((name) => wanted === null || wanted.includes(name));
  const rolled = names.length === 0 ? null : rolledEvents(sources.rollups);
  const ofRollups = rolled === null ? null : rolledUsers(inSpans(rolled), names, key, isOfPart);
  const loose = looseEvents(sources, query.by, wanted);
  if (loose === null) return ofRollups;
  const isOneSpan = spans.length === 1;
  // Where a day is in several spans, its events are added up before; in one alone that would be work for nothing.
  const ofFacts = isOneSpan
    ? `SELECT event, ${key} AS key, span, "user", count(*) AS events FROM (${inSpans(loose)}) WHERE ${isOfPart} GROUP BY ALL`
    : `SELECT event, ${key} AS key, span, "user", events FROM (${inSpans(
        `SELECT event, key, "user", day, count(*) AS events FROM (${loose}) WHERE ${isOfPart} GROUP BY ALL`,
      )})`;
  // Adding up once more what is added up takes more memory than there may be.
  if (isOneSpan && ofRollups === null) return ofFacts;
  const all = ofRollups === null ? ofFacts : `${ofRollups} UNION ALL ${ofFacts}`;
  return `SELECT event, key, span, "user", sum(events)::BIGINT AS events FROM (${all}) GROUP BY ALL`;
}

/** Roll-ups have a column for each event, so that a user has one row of a key and a day: these are added up first. */
function rolledUsers(rows: string, names: readonly string[], key: string, isOfPart: string): string {
  const columns = names.map((name) => `"${eventColumn(name)}"`);
  const sums = columns.map((column) => `sum(${column})::BIGINT AS ${column}`);
  return `
    SELECT substr(column_name, ${eventColumn("").length + 1}) AS event, key, span, "user", events
    FROM (SELECT ${key} AS key, span, "user", ${sums.join(", ")} FROM (${rows}) WHERE ${isOfPart} GROUP BY ALL)
    UNPIVOT (events FOR column_name IN (${columns.join(", ")}))`;
}

/** Rows with a `day` in each span of that. Of one span alone all are: only its days were looked for. */
function rowsInSpans(rows: string, spans: Cube["spans"]): string {
  return spans.length === 1
    ? `SELECT *, 0 AS span FROM (${rows})`
    : `SELECT * FROM (${rows}) JOIN span_day USING (day)`;
}
