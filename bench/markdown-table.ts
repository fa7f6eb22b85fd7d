import type { Column } from "../src/cli/table.ts";

/** The same rows as `formatTable` aligns, as a table of Markdown. */
export function formatMarkdown<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const heads = columns.map(({ head }) => head);
  const rules = columns.map(({ align }) => (align === "right" ? "---:" : "---"));
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  return [heads, rules, ...cells].map((line) => `${line.map((text) => `| ${escaped(text)} `).join("")}|\n`).join("");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
