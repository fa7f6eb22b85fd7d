import type { Cube } from "./cube.ts";
import { type DaySources, looseEvents, type RolledDay, rolledEvents } from "./days/day-rows.ts";
import { eventColumn } from "./facts/rollup-rows.ts";
import type { PeriodSpan } from "./period.ts";
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
  const { once, others } = partedSpans(sources, cube.spans, key);
  for (let part = 0; part < parts; part += 1) {
    // Each user is in one part, so that their counts add up.
    const isOfPart = parts === 1 ? "true" : `hash("user") % ${parts} = ${part}`;
    const asked = { query: cube.query, key, hasSpread, isOfPart };
    for (const counts of [countsOnce(sources, once, asked), countsOf(sources, others, asked)]) {
      if (counts !== null) await db.run(`INSERT INTO user_count ${counts}`);
    }
  }
}

const SCHEMA = `
  CREATE OR REPLACE TEMP TABLE user_count
    (event VARCHAR, key VARCHAR, span INTEGER, is_known BOOLEAN, per_user BIGINT, events BIGINT, users BIGINT)`;

/** What is asked of some of the users. */
interface Asked extends Pick<Cube, "query">, Pick<UserCountsOptions, "key" | "hasSpread"> {
  readonly isOfPart: string;
}

/** A span, and its number in the table `span_day`. */
interface NumberedSpan extends PeriodSpan {
  readonly number: number;
}

/**
 * The spans of a single day that one roll-up tells everything of, in which no user has two rows of a key; and all others.
 * Where several keys of the roll-up become one, a user may have a row of each.
 */
function partedSpans(
  { rolled, single, shared }: DaySources,
  spans: readonly PeriodSpan[],
  key: string,
): Readonly<Record<"once" | "others", readonly NumberedSpan[]>> {
  const loose = new Set([...single.days, ...shared.days]);
  const isOnce = ({ fromDay, toDay }: PeriodSpan): boolean =>
    key === "key" &&
    toDay - fromDay === 1 &&
    !loose.has(fromDay) &&
    rolled.filter(({ day }) => day === fromDay).length === 1;
  const { once = [], others = [] } = Object.groupBy(
    spans.map((span, number) => ({ ...span, number })),
    (span) => (isOnce(span) ? "once" : "others"),
  );
  return { once, others };
}

/** SQL of rows of `user_count` for spans in which no user has two rows of a key; null where there is nothing. */
function countsOnce(sources: DaySources, spans: readonly NumberedSpan[], asked: Asked): string | null {
  const rolled = rolledIn(sources, spans);
  const columns = columnsOf(rolled, asked);
  if (columns.length === 0) return null;
  const { key, isOfPart } = asked;
  const rows = rowsInSpans(rolledEvents(rolled), spans);
  const byUser = `SELECT ${key} AS key, span, "user", ${columns.join(", ")} FROM (${rows}) WHERE ${isOfPart}`;
  return countsOfColumns(byUser, columns, asked);
}

/** The same for any spans. */
function countsOf(sources: DaySources, spans: readonly NumberedSpan[], asked: Asked): string | null {
  if (spans.length === 0) return null;
  const rolled = rolledIn(sources, spans);
  const columns = columnsOf(rolled, asked);
  const ofRollups = columns.length === 0 ? null : rolledUsers(rowsInSpans(rolledEvents(rolled), spans), columns, asked);
  const loose = looseEvents(sources, asked.query.by, asked.query.events);
  if (loose === null) return ofRollups === null ? null : countsOfColumns(ofRollups, columns, asked);
  const ofFacts = looseUsers(loose, spans, asked);
  // Adding up once more what is added up takes more memory than there may be.
  if (ofRollups === null && spans.length === 1) return countsOfUsers(ofFacts, asked);
  const all = ofRollups === null ? ofFacts : `${unpivoted(ofRollups, columns)} UNION ALL ${ofFacts}`;
  return countsOfUsers(
    `SELECT event, key, span, "user", sum(events)::BIGINT AS events FROM (${all}) GROUP BY ALL`,
    asked,
  );
}

