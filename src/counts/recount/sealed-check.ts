import type { Difference } from "../../archive/audit/difference.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { FactReader } from "../fact-reader.ts";
import { type DuckDbOptions, openDuckDb } from "../tables/duck-db.ts";
import { openFactTable } from "../tables/fact-table.ts";
import { checkFigures } from "./figures-check.ts";
import { openLineTable } from "./line-table.ts";
import { hasFigures, leaveOutSpan, type NotCompared, nothingLeftOut } from "./not-compared.ts";
import { planFigures } from "./plan-figures.ts";
import { type LineTables, readPlanLines } from "./plan-lines.ts";

export interface SealedCheckOptions extends DuckDbOptions {
  readonly store: ObjectStore;
  readonly reader: FactReader;
  /** Digest of the catalogue that the reader derives by; events of plans of another one are not derived again. */
  readonly catalogue: string;
  /** Is told the stored bytes that are done with. */
  readonly onBytes: (bytes: number) => void;
}

/** Holds what is sealed against its own lines, and nothing else: no facts, no counts, nothing that is not sealed. */
export interface SealedCheck {
  /** Reads all lines of these plans, which are of one day of a stream, in order. Rejects with `IoError`. */
  check(plans: readonly SealedPlan[]): Promise<readonly Difference[]>;
  /** What there was until now. */
  readonly report: SealedCheckReport;
  close(): void;
}

export interface SealedCheckReport {
  lines: number;
  /** Plans whose figures rest on bytes that are not there. */
  notCompared: number;
}

const THREADS = 2;
/** One stream at a time is in the tables. */
const STREAM = 0;

export async function openSealedCheck(options: SealedCheckOptions): Promise<SealedCheck> {
  const db = await openDuckDb(options, THREADS);
  const tables = { reader: options.reader, facts: await openFactTable(db), lines: await openLineTable(db) };
  const report: SealedCheckReport = { lines: 0, notCompared: 0 };
  const checking: Checking = { ...options, db, tables, report };
  return {
    report,
    async check(plans) {
      const differences: Difference[] = [];
      for (const ofSpan of Map.groupBy(plans, ({ span }) => span.firstHour).values()) {
        const left = nothingLeftOut();
        for (const [index, plan] of ofSpan.entries()) {
          differences.push(...(await checkPlan(checking, plan, index + 1, left)));
        }
        await tables.facts.clear();
        await tables.lines.clear();
      }
      return differences;
    },
    close() {
      tables.lines.close();
      tables.facts.close();
      db.close();
    },
  };
}

interface Checking extends SealedCheckOptions {
  readonly db: Awaited<ReturnType<typeof openDuckDb>>;
  readonly tables: LineTables;
  readonly report: SealedCheckReport;
}

/** `revision` is the one that it must be, where all before it in its span are there. */
async function checkPlan(
  { store, db, tables, report, catalogue, onBytes }: Checking,
  plan: SealedPlan,
  revision: number,
  left: NotCompared,
): Promise<Difference[]> {
  const place = { stream: STREAM, span: plan.span.firstHour, plan: plan.manifest.plan };
  const { lines, lanes, broken } = await readPlanLines(store, tables, plan, place, onBytes);
  report.lines += lines;
  if (broken.length > 0 || plan.manifest.revision !== revision) leaveOutSpan(left, plan);
  const found = broken.map(({ difference }) => difference);
  if (!hasFigures(left, plan)) {
    report.notCompared += 1;
    return found;
  }
  tables.facts.flush();
  tables.lines.flush();
  const figures = await planFigures(db, place);
  const isSameCatalogue = plan.manifest.counts.catalogue === catalogue;
  return [...found, ...checkFigures(plan, { figures, lanes, isSameCatalogue })];
}
