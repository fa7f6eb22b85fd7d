import type { CountRow } from "../cube.ts";

const COLUMNS = [
  "event",
  "segment",
  "key",
  "period",
  "from",
  "to",
  "count",
  "unique_users",
  "sessions",
  "sealed",
] as const;

/**
 * RFC 4180 with LF: empty for null, values as they are. The distribution per user has no column here; a key that a
 * spreadsheet would take for a formula is not disarmed, because that would change it for everybody else.
 */
export function countsCsv(rows: readonly CountRow[]): string {
  const lines = rows.map((row) => COLUMNS.map((column) => csvField(row[column])).join(","));
  return [COLUMNS.join(","), ...lines, ""].join("\n");
}

/** A field of it. */
export function csvField(value: string | number | boolean | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
