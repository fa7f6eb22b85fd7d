import type { QuarantineReason } from "./fault.ts";
import type { IdentityRule } from "./identity.ts";

/**
 * How the bytes of a line lie in the archive.
 * `line`: a record, as received. `future`: the same, its time more than an hour after its publish time.
 * `quarantine`: no record, but its bytes are a line. `wrapped`: a record whose bytes hold newlines, archived as
 * `{"payload_base64": …}`. `blob`: bytes that are neither, archived in the same way.
 */
export const LANES = ["line", "future", "quarantine", "wrapped", "blob"] as const;

export type Lane = (typeof LANES)[number];

/** The log of a line that no name and no shape tells. It is archived and indexed, and derives no event. */
export const UNKNOWN_LOG = "unknown";

/** It stands in meta, names of indices and documents without being escaped. */
export const LOG_NAME = /^[a-z][a-z0-9._-]{0,63}$/;

/** What the transport said about a line, and the line itself does not hold. */
export interface MessageInfo {
  /** Full or short name of the topic; empty where a dump of messages does not say. */
  readonly topic: string;
  readonly messageId: string;
  /** Milliseconds since 1970, given by the server; null where the dump does not say. */
  readonly publishedAtMs: number | null;
  /** Attributes of the message, shared by all its lines. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** One line as it goes into the archive. `buffer` is lent: it may be reused once the receiver has returned. */
export interface Line {
  readonly buffer: Buffer;
  /** First byte of the archived line in `buffer`. */
  readonly start: number;
  /** Behind its last byte; the LF is not part of the line. */
  readonly end: number;
  /** SHA-256(0x00 ‖ line), 64 hex digits: the leaf of the Merkle tree. */
  readonly hash: string;
  /** Identity: filing hour (4 bytes, big-endian) and 12 bytes of a hash, as 32 hex digits. */
  readonly id: string;
  /** What the hash in `id` is made of. */
  readonly identifiedBy: IdentityRule;
  /** Filing hour, in hours since 1970; `UNDATED_HOUR` without any time. */
  readonly hour: number;
  readonly lane: Lane;
  /** Canonical name of the log (`rails.api`), or `UNKNOWN_LOG`. */
  readonly log: string;
  /** The line's time in milliseconds since 1970, null without one. */
  readonly timeMs: number | null;
  /** Set in quarantine only. */
  readonly reason: QuarantineReason | null;
  /** Null for lines of files. */
  readonly message: MessageInfo | null;
}

/** What a segment takes of a line. */
export type SegmentLine = Omit<Line, "identifiedBy">;
