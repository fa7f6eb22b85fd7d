import { UHUGEINT, UINTEGER, UTINYINT, UUID } from "@duckdb/node-api";
import type { LineClass } from "../../archive/seal/figures.ts";
import { hourOfId, isIdOf } from "../../core/identity.ts";
import { UNKNOWN_LOG } from "../../core/line.ts";
import { KNOWN_LOGS } from "../../decode/log-name.ts";
import type { DuckDb } from "../tables/duck-db.ts";
import { uuidOf } from "../tables/fact-table.ts";
import { createTable, openRowWriter } from "../tables/row-writer.ts";

/** Where a line lies, in numbers. */
export interface LinePlace {
  /** Number of the stream. */
  readonly stream: number;
  /** First hour of its span; 0 for what is not sealed, and for the undated. */
  readonly span: number;
  /** Number of its plan; `TAIL` for what is not sealed. */
  readonly plan: number;
}

/** Behind all plans, as a seal of it would be. */
export const TAIL = 0xffff_ffff;

export type LineKind = LineClass["kind"];

export const KINDS = ["counted", "eventless", "quarantined"] as const satisfies readonly LineKind[];

/** The lines of a day, in the table `line`: which ids there are, in which variants, and what they count as. */
export interface LineTable {
  /** `hash` is the leaf hash in hex. Throws `IoError`. */
  append(id: string, hash: string, log: string, kind: LineKind, place: LinePlace): void;
  flush(): void;
  clear(): Promise<void>;
  close(): void;
}

const COLUMNS = {
  id: UUID,
  /** Tells variants of an id apart and orders them, so that the smallest stands: see `variantOf`. */
  variant: UHUGEINT,
  hour: UINTEGER,
  kind: UTINYINT,
  stream: UINTEGER,
  span: UINTEGER,
  plan: UINTEGER,
} as const;

/** Of the hash, in a variant: behind the digit that orders and before the two of the log, all in 128 bits. */
export const HASH_DIGITS = 29;

/**
 * A line's place in the order of the variants of its id: 0 where the id is made of its bytes, else 1; the beginning of
 * their hash; its log.
 */
function variantOf(id: string, hash: string, log: string): bigint {
  return BigInt(`0x${isIdOf(id, hash) ? 0 : 1}${hash.slice(0, HASH_DIGITS)}${logDigits(log)}`);
}

/** In the order of their names. */
const LOGS = [...KNOWN_LOGS, UNKNOWN_LOG].toSorted();

/** Two hex digits that order logs as their names do. */
export function logDigits(log: string): string {
  return (LOGS as readonly string[]).indexOf(log).toString(16).padStart(2, "0");
}

/** The log behind such digits. */
export function logOfDigits(digits: string): string {
  return LOGS[Number.parseInt(digits, 16)] ?? UNKNOWN_LOG;
}

/** SQL of the variant's last byte, for a column with the name of a log. */
export const LOG_BYTE = (column: string): string =>
  `(list_position([${LOGS.map((log) => `'${log}'`).join(", ")}], ${column}) - 1)`;

export async function openLineTable({ connection, run }: DuckDb): Promise<LineTable> {
  await run(createTable("line", COLUMNS));
  const rows = await openRowWriter(connection, "line", COLUMNS);
  const { columns } = rows;
  return {
    append(id, hash, log, kind, { stream, span, plan }) {
      const row = rows.next();
      columns.id.setItem(row, uuidOf(id));
      columns.variant.setItem(row, variantOf(id, hash, log));
      columns.hour.setItem(row, hourOfId(id));
      columns.kind.setItem(row, KINDS.indexOf(kind));
      columns.stream.setItem(row, stream);
      columns.span.setItem(row, span);
      columns.plan.setItem(row, plan);
    },
    flush: () => rows.flush(),
    async clear() {
      rows.flush();
      await run("TRUNCATE line");
    },
    close: () => rows.close(),
  };
}
