import type { Line } from "./line.ts";

/** Where lines become durable. One writer; `append` and `commit` take turns. */
export interface LineLog {
  /** Lines appended since the last commit, and the bytes that they and what is kept about them take uncompressed. */
  readonly pendingLines: number;
  readonly pendingBytes: number;
  append(line: Line): void;
  /**
   * Makes all pending lines durable as one object. Resolves once they are (I1, I5); nothing is pending then.
   * Rejects with `IoError`: nothing is known about the pending lines, and none of them may be acked.
   */
  commit(): Promise<void>;
}
