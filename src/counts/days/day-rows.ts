import { KEY_COLUMNS, type Segment } from "../segment.ts";
import type { RunFiles } from "../sessions/session-tables.ts";
import { sqlParquet, sqlText, sqlTexts } from "../tables/duck-db.ts";
import { type FactColumn, factWords } from "../tables/fact-table.ts";

/** Where the facts of some days lie. The table `conflict` is that of the database. */
export interface FactsOfDays {
  /** Parquet files with facts. */
  readonly files: readonly { readonly stream: string; readonly paths: readonly string[] }[];
  /** Of the facts in memory. */
  readonly origins: readonly string[];
  /** Days since 1970: those that have any of them, and which of the facts in memory are meant. */
  readonly days: readonly number[];
}

/** A Parquet file with rows of `eventRows`. */
export interface RolledDay {
  /** In days since 1970: all rows are of it. */
  readonly day: number;
  readonly path: string;
  /** Those that it has a column for. */
  readonly events: readonly string[];
}

/** Everything that is to be counted: of no day that the question has not, but for sessions that began before. */
export interface DaySources extends LooseFacts {
  /** Of the segment; several of a day are of streams that are apart. */
  readonly rolled: readonly RolledDay[];
  /** Without files where no sessions are counted. */
  readonly runs: readonly RunFiles[];
}

/** What of it is in no roll-up. */
export interface LooseFacts {
  /** Days on which one stream has facts, or several that are apart: each is there once. */
  readonly single: FactsOfDays;
  /** Days on which several streams have some: an id may be there several times. */
  readonly shared: FactsOfDays;
  /** True where variants are to be left out. */
  readonly hasConflicts: boolean;
}

const DAY = "epoch_ms(time) // 86400000";
/** What a row of counts may be made of. */
export const WORD_COLUMNS = [
  "time",
  "event",
  "operation",
  "detail",
  "instance",
  "plan",
  "root_group",
  "own_group",
  "project",
  "category",
  "user",
  "visitor",
] as const satisfies readonly FactColumn[];
/** The order of the variants of an id, by which the first stands: null is the one of whose bytes the id is made. */
const VARIANT_ORDER = "variant NULLS FIRST, log";
/** Copies of the same bytes in several streams are normally equal; where they are not, the first in this order is taken. */
const BY_WORDS = `ORDER BY time, operation, detail, instance, plan, root_group, project, category, "user" NULLS LAST, visitor NULLS LAST, own_group`;

/** The rows of those files, `day` since 1970. */
export function rolledEvents(rolled: readonly RolledDay[]): string {
  const paths = rolled.map(({ path }) => path);
  return `SELECT * EXCLUDE (day), ${ROLLUP_DAY} FROM ${sqlParquet(paths, "any")}`;
}

/** What is in no roll-up: `event`, `key`, `user` and `day` (since 1970) of each; null where there is nothing. */
export function looseEvents(sources: LooseFacts, segment: Segment, events: readonly string[] | null): string | null {
  const column = KEY_COLUMNS[segment];
  const needed = ["time", "event", "user", ...(column === null ? [] : [column])] as const;
  const parts = looseRows(sources, needed).map(
    (rows) => `SELECT event, ${column ?? "NULL::VARCHAR"} AS key, "user", ${DAY} AS day
      FROM (${rows}) WHERE ${areWanted(events)}`,
  );
  return parts.length === 0 ? null : parts.join("\nUNION ALL\n");
}

/** SQL of a condition on the column `event`: that it is one of these; null for all. */
export function areWanted(events: readonly string[] | null): string {
  return events === null ? "true" : `event IN (SELECT unnest(${sqlTexts(events)}::VARCHAR[]))`;
}

/** What is in no roll-up, as sessions are made of it; rows of which the key is that of the segment. */
export function sessionFacts(sources: DaySources, segment: Segment): string {
  const column = KEY_COLUMNS[segment];
  const needed = ["time", "event", "user", "visitor", ...(column === null ? [] : [column])] as const;
  const parts = [
    `SELECT NULL::VARCHAR AS event, NULL::VARCHAR AS key, 0 AS day, NULL::UUID AS "user", NULL::UUID AS visitor,
      0 AS time_ms WHERE false`,
    ...looseRows(sources, needed).map(
      (rows) => `SELECT event, ${column ?? "NULL::VARCHAR"}, ${DAY}, "user", visitor, epoch_ms(time) FROM (${rows})`,
    ),
  ];
  return parts.join("\nUNION ALL\n");
}

