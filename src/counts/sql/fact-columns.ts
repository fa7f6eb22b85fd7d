import type { OpenableSegment, ReportingPolicy } from "../reporting-policy.ts";
import { permissionFor } from "../reporting-policy.ts";
import type { FactColumn } from "../tables/fact-table.ts";

/** A column of the view `facts`. */
export interface SqlColumn {
  readonly name: string;
  /** Of the facts that it is made of. */
  readonly column: FactColumn;
  /** What may tell persons apart: it is there only where the deployment lets that be reported row by row. */
  readonly segment: OpenableSegment | null;
  /** A few words for docs/reference. */
  readonly meaning: string;
}

/** `user` would be a function of SQL, not a column. */
export const SQL_COLUMNS: readonly SqlColumn[] = [
  { name: "time", column: "time", segment: null, meaning: "when it counts, UTC" },
  { name: "event", column: "event", segment: null, meaning: "the event" },
  { name: "operation", column: "operation", segment: null, meaning: "create, read, update, delete or none" },
  { name: "detail", column: "detail", segment: null, meaning: "of what, as the catalogue says; or (none)" },
  { name: "instance", column: "instance", segment: null, meaning: "the instance; or (unknown)" },
  { name: "plan", column: "plan", segment: null, meaning: "the plan of the group; or (unknown)" },
  { name: "root_group", column: "root_group", segment: "group", meaning: "the top-level group; or (unknown)" },
  {
    name: "own_group",
    column: "own_group",
    segment: "user",
    meaning: "true where the group has the name of who acted",
  },
  { name: "project", column: "project", segment: "project", meaning: "the full path of the project; or (unknown)" },
  { name: "category", column: "category", segment: null, meaning: "the feature category; or (unknown)" },
  { name: "user_pseudonym", column: "user", segment: "user", meaning: "the pseudonym of who acted; null for nobody" },
  {
    name: "visitor_pseudonym",
    column: "visitor",
    segment: "session",
    meaning: "the pseudonym of the visitor; or null",
  },
  { name: "log", column: "log", segment: null, meaning: "the log that tells of it" },
  { name: "id", column: "id", segment: null, meaning: "the id of the line" },
];

/** The columns that a deployment lets be seen row by row, and those that it does not. */
export function columnsFor(policy: ReportingPolicy): { readonly shown: SqlColumn[]; readonly hidden: SqlColumn[] } {
  const isShown = ({ segment }: SqlColumn): boolean =>
    segment === null || permissionFor(segment, "identifiable", policy).kind !== "refused";
  return { shown: SQL_COLUMNS.filter(isShown), hidden: SQL_COLUMNS.filter((column) => !isShown(column)) };
}
