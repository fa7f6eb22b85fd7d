import type { CountRow } from "../cube.ts";
import type { Evidence } from "../evidence.ts";
import { type CountsHeader, headerFields } from "./counts-header.ts";

/** The JSON document, indented, ended by LF; with evidence where there is any, by number of its set in each row. */
export function countsJson(header: CountsHeader, rows: readonly CountRow[], evidence: Evidence | null): string {
  const document = {
    ...headerFields(header),
    rows: evidence === null ? rows : rows.map((row) => ({ ...row, evidence: evidence.setOf(row) })),
    ...(evidence === null ? {} : { evidence: { sets: evidence.sets } }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
