import type { CountRow } from "./cube.ts";
import type { AsOfDigest } from "./digest-book.ts";
import type { Evidence } from "./evidence.ts";
import type { Deployment, Level, OpenableSegment } from "./reporting-policy.ts";

/** What `counts --format json` says above its rows. */
export interface CountsHeader {
  /** `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Null where it is not of a signed state. */
  readonly asOfDigest: AsOfDigest | null;
  readonly deployment: Deployment;
  /** Null where the lines carry several. */
  readonly instance: string | null;
  readonly level: Level;
  /** What is answered only because the owner of the deployment has opened it. */
  readonly widened: readonly OpenableSegment[];
  /** Digest of the catalogue: `sha256:…`. */
  readonly catalogue: string;
  /** Fingerprint of the key that made the pseudonyms; null where none was used. */
  readonly pseudonymKey: string | null;
  /** RFC 3339; null where nothing is sealed. */
  readonly sealedThrough: string | null;
}

/** The JSON document, indented, ended by LF; with evidence where there is any, by number of its set in each row. */
export function countsJson(header: CountsHeader, rows: readonly CountRow[], evidence: Evidence | null): string {
  const document = {
    as_of: header.asOf,
    as_of_digest: header.asOfDigest,
    deployment: header.deployment,
    instance: header.instance,
    level: header.level,
    widened: header.widened,
    catalogue: header.catalogue,
    pseudonym_key: header.pseudonymKey,
    sealed_through: header.sealedThrough,
    rows: evidence === null ? rows : rows.map((row) => ({ ...row, evidence: evidence.setOf(row) })),
    ...(evidence === null ? {} : { evidence: { sets: evidence.sets } }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * RFC 4180 with LF: empty for null, values as they are. The distribution per user has no column here; a key that a
 * spreadsheet would take for a formula is not disarmed, because that would change it for everybody else.
 */
export function countsCsv(rows: readonly CountRow[]): string {
  const lines = rows.map((row) => CSV_COLUMNS.map((column) => csvField(row[column])).join(","));
  return [CSV_COLUMNS.join(","), ...lines, ""].join("\n");
}

const CSV_COLUMNS = [
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

function csvField(value: string | number | boolean | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
