import { csvField } from "../../../counts/formats/csv.ts";
import type { SqlAnswer } from "../../../counts/sql/sql-session.ts";
import type { SqlValue } from "../../../counts/sql/sql-value.ts";
import { print } from "../../terminal/print.ts";
import { formatCount } from "../../terminal/quantity.ts";
import { formatTable } from "../../terminal/table.ts";
import type { SqlOptions } from "./archive-sql.ts";

/** A table has to be held as a whole to be aligned. */
const MOST_TABLE_ROWS = 1000;

/** Prints rows as they come, but for a table. Rejects as the answer does. */
export async function printSqlAnswer(answer: SqlAnswer, format: SqlOptions["format"]): Promise<void> {
  if (format === "table") await printTable(answer);
  else if (format === "csv") await printCsv(answer);
  else await printJson(answer);
}

async function printTable(answer: SqlAnswer): Promise<void> {
  const rows: (readonly SqlValue[])[] = [];
  for await (const portion of answer.portions()) {
    for (const row of portion) rows.push(row);
    if (rows.length > MOST_TABLE_ROWS) break;
  }
  const shown = rows.slice(0, MOST_TABLE_ROWS);
  const heads = answer.columns.map((head, at) => ({
    head,
    align: shown.some((row) => typeof row[at] === "number") ? ("right" as const) : ("left" as const),
    cell: (row: readonly SqlValue[]): string => textOf(row[at] ?? null),
  }));
  await print(formatTable(heads, shown));
  if (rows.length <= MOST_TABLE_ROWS) return;
  process.stderr.write(`the first ${formatCount(MOST_TABLE_ROWS)} rows; there are more (hint: --format csv)\n`);
}

async function printCsv(answer: SqlAnswer): Promise<void> {
  await print(`${answer.columns.map(csvField).join(",")}\n`);
  for await (const portion of answer.portions()) {
    await print(portion.map((row) => `${row.map((value) => csvField(textOf(value))).join(",")}\n`).join(""));
  }
}

/** A list with an object for each row, on a line each. */
async function printJson(answer: SqlAnswer): Promise<void> {
  let before = "[";
  for await (const portion of answer.portions()) {
    const texts = portion.map((row) =>
      JSON.stringify(Object.fromEntries(answer.columns.map((name, at) => [name, row[at]]))),
    );
    await print(`${before}\n${texts.join(",\n")}`);
    before = ",";
  }
  await print(before === "[" ? "[]\n" : "\n]\n");
}

function textOf(value: SqlValue): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
