import type { Line } from "./line.ts";

/** An object that has just become durable. */
export interface CommittedObject {
  readonly name: string;
  readonly bytes: Buffer;
  /** How many lines it holds. */
  readonly rows: number;
}

/** Where lines become durable. One writer. */
export interface LineLog {
  /** Lines appended since the last commit, and the bytes that they and what is kept about them take uncompressed. */
  readonly pendingLines: number;
  readonly pendingBytes: number;
  append(line: Line): void;
  /**
   * Takes all pending lines at once, so that more can be appended meanwhile, and makes them durable. Resolves with
   * their objects once they are (I1, I5). One at a time. Rejects with `IoError`: nothing is known about the lines, and
   * none of them may be acked.
   */
  commit(): Promise<readonly CommittedObject[]>;
}
