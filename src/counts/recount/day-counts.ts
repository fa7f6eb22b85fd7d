import type { CountRow, PerUser } from "../cube.ts";
import { KEY_COLUMNS, type Segment } from "../segment.ts";
import type { DuckDb, Row } from "../tables/duck-db.ts";
import { TAIL } from "./line-table.ts";
import { FACT_VARIANT, shortVariant } from "./plan-figures.ts";

/** What counts say of an event and a key on one day. */
export interface DayCount extends Pick<CountRow, "event" | "key" | "count" | "unique_users" | "sessions"> {
  /** With segment `user` only; null where no event has a user. */
  readonly per_user?: PerUser | null;
}

const WORDS = ["operation", "detail", "instance", "plan", "root_group", "project", "category"];
const DAY_MS = 86_400_000;
const LONGEST_PAUSE_MS = 1_800_000;

/** The word of a code, null for that of nobody. */
const said = (column: string): string => `(SELECT value FROM dictionary WHERE code = ${column})`;

/** Ids that have a line alone need no judgement, and are nearly all. */
const SUSPECT = "CREATE OR REPLACE TEMP TABLE suspect AS SELECT id FROM line GROUP BY id HAVING count(*) > 1";

/**
 * Of the others what stands: in each stream the lines of the first variant, what is not sealed only where no segment
 * has the same.
 */
const STANDING = `
  CREATE OR REPLACE TEMP TABLE standing AS
  WITH suspicious AS MATERIALIZED (
    SELECT stream, id, ${shortVariant("variant")} AS variant, plan < ${TAIL} AS is_sealed
    FROM line SEMI JOIN suspect ON suspect.id = line.id
  ),
  least AS (SELECT stream, id, min(variant) AS variant FROM suspicious GROUP BY ALL),
  read AS (
    SELECT fact.* EXCLUDE (variant, stream, origin), ${FACT_VARIANT} AS variant,
      of_stream.value::UINTEGER AS stream, ends_with(of_origin.value, '/${TAIL}') AS is_tail
    FROM (SELECT fact.* FROM fact SEMI JOIN suspect ON suspect.id = fact.id) fact
    JOIN dictionary of_stream ON of_stream.code = fact.stream
    JOIN dictionary of_origin ON of_origin.code = fact.origin
  ),
  kept AS (
    SELECT read.* FROM read SEMI JOIN least
      ON least.stream = read.stream AND least.id = read.id AND least.variant = read.variant
  ),
  sealed AS (FROM suspicious WHERE is_sealed)
  FROM kept WHERE NOT is_tail
  UNION ALL
  SELECT unsealed.* FROM (FROM kept WHERE is_tail) unsealed ANTI JOIN sealed
    ON sealed.stream = unsealed.stream AND sealed.id = unsealed.id AND sealed.variant = unsealed.variant
`;

const REPEATED = `
  CREATE OR REPLACE TEMP TABLE repeated AS
  SELECT id FROM standing GROUP BY id HAVING min(stream) <> max(stream)
`;

const COLUMNS = `event, ${WORDS.join(", ")}, "user", visitor, time_ms`;

/** An id of several streams counts once: of its events those of the first variant that has any. */
const ONCE = `
  CREATE OR REPLACE TEMP TABLE once AS
  WITH several AS (
    SELECT standing.* FROM standing SEMI JOIN repeated ON repeated.id = standing.id
    QUALIFY rank() OVER (PARTITION BY standing.id ORDER BY standing.variant) = 1
  )
  SELECT ${COLUMNS} FROM (SELECT fact.* FROM fact ANTI JOIN suspect ON suspect.id = fact.id)
  UNION ALL
  SELECT ${COLUMNS} FROM (SELECT standing.* FROM standing ANTI JOIN repeated ON repeated.id = standing.id)
  UNION ALL
  SELECT ${COLUMNS} FROM several QUALIFY row_number() OVER (PARTITION BY id, event
    ORDER BY time_ms, ${WORDS.map(said).join(", ")}, ${["user", "visitor"].map((name) => `${said(`several."${name}"`)} NULLS LAST`).join(", ")}) = 1
`;

/** The visits of a visitor on the day are numbered by the pauses before them. Nobody's are none. */
const RECOUNTED = `
  CREATE OR REPLACE TEMP TABLE recounted AS
  WITH paused AS (
    SELECT *, time_ms - lag(time_ms) OVER (PARTITION BY visitor ORDER BY time_ms) > ${LONGEST_PAUSE_MS} AS is_new
    FROM once
  ),
  visited AS (
    SELECT *, count_if(coalesce(is_new, false)) OVER (PARTITION BY visitor ORDER BY time_ms) AS visit FROM paused
  )
  SELECT event, ${WORDS.join(", ")}, "user", visitor, visit, time_ms // ${DAY_MS} AS day, count(*) AS events
  FROM visited GROUP BY ALL
`;

/** Counts what the tables hold, once they are flushed; gives the events that count, by name. Rejects with `IoError`. */
export async function recountDay(db: DuckDb): Promise<ReadonlyMap<string, number>> {
  for (const statement of [SUSPECT, STANDING, REPEATED, ONCE, RECOUNTED]) await db.run(statement);
  const rows = await db.query(`
    SELECT ${said("event")} AS event, events
    FROM (SELECT event, sum(events)::BIGINT AS events FROM recounted GROUP BY event)
  `);
  return new Map(rows.map((row) => [String(row["event"]), Number(row["events"])]));
}

/** The counts of a day that was just recounted. Rejects with `IoError`. */
export async function recountedDay(db: DuckDb, segment: Segment, day: number): Promise<DayCount[]> {
  const column = KEY_COLUMNS[segment];
  const rows = await db.query(`
    WITH by_user AS (
      SELECT event, ${column ?? 0} AS key, "user", sum(events)::BIGINT AS events
      FROM recounted WHERE day = ${day} GROUP BY ALL
    ),
    of_visits AS (
      SELECT event, ${column ?? 0} AS key, count(DISTINCT (visitor, visit)) AS sessions
      FROM recounted WHERE day = ${day} AND visitor <> 0 GROUP BY ALL
    )
    SELECT
      ${said("event")} AS event,
      ${said("key")} AS key,
      sum(events)::BIGINT AS count,
      count(*) FILTER ("user" <> 0) AS unique_users,
      sum(events) FILTER ("user" <> 0)::BIGINT AS user_events,
      median(events) FILTER ("user" <> 0) AS median,
      max(events) FILTER ("user" <> 0) AS max,
      coalesce(any_value(sessions), 0) AS sessions
    FROM by_user LEFT JOIN of_visits USING (event, key) GROUP BY by_user.event, by_user.key
  `);
  return rows.map((row) => {
    const { event, key = null } = row;
    const counted: DayCount = {
      event: String(event),
      key: key === null ? null : String(key),
      count: Number(row["count"]),
      unique_users: Number(row["unique_users"]),
      sessions: Number(row["sessions"]),
    };
    return segment === "user" ? { ...counted, per_user: perUser(row) } : counted;
  });
}

function perUser(row: Row): PerUser | null {
  const users = Number(row["unique_users"]);
  if (users === 0) return null;
  const mean = Math.round((100 * Number(row["user_events"])) / users) / 100;
  return { mean, median: Number(row["median"]), max: Number(row["max"]) };
}
