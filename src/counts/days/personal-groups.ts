import type { CountQuery } from "../cube.ts";
import { type DuckDb, sqlParquet } from "../tables/duck-db.ts";
import { factsOnce, type LooseFacts } from "./day-rows.ts";

/** Key of everything in the groups of persons, where they are folded. */
const PERSONAL = "(personal)";

/** The first part of a project's path is its group. */
const GROUP_OF_KEY = { group: "key", project: "split_part(key, '/', 1)" } as const;

/** Where it is told in which groups somebody of their name acted. */
export interface OwnerSources extends LooseFacts {
  /** Paths of files of roll-ups with rows of `OWNER_ROWS`. */
  readonly rollups: readonly string[];
}

/** True where the keys are groups, or lie in groups, and those of persons are to be one. */
export function foldsKeys({ by, foldsPersonal }: Pick<CountQuery, "by" | "foldsPersonal">): boolean {
  return foldsPersonal && by in GROUP_OF_KEY;
}

/**
 * Fills the temporary table `personal_group`: the groups of persons are those in which somebody of their name acted, as no
 * user and no other group can have that name. Rejects with `IoError`.
 */
export async function writePersonalGroups(db: DuckDb, sources: OwnerSources): Promise<void> {
  const facts = factsOnce(sources, ["root_group", "own_group"]);
  const parts = [
    "SELECT NULL::VARCHAR AS root_group WHERE false",
    ...(sources.rollups.length === 0 ? [] : [`SELECT root_group FROM ${sqlParquet(sources.rollups)}`]),
    ...(facts === "" ? [] : [`SELECT root_group FROM (${facts}) WHERE own_group`]),
  ];
  await db.run(`
    CREATE OR REPLACE TEMP TABLE personal_group AS
    SELECT DISTINCT lower(root_group) AS name FROM (${parts.join("\nUNION ALL\n")})`);
}

/** SQL of the column `key` of a query that folds keys, by the table of `writePersonalGroups`. */
export function foldedKey(by: CountQuery["by"]): string {
  const group = by === "project" ? GROUP_OF_KEY.project : GROUP_OF_KEY.group;
  return `CASE WHEN lower(${group}) IN (SELECT name FROM personal_group) THEN '${PERSONAL}' ELSE key END`;
}
