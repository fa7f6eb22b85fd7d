import { factsOnce, type LooseFacts } from "../days/day-rows.ts";
import type { DuckDb } from "../tables/duck-db.ts";
import type { FactColumn } from "../tables/fact-table.ts";

/** What a line may carry, as a segment of counts; a session is a visitor's. */
export const CARRIED_SEGMENTS = ["instance", "plan", "group", "session", "user", "project", "category"] as const;

export type CarriedSegment = (typeof CARRIED_SEGMENTS)[number];

const COLUMNS = {
  instance: "instance",
  plan: "plan",
  group: "root_group",
  session: "visitor",
  user: "user",
  project: "project",
  category: "category",
} as const satisfies Readonly<Record<CarriedSegment, FactColumn>>;

/** The events of one kind, and how many of them carried what. */
export interface CarriedRow {
  readonly event: string;
  readonly events: number;
  readonly carried: Readonly<Record<CarriedSegment, number>>;
}

/** A row for each event of these facts, in order of names; `(unknown)` carries nothing. Rejects with `IoError`. */
export async function carriedRows(db: DuckDb, sources: LooseFacts): Promise<CarriedRow[]> {
  const facts = factsOnce(sources, ["event", ...Object.values(COLUMNS)]);
  if (facts === "") return [];
  const counts = CARRIED_SEGMENTS.map((segment) => `count(*) FILTER (${carries(segment)}) AS "${segment}"`);
  const rows = await db.query(
    `SELECT event, count(*) AS events, ${counts.join(", ")} FROM (${facts}) GROUP BY event ORDER BY event`,
  );
  return rows.map((row) => ({
    event: String(row["event"]),
    events: Number(row["events"]),
    carried: {
      instance: Number(row["instance"]),
      plan: Number(row["plan"]),
      group: Number(row["group"]),
      session: Number(row["session"]),
      user: Number(row["user"]),
      project: Number(row["project"]),
      category: Number(row["category"]),
    },
  }));
}

function carries(segment: CarriedSegment): string {
  const column = `"${COLUMNS[segment]}"`;
  return segment === "user" || segment === "session" ? `${column} IS NOT NULL` : `${column} <> '(unknown)'`;
}
