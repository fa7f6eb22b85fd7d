import type { QuarantineReason } from "../core/fault.ts";

/**
 * What a reader makes of a record: known by its content (or its entry) it counts once, however often it comes. A
 * reason: it is no record, so that it is known by its place only, and counts again when it comes as something new.
 */
export type Fate = "by_content" | QuarantineReason;

/** A record, or what stands in its place, on its way into an output. */
export interface Piece {
  readonly bytes: string | Buffer;
  readonly timeMs: number;
  readonly fate: Fate;
}

/** The same once more: delivered again as it was, or published again as if it were new. */
export type Repeat = "redelivered" | "republished";

/** One line of output: a line of a log, an entry, or a dumped message with all its records. */
export interface Row {
  readonly bytes: string | Buffer;
  readonly fates: readonly Fate[];
  /** What is no record is filed under it; null for what no server has published. Milliseconds since 1970. */
  readonly publishedAtMs: number | null;
  again(how: Repeat): string | Buffer;
}
