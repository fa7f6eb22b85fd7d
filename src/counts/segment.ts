import type { FactColumn } from "./tables/fact-table.ts";

/** By what events are counted; those of the guide come first. */
export type Segment =
  | "instance"
  | "plan"
  | "group"
  | "session"
  | "user"
  | "project"
  | "detail"
  | "category"
  | "operation";

/** The column of facts that has the keys of a segment; null where all events have one key. */
export const KEY_COLUMNS = {
  instance: "instance",
  plan: "plan",
  group: "root_group",
  session: null,
  user: null,
  project: "project",
  detail: "detail",
  category: "category",
  operation: "operation",
} as const satisfies Readonly<Record<Segment, FactColumn | null>>;

export const SEGMENTS = Object.keys(KEY_COLUMNS) as readonly Segment[];

/** Those that roll-ups know: totals by session are of the same rows as those by user. */
export const ROLLUP_SEGMENTS = SEGMENTS.filter((segment) => segment !== "session");

export function rollupSegment(segment: Segment): Segment {
  return segment === "session" ? "user" : segment;
}
