import type { QuarantineReason } from "./fault.ts";
import type { Lane, MessageInfo } from "./line.ts";

/** What a line itself lacks. */
export interface Meta {
  readonly id: string;
  readonly lane: Lane;
  readonly log: string;
  /** Milliseconds since 1970, null without a time. */
  readonly timeMs: number | null;
  readonly reason: QuarantineReason | null;
  readonly message: MessageInfo | null;
}

/** A line that the archive holds. `buffer` is lent until the next block is read. */
export interface ArchivedLine {
  readonly object: string;
  /** Place among the lines of the object, from 0. */
  readonly row: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly meta: Meta;
}
