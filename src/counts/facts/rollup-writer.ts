import type { StoredObject } from "../../archive/manifest.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { UNDATED_DAY } from "../../archive/span.ts";
import { storedObject } from "../../archive/stored-bytes.ts";
import { putView, type ViewStore } from "../../archive/view-store.ts";
import { isOfObject } from "../../core/fault.ts";
import type { LocalObjects } from "../../core/local-objects.ts";
import type { ScratchFiles } from "../../core/scratch-files.ts";
import { DAY_MS } from "../../core/units.ts";
import { type FactsOfDays, standingRows, WORD_COLUMNS } from "../days/day-rows.ts";
import { ROLLUP_SEGMENTS } from "../segment.ts";
import { standingVariants, writeConflicts } from "../tables/conflict-table.ts";
import { type DuckDb, type DuckDbOptions, openDuckDb } from "../tables/duck-db.ts";
import { type FactsBasis, storedBasis } from "./facts-basis.ts";
import { copyOf } from "./facts-writer.ts";
import { findAllFacts, type PlanFiles } from "./plan-facts.ts";
import { receiptBytes } from "./receipt.ts";
import { findRollup, ROLLUP_FORMAT, type Rollup, type RollupFile, rollupName } from "./rollup.ts";
import { DAY_RUNS, dayFacts, deedRows, eventRows, OWNER_ROWS, RUN_ROWS } from "./rollup-rows.ts";

export interface RollupOptions extends DuckDbOptions {
  readonly views: ViewStore;
  readonly local: LocalObjects;
  readonly scratch: ScratchFiles;
  readonly basis: FactsBasis;
  readonly stream: string;
  /** All complete plans of the days, in order. */
  readonly plans: readonly SealedPlan[];
  /** `YYYY-MM-DD`; the undated day has no roll-up, since nothing of it counts in any period. */
  readonly days: readonly string[];
  /** False: only where a new one is worth it. */
  readonly always: boolean;
  /** Days that end later get no roll-up yet: every hour that is sealed would need another one. */
  readonly dueThroughMs: number;
  /** Told in one line which day has none. */
  readonly tell: (sentence: string) => void;
}

/** A roll-up is made anew when so large a part of the day's lines is not in the one that is there. */
const WORTH_IT = 0.1;
const THREADS = 1;

/**
 * Writes the roll-ups of those days that are over, where there is a reason to; resolves with their days. To be called
 * when the facts of the plans are written. Rejects with `IoError`.
 */
export async function writeRollups(options: RollupOptions): Promise<string[]> {
  const written: string[] = [];
  for (const day of new Set(options.days)) {
    if (!isOver(day, options.dueThroughMs)) continue;
    const plans = options.plans.filter((plan) => plan.span.day === day && !plan.isRecord);
    if (plans.length > 0 && (await isWorthIt(options, day, plans)) && (await writeRollup(options, day, plans))) {
      written.push(day);
    }
  }
  return written;
}

/** Never true for the undated day, on which nothing counts. */
export function isOver(day: string, dueThroughMs: number): boolean {
  return day !== UNDATED_DAY && Date.parse(day) + DAY_MS <= dueThroughMs;
}

async function isWorthIt(options: RollupOptions, day: string, plans: readonly SealedPlan[]): Promise<boolean> {
  const { views, local, basis, stream, always, tell } = options;
  if (always) return true;
  const found = await findRollup(views.store, basis, stream, day, plans, tell);
  if (found === null || linesOf(found.others) > WORTH_IT * linesOf(plans)) return true;
  return !(await areWhole(local, found.rollup.files));
}

async function areWhole(local: LocalObjects, files: readonly RollupFile[]): Promise<boolean> {
  try {
    for (const { name, size_bytes: sizeBytes, sha256 } of files) await local.fileOf({ name, sizeBytes, sha256 });
    return true;
  } catch (error) {
    if (isOfObject(error)) return false;
    throw error;
  }
}

