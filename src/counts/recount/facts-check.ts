import { type Difference, type DifferenceParts, differenceOf } from "../../archive/audit/difference.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { IoError } from "../../core/fault.ts";
import type { LocalObjects } from "../../core/local-objects.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { type FactsBasis, otherBasis } from "../facts/facts-basis.ts";
import { receiptName } from "../facts/facts-name.ts";
import { FACTS_COLUMNS } from "../facts/facts-writer.ts";
import { findPlanFacts } from "../facts/plan-facts.ts";
import { readReceipt } from "../facts/receipt.ts";
import { type DuckDb, type Row, sqlParquet, sqlText } from "../tables/duck-db.ts";
import { factWords } from "../tables/fact-table.ts";

export interface FactsCheckOptions {
  readonly store: ObjectStore;
  readonly local: LocalObjects;
  /** Its table `fact` holds what the lines give. */
  readonly db: DuckDb;
  readonly basis: FactsBasis;
}

/** Rows that are told one by one, for each plan and side. */
const MOST_ROWS = 20;
const COLUMNS = FACTS_COLUMNS.map((column) => `"${column}"`).join(", ");

/**
 * True where facts of this basis were written for the plan, whoever sealed it; also where it cannot be told, as what
 * would tell is damaged. Rejects with `IoError`.
 */
export async function hasFacts(
  { store, basis }: Pick<FactsCheckOptions, "store" | "basis">,
  { span, manifest }: SealedPlan,
): Promise<boolean> {
  if (otherBasis(manifest.makes, basis) === null) return true;
  try {
    const receipt = await readReceipt(store, receiptName(basis.catalogue, span, manifest.plan));
    return otherBasis(receipt, basis) === null;
  } catch (error) {
    if (!(error instanceof IoError) || (error.code !== "not_found" && error.code !== "corrupt")) throw error;
    return error.code === "corrupt";
  }
}

/** Holds the stored facts of a plan, row by row, against those of the same `origin` in the database. Rejects with `IoError`. */
export async function checkFacts(
  { store, local, db, basis }: FactsCheckOptions,
  sealed: SealedPlan,
  origin: string,
): Promise<Difference[]> {
  const { span, manifest } = sealed;
  const differences: Difference[] = [];
  const object = receiptName(basis.catalogue, span, manifest.plan);
  const add = (parts: DifferenceParts): void => {
    differences.push(differenceOf(span.stream, { hour: manifest.first_hour, object, ...parts }));
  };
  const facts = await findPlanFacts(store, local, basis, sealed);
  if ("missing" in facts) {
    add({ what: `facts that are missing or damaged, to be rebuilt from the vault: ${facts.missing}` });
    return differences;
  }
  const derived = `SELECT ${COLUMNS} FROM (${factWords([...FACTS_COLUMNS, "origin"])}) WHERE origin = ${sqlText(origin)}`;
  const { paths } = facts;
  const stored = paths.length === 0 ? `${derived} AND false` : `SELECT ${COLUMNS} FROM ${sqlParquet(paths)}`;
  if ((await digestOf(db, derived)) === (await digestOf(db, stored))) return differences;
  const expected = await rowsOnlyIn(db, derived, stored);
  const found = await rowsOnlyIn(db, stored, derived);
  const inVain = new Map(found.rows.map((row) => [keyOf(row), row]));
  for (const row of expected.rows) {
    const other = inVain.get(keyOf(row));
    inVain.delete(keyOf(row));
    add({
      ...lineOf(row),
      what: "a fact",
      expected: wordsOf(row, other),
      found: other === undefined ? null : wordsOf(other, row),
    });
  }
  for (const row of inVain.values()) add({ ...lineOf(row), what: "a fact", expected: null, found: wordsOf(row) });
  const more = expected.total + found.total - expected.rows.length - found.rows.length;
  if (more > 0) add({ what: `and ${more} more rows of facts that differ` });
  return differences;
}

/** How many rows there are, and two sums over hashes of each, in whatever order: cheaper than to compare row by row. */
async function digestOf(db: DuckDb, rows: string): Promise<string> {
  const hashes = `SELECT hash(${COLUMNS}) AS one, hash(1, ${COLUMNS}) AS other FROM (${rows})`;
  const [sums] = await db.query(`SELECT count(*) AS rows, sum(one) AS one, sum(other) AS other FROM (${hashes})`);
  return `${String(sums?.["rows"])} ${String(sums?.["one"])} ${String(sums?.["other"])}`;
}

/** Rows of the first query that the second one lacks, as often as it does. */
async function rowsOnlyIn(db: DuckDb, rows: string, others: string): Promise<{ total: number; rows: readonly Row[] }> {
  await db.run(`CREATE OR REPLACE TEMP TABLE left_over AS ${rows} EXCEPT ALL ${others}`);
  const [count] = await db.query("SELECT count(*) AS total FROM left_over");
  const total = Number(count?.["total"]);
  const first = total === 0 ? [] : await db.query(`FROM left_over ORDER BY id, event LIMIT ${MOST_ROWS}`);
  return { total, rows: first };
}

function keyOf(row: Row): string {
  return `${String(row["id"])} ${String(row["event"])}`;
}

function lineOf(row: Row): { readonly id: string } {
  return { id: String(row["id"]).replaceAll("-", "") };
}

/** Its event, and its columns; beside another row only those that differ. */
function wordsOf(row: Row, other?: Row): string {
  const names = Object.keys(row).filter((name) => name !== "id" && name !== "event");
  const shown = names.filter((name) => other === undefined || String(other[name]) !== String(row[name]));
  return [String(row["event"]), ...shown.map((name) => `${name}=${String(row[name])}`)].join(" ");
}
