import { UHUGEINT, UINTEGER, UTINYINT, UUID } from "@duckdb/node-api";
import type { LineClass } from "../../archive/seal/figures.ts";
import type { DuckDb } from "../duck-db.ts";
import { uuidOf } from "../fact-table.ts";
import { createTable, openRowWriter } from "../row-writer.ts";

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
  append(id: string, hash: string, kind: LineKind, place: LinePlace): void;
  flush(): void;
  clear(): Promise<void>;
  close(): void;
}

const COLUMNS = {
  id: UUID,
  /** The first 16 bytes of the hash of its bytes: enough to tell variants apart and to order them. */
  variant: UHUGEINT,
  hour: UINTEGER,
  kind: UTINYINT,
  stream: UINTEGER,
  span: UINTEGER,
  plan: UINTEGER,
} as const;

const VARIANT_DIGITS = 32;
const HOUR_DIGITS = 8;

export async function openLineTable({ connection, run }: DuckDb): Promise<LineTable> {
  await run(createTable("line", COLUMNS));
  const rows = await openRowWriter(connection, "line", COLUMNS);
  const { columns } = rows;
  return {
    append(id, hash, kind, { stream, span, plan }) {
      const row = rows.next();
      columns.id.setItem(row, uuidOf(id));
      columns.variant.setItem(row, BigInt(`0x${hash.slice(0, VARIANT_DIGITS)}`));
      columns.hour.setItem(row, Number.parseInt(id.slice(0, HOUR_DIGITS), 16));
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
