import type { Line } from "./line.ts";

/** Where lines become durable. One writer; `append` and `commit` take turns. */
export interface LineLog {
  /** Lines and raw bytes appended since the last commit. */
  readonly pendingLines: number;
  readonly pendingBytes: number;
  append(line: Line): void;
  /**
   * Makes all pending lines durable as one object. Resolves once they are (I1, I5); nothing is pending then.
   * Rejects with `IoError`: nothing is known about the pending lines, and none of them may be acked.
   */
  commit(): Promise<void>;
}
