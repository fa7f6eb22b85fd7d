import type { QuarantineReason } from "../core/fault.ts";

/** A record, or what stands in its place, on its way into an output. */
export interface Piece {
  readonly bytes: string | Buffer;
  readonly timeMs: number;
  /** Why a reader must find no record in it; null for a record, which counts once however often it comes. */
  readonly reason: QuarantineReason | null;
}

/** The same once more: delivered again as it was, or published again as if it were new. */
export type Repeat = "redelivered" | "republished";

/** One line of output: a line of a log, an entry, or a dumped message with all its records. */
export interface Row {
  readonly bytes: string | Buffer;
  /** Of each of its pieces. What is no record is known by its place, and something new when it is published again. */
  readonly reasons: readonly (QuarantineReason | null)[];
  /** What is no record is filed under it; null for what no server has published. Milliseconds since 1970. */
  readonly publishedAtMs: number | null;
  again(how: Repeat): string | Buffer;
}
