import { markdownTable, plain } from "../../scripts/reference/markdown.ts";
import { type Column, formatTable } from "../../src/cli/terminal/table.ts";
import { GOAL_COLUMNS, type Goal, isMet } from "./goal.ts";

/** What one part of the benchmark has found. */
export interface Report {
  /** Over what, and how often. */
  readonly title: string;
  readonly table: (format: TableFormat) => string;
  /** The rows of the table, for programs. */
  readonly rows: readonly object[];
  readonly goals: readonly Goal[];
}

type TableFormat = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]) => string;

export function reportOf<Row extends object>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  goals: readonly Goal[],
): Report {
  return { title, table: (format) => format(columns, rows), rows, goals };
}

/** The table below its title, and the goals below that. */
export function reportText({ title, table, goals }: Report, form: "text" | "markdown"): string {
  const format = form === "markdown" ? formatMarkdown : formatTable;
  const parts = [title, table(format)];
  if (goals.length > 0) parts.push(format(GOAL_COLUMNS, goals));
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}

export function reportJson(machine: object, reports: readonly Report[]): string {
  const goals = reports.flatMap((report) => report.goals).map((goal) => ({ ...goal, isMet: isMet(goal) }));
  const tables = reports.map(({ title, rows }) => ({ title, rows }));
  return `${JSON.stringify({ machine, tables, goals }, null, 2)}\n`;
}

/** The same rows as `formatTable` aligns, as a table of Markdown. */
function formatMarkdown<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const head = columns.map((column) => plain(column.head));
  const rules = columns.map(({ align }) => (align === "right" ? "---:" : "---"));
  const cells = rows.map((row) => columns.map(({ cell }) => plain(cell(row))));
  return `${markdownTable(head, cells, rules)}\n`;
}
