import { UINTEGER } from "@duckdb/node-api";
import type { HourFigures } from "../../archive/manifest.ts";
import { type DuckDb, type Parameters, type Row, sqlText } from "../tables/duck-db.ts";
import { HASH_DIGITS, type LinePlace, LOG_BYTE, logOfDigits } from "./line-table.ts";

/** What a plan changes, found again from its lines and those of all plans before it. */
export interface PlanFigures {
  /** By hour since 1970; what was received and left out as a duplicate lies in no segment. */
  readonly byHour: ReadonlyMap<number, Omit<HourFigures, "received" | "duplicates">>;
  /** Changes of the counts, by event, without zeros. */
  readonly events: ReadonlyMap<string, number>;
  /** Ids that have more than one variant, of which the plan brought one. */
  readonly conflicts: readonly FoundConflict[];
  /** Ids of which it brought a line that was there before, byte by byte. */
  readonly copies: readonly string[];
}

export interface FoundConflict {
  readonly id: string;
  readonly variants: number;
  /** The first `HASH_DIGITS` hex digits of the standing line's hash. */
  readonly standing: string;
  readonly log: string;
}

/** How the facts of a plan are called in `fact_words`. */
export function originOf({ stream, span, plan }: LinePlace): string {
  return `${stream}/${span}/${plan}`;
}

/** Of each id that the plan has a line of: what stands before it (null: nothing) and after it. */
const TOUCHED = `
  CREATE OR REPLACE TEMP TABLE touched AS
  WITH of_span AS (FROM line WHERE stream = $stream AND span = $span AND plan <= $plan),
  seen AS (SELECT of_span.* FROM of_span SEMI JOIN (FROM of_span WHERE plan = $plan) added ON added.id = of_span.id)
  SELECT
    id,
    any_value(hour) AS hour,
    count(*) FILTER (plan = $plan) AS added,
    count(*) AS lines,
    count(DISTINCT variant) AS variants,
    min(variant) FILTER (plan < $plan) AS before,
    min_by(kind, variant) FILTER (plan < $plan) AS kind_before,
    min(variant) AS after,
    min_by(kind, variant) AS kind_after
  FROM seen GROUP BY id
`;

const BY_HOUR = `
  SELECT
    hour,
    count(*) FILTER (before IS NULL) AS archived,
    sum(added)::BIGINT - count(*) FILTER (before IS NULL) AS conflicts,
    ${["counted", "eventless", "quarantined"]
      .map(
        (kind, number) =>
          `count(*) FILTER (kind_after = ${number}) - count(*) FILTER (kind_before = ${number}) AS ${kind}`,
      )
      .join(", ")}
  FROM touched GROUP BY hour
`;

const CONFLICTS = "SELECT id, variants, after AS standing FROM touched WHERE variants > 1 ORDER BY id";

const COPIES = "SELECT id FROM touched WHERE lines > variants ORDER BY id";

/**
 * What facts have of a variant, in the same order: 0 where the id is made of the line's bytes, else 1 and the first 8
 * bytes of their hash; the byte of the log.
 */
export const FACT_VARIANT = `(
  (CASE WHEN fact.variant = 0 THEN 0::UHUGEINT ELSE ${1n << 64n}::UHUGEINT + fact.variant END) * 256
    + ${LOG_BYTE("(SELECT value FROM dictionary WHERE code = fact.log)")}::UHUGEINT
)`;

/** The same of a variant of the table `line`. */
export const shortVariant = (column: string): string =>
  `((CASE WHEN ${column} >> 124 = 0 THEN 0::UHUGEINT ELSE ${column} >> 60 END) * 256 + (${column} % 256))`;

/** Of ids with one variant every event is new; of the others only those that stand otherwise than before change a count. */
const eventsOf = (prefix: string): string => `
  WITH origin AS (
    SELECT code, substr(value, ${prefix.length + 1})::UINTEGER AS plan
    FROM dictionary WHERE starts_with(value, ${sqlText(prefix)})
  ),
  several AS MATERIALIZED (FROM touched WHERE variants > 1),
  of_several AS MATERIALIZED (
    SELECT fact.id, fact.event, ${FACT_VARIANT} AS variant
    FROM (SELECT fact.* FROM fact SEMI JOIN several ON several.id = fact.id) fact
    JOIN origin ON origin.code = fact.origin WHERE origin.plan <= $plan
  ),
  changes AS (
    SELECT fact.event, count(*) AS change
    FROM fact JOIN origin ON origin.code = fact.origin ANTI JOIN several ON several.id = fact.id
    WHERE origin.plan = $plan GROUP BY fact.event
    UNION ALL
    SELECT of_several.event, 1 FROM of_several JOIN several ON several.id = of_several.id
    WHERE of_several.variant = ${shortVariant("several.after")}
    UNION ALL
    SELECT of_several.event, -1 FROM of_several JOIN several ON several.id = of_several.id
    WHERE of_several.variant = ${shortVariant("several.before")}
  )
  SELECT dictionary.value AS event, sum(change)::BIGINT AS change
  FROM changes JOIN dictionary ON dictionary.code = changes.event
  GROUP BY ALL HAVING sum(change) <> 0
`;

/** Asks the tables `line` and `fact`, which must be flushed. Rejects with `IoError`. */
export async function planFigures(db: DuckDb, place: LinePlace): Promise<PlanFigures> {
  const parameters: Parameters = {
    stream: { value: place.stream, type: UINTEGER },
    span: { value: place.span, type: UINTEGER },
    plan: { value: place.plan, type: UINTEGER },
  };
  await db.query(TOUCHED, parameters);
  const byHour = await db.query(BY_HOUR);
  const events = await db.query(eventsOf(`${place.stream}/${place.span}/`), {
    plan: { value: place.plan, type: UINTEGER },
  });
  return {
    byHour: new Map(byHour.map((row) => [Number(row["hour"]), figuresIn(row)])),
    events: new Map(events.map((row) => [String(row["event"]), Number(row["change"])])),
    conflicts: (await db.query(CONFLICTS)).map(conflictIn),
    copies: (await db.query(COPIES)).map((row) => idIn(row)),
  };
}

function figuresIn(row: Row): Omit<HourFigures, "received" | "duplicates"> {
  return {
    archived: Number(row["archived"]),
    conflicts: Number(row["conflicts"]),
    counted: Number(row["counted"]),
    eventless: Number(row["eventless"]),
    quarantined: Number(row["quarantined"]),
  };
}

function conflictIn(row: Row): FoundConflict {
  const digits = BigInt(String(row["standing"]))
    .toString(16)
    .padStart(HASH_DIGITS + 3, "0")
    .slice(1);
  const [standing, log] = [digits.slice(0, HASH_DIGITS), logOfDigits(digits.slice(HASH_DIGITS))];
  return { id: idIn(row), variants: Number(row["variants"]), standing, log };
}

function idIn(row: Row): string {
  return String(row["id"]).replaceAll("-", "");
}
