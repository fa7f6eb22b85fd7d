import type { MessageInfo } from "./line.ts";

/** Whole lines of a file or of standard input. */
export interface LinesPayload {
  readonly kind: "lines";
  /**
   * One spare byte, then the lines, each ended by LF but perhaps the last of the input. Lent until the next delivery
   * is asked for.
   */
  readonly buffer: Buffer;
  /** First byte of the first line: at least 1. */
  readonly start: number;
  readonly end: number;
  /** Hex SHA-256 that tells the file from others, wherever it lies and however it is compressed. */
  readonly fingerprint: string;
  /** Place of the first byte in the decompressed file. */
  readonly offset: number;
  /** True where the first line is the rest of one that was too long to be handed over whole. */
  readonly continuesLine: boolean;
}

/** Bytes of a file that cannot be lines: a compressed file that does not decompress. */
export interface BrokenPayload {
  readonly kind: "broken";
  readonly reason: "bad_compression";
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly fingerprint: string;
  readonly offset: number;
}

/** One message of Pub/Sub, untouched. */
export interface MessagePayload {
  readonly kind: "message";
  readonly data: Buffer;
  readonly info: MessageInfo;
}

export type Payload = LinesPayload | BrokenPayload | MessagePayload;

/** A payload on loan. `ack` is called once, when each of its lines is durable in the archive. */
export interface Delivery {
  readonly payload: Payload;
  /** Resolves once the source has taken the ack. Holds nothing of the payload. */
  readonly ack: () => Promise<void>;
}

/** Where lines come from. */
export interface Source {
  /**
   * Yields until the input ends or `signal` aborts, and may do so for some seconds after it. What is held ahead of
   * `next()` is bounded by the source's own budget.
   */
  deliveries(signal: AbortSignal): AsyncIterable<Delivery>;
}
