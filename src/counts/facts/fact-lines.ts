import type { PlanReference } from "../../archive/line-object.ts";
import type { LocalObjects } from "../../core/local-objects.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { type DuckDb, type DuckDbOptions, openDuckDb, sqlParquet, sqlText } from "../tables/duck-db.ts";
import type { FactsBasis } from "./facts-basis.ts";
import { findPlanFacts } from "./plan-facts.ts";

/** Which facts are meant; null: all. */
export interface FactConditions {
  readonly event: string | null;
  /** Pseudonym, 32 hex digits. */
  readonly user: string | null;
  readonly group: string | null;
  readonly project: string | null;
}

export interface FactLinesOptions extends DuckDbOptions {
  readonly store: ObjectStore;
  readonly local: LocalObjects;
  readonly basis: FactsBasis;
  /** Of one segment; of more a search reads everything anyway. */
  readonly mostIds: number;
}

/** Lines that have certain events, by the facts of sealed hours. */
export interface FactLines {
  /**
   * Ids of the lines of a segment that have such events, 32 hex digits each, perhaps of some more lines; null where they
   * are too many, or no facts tell. Rejects with `IoError`.
   */
  idsOf(plan: PlanReference, segment: number): Promise<readonly string[] | null>;
  /** Plans without facts that could be used, and why the first has none. */
  missing(): { readonly plans: number; readonly first: string };
  close(): void;
}

/** Rejects with `IoError`. */
export async function openFactLines(options: FactLinesOptions, conditions: FactConditions): Promise<FactLines> {
  const { store, local, basis, mostIds } = options;
  const db = await openDuckDb(options, 1);
  const plans = new Map<string, Promise<ReadonlyMap<number, string> | null>>();
  const missing = { plans: 0, first: "" };
  const where = whereOf(conditions);

  /** Paths of the facts of a plan, by segment. */
  async function pathsOf(plan: PlanReference): Promise<ReadonlyMap<number, string> | null> {
    const facts = await findPlanFacts(store, local, basis, plan);
    if ("missing" in facts) {
      if (missing.plans === 0) missing.first = facts.missing;
      missing.plans += 1;
      return null;
    }
    return new Map(facts.files.map(({ number }, index) => [number, facts.paths[index] ?? ""]));
  }

  return {
    async idsOf(plan, segment) {
      const finding = plans.get(plan.name) ?? pathsOf(plan);
      plans.set(plan.name, finding);
      const paths = await finding;
      if (paths === null) return null;
      const path = paths.get(segment);
      // Without facts no line of it has an event.
      return path === undefined ? [] : idsIn(db, path, where, mostIds);
    },
    missing: () => missing,
    close: () => db.close(),
  };
}

async function idsIn({ query }: DuckDb, path: string, where: string, mostIds: number): Promise<string[] | null> {
  const sql = `SELECT DISTINCT replace(id::VARCHAR, '-', '') AS id FROM ${sqlParquet([path])} ${where} LIMIT ${mostIds + 1}`;
  const rows = await query(sql);
  return rows.length > mostIds ? null : rows.map(({ id }) => String(id));
}

function whereOf({ event, user, group, project }: FactConditions): string {
  const conditions = [
    event === null ? [] : [`event = ${sqlText(event)}`],
    user === null ? [] : [`"user" = ${sqlText(user)}::UUID`],
    group === null ? [] : [`root_group = ${sqlText(group)}`],
    project === null ? [] : [`project = ${sqlText(project)}`],
  ].flat();
  return conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
}
