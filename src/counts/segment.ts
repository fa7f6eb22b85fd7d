import type { FactColumn } from "./fact-table.ts";

/** By what events are counted. */
export type Segment = "instance" | "plan" | "group" | "user" | "project" | "detail" | "category" | "operation";

/** The column of facts that has the keys of a segment; null where all events have one key. */
export const KEY_COLUMNS = {
  instance: "instance",
  plan: "plan",
  group: "root_group",
  user: null,
  project: "project",
  detail: "detail",
  category: "category",
  operation: "operation",
} as const satisfies Readonly<Record<Segment, FactColumn | null>>;

export const SEGMENTS = Object.keys(KEY_COLUMNS) as readonly Segment[];