function rolledIn({ rolled }: DaySources, spans: readonly PeriodSpan[]): RolledDay[] {
  return rolled.filter(({ day }) => spans.some(({ fromDay, toDay }) => day >= fromDay && day < toDay));
}

/** The columns of the events that are asked for, of all that these have. */
function columnsOf(rolled: readonly RolledDay[], { query: { events: wanted } }: Asked): string[] {
  const names = new Set(rolled.flatMap(({ events }) => events));
  return [...names].filter((name) => wanted === null || wanted.includes(name)).map((name) => `"${eventColumn(name)}"`);
}

/** Roll-ups have a column for each event, so that a user has one row of a key and a day: these are added up first. */
function rolledUsers(rows: string, columns: readonly string[], { key, isOfPart }: Asked): string {
  const sums = columns.map((column) => `sum(${column})::BIGINT AS ${column}`);
  return `SELECT ${key} AS key, span, "user", ${sums.join(", ")} FROM (${rows}) WHERE ${isOfPart} GROUP BY ALL`;
}

/** SQL of `event`, `key`, `span`, `user` and `events`; of several spans a combination has a row for each day. */
function looseUsers(loose: string, spans: readonly NumberedSpan[], { key, isOfPart }: Asked): string {
  // Where a day is in several spans, its events are added up before; in one alone that would be work for nothing.
  return spans.length === 1
    ? `SELECT event, ${key} AS key, span, "user", count(*) AS events FROM (${rowsInSpans(loose, spans)})
        WHERE ${isOfPart} GROUP BY ALL`
    : `SELECT event, ${key} AS key, span, "user", events FROM (${rowsInSpans(
        `SELECT event, key, "user", day, count(*) AS events FROM (${loose}) WHERE ${isOfPart} GROUP BY ALL`,
        spans,
      )})`;
}

/** From a row for each user, with a column for each event. */
function countsOfColumns(byUser: string, columns: readonly string[], asked: Asked): string {
  if (asked.hasSpread) return countsOfUsers(unpivoted(byUser, columns), asked);
  // Counted column by column: a row for each event of each user would be as much work as all the rest.
  const counts = columns.map((column) => `{events: sum(${column})::BIGINT, users: count(${column})} AS ${column}`);
  return `
    SELECT ${EVENT_OF_COLUMN}, key, span, is_known, NULL, counts.events, counts.users
    FROM (SELECT key, span, "user" IS NOT NULL AS is_known, ${counts.join(", ")} FROM (${byUser}) GROUP BY ALL)
    UNPIVOT (counts FOR column_name IN (${columns.join(", ")})) WHERE counts.users > 0`;
}

/** From a row for each event of each user. */
function countsOfUsers(users: string, { hasSpread }: Asked): string {
  return `
    SELECT event, key, span, "user" IS NOT NULL AS is_known, ${hasSpread ? "events" : "NULL"} AS per_user,
      sum(events)::BIGINT, count(*)
    FROM (${users}) GROUP BY event, key, span, is_known, per_user`;
}

function unpivoted(byUser: string, columns: readonly string[]): string {
  return `
    SELECT ${EVENT_OF_COLUMN} AS event, key, span, "user", events
    FROM (${byUser}) UNPIVOT (events FOR column_name IN (${columns.join(", ")}))`;
}

const EVENT_OF_COLUMN = `substr(column_name, ${eventColumn("").length + 1})`;

/** Rows with a `day` in each of those spans. Of one span alone all are: only its days were looked for. */
function rowsInSpans(rows: string, spans: readonly NumberedSpan[]): string {
  const numbers = spans.map(({ number }) => number);
  return spans.length === 1
    ? `SELECT *, ${numbers[0]} AS span FROM (${rows})`
    : `SELECT * FROM (${rows}) JOIN span_day USING (day) WHERE span IN (${numbers.join(", ")})`;
}
