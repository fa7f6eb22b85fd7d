import { factsOnce, type LooseFacts } from "../days/day-rows.ts";
import { foldedKey } from "../days/personal-groups.ts";
import { type DuckDb, sqlText } from "../tables/duck-db.ts";
import type { FactColumn } from "../tables/fact-table.ts";
import type { SqlColumn } from "./fact-columns.ts";

/** What of the facts goes into a file. */
export interface FactsSelection {
  readonly columns: readonly SqlColumn[];
  /** Half-open, in milliseconds since 1970; null is open. Facts without time are in no span. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  /** True makes one key of all groups of persons, and of their projects, by the table of `writePersonalGroups`. */
  readonly foldsPersonal: boolean;
}

/** Writes these columns of the facts, each event of a line once, as a Parquet file. Rejects with `IoError`. */
export async function writeFactsFile(
  db: DuckDb,
  sources: LooseFacts,
  { columns, sinceMs, untilMs, foldsPersonal }: FactsSelection,
  path: string,
): Promise<void> {
  const needed = [...new Set<FactColumn>(["time", ...columns.map(({ column }) => column)])];
  const facts = factsOnce(sources, needed);
  const rows = facts === "" ? `SELECT * FROM (${emptyRow(needed)}) WHERE false` : facts;
  const words = columns.map((column) => `${sqlOf(column, foldsPersonal)} AS ${column.name}`);
  const inSpan = [
    ...(sinceMs === null ? [] : [`epoch_ms(time) >= ${sinceMs}`]),
    ...(untilMs === null ? [] : [`epoch_ms(time) < ${untilMs}`]),
    ...(sinceMs === null && untilMs === null ? [] : ["epoch_ms(time) <> 0"]),
  ];
  const where = inSpan.length === 0 ? "" : `WHERE ${inSpan.join(" AND ")}`;
  await db.run(
    `COPY (SELECT ${words.join(", ")} FROM (${rows}) ${where}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

function sqlOf({ column }: SqlColumn, foldsPersonal: boolean): string {
  // As everywhere else in this program.
  if (column === "user" || column === "visitor" || column === "id") return `replace("${column}"::VARCHAR, '-', '')`;
  if (column === "time") return "CASE WHEN epoch_ms(time) = 0 THEN NULL ELSE time END";
  if (!foldsPersonal || (column !== "root_group" && column !== "project")) return `"${column}"`;
  return foldedKey(column === "project" ? "project" : "group").replaceAll("key", `"${column}"`);
}

const TYPES: Readonly<Partial<Record<FactColumn, string>>> = {
  time: "TIMESTAMP",
  own_group: "BOOLEAN",
  user: "UUID",
  visitor: "UUID",
  id: "UUID",
};

function emptyRow(columns: readonly FactColumn[]): string {
  return `SELECT ${columns.map((column) => `NULL::${TYPES[column] ?? "VARCHAR"} AS "${column}"`).join(", ")}`;
}