/** At least these columns of all facts that no roll-up has, each fact once. */
function looseRows({ single, shared, hasConflicts }: LooseFacts, columns: readonly FactColumn[]): string[] {
  return [
    ...(isEmpty(single) ? [] : [standingRows(single, columns, hasConflicts)]),
    ...(isEmpty(shared) ? [] : [distinctRows(shared, hasConflicts)]),
  ];
}

/** Those columns of all facts, each event of a line once; empty where there are none. */
export function factsOnce(sources: LooseFacts, columns: readonly FactColumn[]): string {
  const names = columns.map((column) => `"${column}"`).join(", ");
  return looseRows(sources, columns)
    .map((rows) => `SELECT ${names} FROM (${rows})`)
    .join("\nUNION ALL\n");
}

/** The distinct instances of all facts; of an id that several streams have, those of all of them. */
export function instancesOf(facts: FactsOfDays, hasConflicts: boolean): string {
  const rows = standingRows(facts, ["instance"], hasConflicts);
  return `SELECT DISTINCT instance FROM (${rows === "" ? "SELECT NULL::VARCHAR AS instance WHERE false" : rows})`;
}

/** Those columns of all facts, without the variants that do not stand; empty where there are no facts. */
export function standingRows(facts: FactsOfDays, columns: readonly FactColumn[], hasConflicts: boolean): string {
  if (!hasConflicts) return allRows(facts, columns);
  const rows = allRows(facts, [...new Set([...columns, "stream", "id", "variant", "log"] as const)]);
  if (rows === "") return rows;
  return `SELECT facts.* FROM (${rows}) facts ANTI JOIN conflict ON conflict.id = facts.id
    AND conflict.stream = facts.stream
      AND (conflict.standing <> coalesce(facts.variant, 0) OR conflict.log <> facts.log)`;
}

function allRows({ files, origins, days }: FactsOfDays, columns: readonly FactColumn[]): string {
  const names = columns.map((column) => `"${column}"`).join(", ");
  const stored = columns.filter((column) => column !== "stream").map((column) => `"${column}"`);
  const parts = files
    .filter(({ paths }) => paths.length > 0)
    .map(({ stream, paths }) => {
      const words = columns.includes("stream") ? [`${sqlText(stream)} AS stream`, ...stored] : stored;
      return `SELECT ${names} FROM (SELECT ${words.join(", ")} FROM ${sqlParquet(paths)})`;
    });
  if (origins.length > 0) {
    const wanted = [...new Set([...columns, "origin", "time"] as const)];
    parts.push(`SELECT ${names} FROM (${factWords(wanted)})
      WHERE origin IN (SELECT unnest(${sqlTexts(origins)})) AND ${DAY} IN (SELECT unnest([${days.join(", ")}]))`);
  }
  return parts.join("\nUNION ALL\n");
}

/** An id that several streams have counts once: of its variants with events the first. */
function distinctRows(facts: FactsOfDays, hasConflicts: boolean): string {
  return `
    WITH of_streams AS (${standingRows(facts, [...WORD_COLUMNS, "stream", "id", "variant", "log"], hasConflicts)}),
    repeated AS (SELECT id FROM of_streams GROUP BY id HAVING min(stream) <> max(stream)),
    first_variant AS (
      FROM of_streams SEMI JOIN repeated ON repeated.id = of_streams.id
      QUALIFY rank() OVER (PARTITION BY of_streams.id ORDER BY ${VARIANT_ORDER}) = 1
    )
    FROM of_streams ANTI JOIN repeated ON repeated.id = of_streams.id
    UNION ALL
    FROM first_variant QUALIFY row_number() OVER (PARTITION BY id, event ${BY_WORDS}) = 1`;
}

function isEmpty({ files, origins }: FactsOfDays): boolean {
  return files.every(({ paths }) => paths.length === 0) && origins.length === 0;
}

const ROLLUP_DAY = "day - DATE '1970-01-01' AS day";