function linesOf(plans: readonly SealedPlan[]): number {
  return plans.reduce((sum, { manifest }) => sum + manifest.lines, 0);
}

/** False where the facts of the day are not all there: it is counted without a roll-up then. */
async function writeRollup(options: RollupOptions, day: string, plans: readonly SealedPlan[]): Promise<boolean> {
  const { views, local, basis, stream, tell } = options;
  const files = await findAllFacts(views.store, local, basis, plans);
  if ("missing" in files) {
    tell(`${stream} has no roll-up of ${day}: ${files.missing} (hint: "logtally facts rebuild" writes both)`);
    return false;
  }
  const inputs = plans.map(({ name, sha256 }, index) => ({ name, sha256, facts: storedObjects(files[index]) }));
  const name = rollupName(basis, stream, day, inputs);
  const db = await openDuckDb(options, THREADS);
  try {
    const conflicts = standingVariants(plans.map(({ manifest }) => ({ stream, conflicts: manifest.conflicts })));
    await writeConflicts(db, conflicts);
    const paths = files.flatMap((each) => each.paths);
    const facts: FactsOfDays = { files: paths.length === 0 ? [] : [{ stream, paths }], origins: [], days: [] };
    const rows = paths.length === 0 ? NO_ROWS : standingRows(facts, WORD_COLUMNS, conflicts.length > 0);
    await db.run(`CREATE TEMP TABLE day_fact AS ${dayFacts(rows)}`);
    await db.run(`CREATE TEMP TABLE day_run AS ${DAY_RUNS}`);
    const written: RollupFile[] = [
      await writeFile(options, db, RUN_ROWS, name, { kind: "runs", segment: null }),
      await writeFile(options, db, OWNER_ROWS, name, { kind: "owners", segment: null }),
    ];
    const events = await distinct(db, "event");
    for (const segment of ROLLUP_SEGMENTS) {
      written.push(await writeFile(options, db, eventRows(segment, events), name, { kind: "events", segment }));
      written.push(await writeFile(options, db, deedRows(segment), name, { kind: "sessions", segment }));
    }
    const rollup: Rollup = {
      format: ROLLUP_FORMAT,
      stream,
      day,
      ...storedBasis(basis),
      inputs,
      instances: await distinct(db, "instance"),
      events,
      files: written,
    };
    await putView(views, `${name}.json`, receiptBytes(rollup));
  } finally {
    db.close();
  }
  return true;
}

/** What the column of the day's facts holds, in order. */
async function distinct(db: DuckDb, column: "event" | "instance"): Promise<string[]> {
  const rows = await db.query(`SELECT DISTINCT ${column} AS word FROM day_fact ORDER BY word`);
  return rows.map((row) => String(row["word"]));
}

function storedObjects(facts: PlanFiles | undefined): StoredObject[] {
  return (facts?.files ?? []).map(({ name, size_bytes, sha256 }) => ({ name, size_bytes, sha256 }));
}

/** A day on which nothing counts. */
const NO_ROWS = `
  SELECT NULL::TIMESTAMP AS time, '' AS event, '' AS operation, '' AS detail, '' AS instance, '' AS plan,
    '' AS root_group, false AS own_group, '' AS project, '' AS category, NULL::UUID AS "user", NULL::UUID AS visitor WHERE false`;

async function writeFile(
  { views, scratch }: RollupOptions,
  db: DuckDb,
  rows: string,
  name: string,
  of: Pick<RollupFile, "kind" | "segment">,
): Promise<RollupFile> {
  await db.run(`CREATE OR REPLACE TEMP TABLE rollup AS ${rows}`);
  const [counted] = await db.query("SELECT count(*)::INTEGER AS rows FROM rollup");
  const bytes = await scratch.collect((path) => db.run(copyOf("FROM rollup", path)));
  const file = `${name}-${[of.segment ?? [], of.kind].flat().join("-")}.parquet`;
  await putView(views, file, bytes);
  return { ...of, rows: Number(counted?.["rows"]), ...storedObject(file, bytes) };
}
