import type { CountRow } from "../cube.ts";
import type { Evidence } from "../evidence.ts";
import { type CountsHeader, headerFields } from "./counts-header.ts";

/** The answer for programs. */
export interface CountsDocument extends ReturnType<typeof headerFields> {
  /** `evidence` is the number of the row's set in that of the document, from 0. */
  readonly rows: readonly (CountRow & { readonly evidence?: number })[];
  readonly evidence?: { readonly sets: Evidence["sets"] };
}

/** With evidence where there is any. */
export function countsDocument(
  header: CountsHeader,
  rows: readonly CountRow[],
  evidence: Evidence | null,
): CountsDocument {
  return {
    ...headerFields(header),
    rows: evidence === null ? rows : rows.map((row) => ({ ...row, evidence: evidence.setOf(row) })),
    ...(evidence === null ? {} : { evidence: { sets: evidence.sets } }),
  };
}

/** The same as a text, indented, ended by LF. */
export function countsJson(header: CountsHeader, rows: readonly CountRow[], evidence: Evidence | null): string {
  return `${JSON.stringify(countsDocument(header, rows, evidence), null, 2)}\n`;
}
