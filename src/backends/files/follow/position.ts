import { hash } from "node:crypto";
import { KIB } from "../../../core/units.ts";

/** More first bytes than these say nothing new about which file it is. */
const HEAD_BYTES = KIB;

/** How far a file has been read, and by what its beginning is known again. */
export interface Position {
  /** Place of the first byte that has not been read. */
  readonly offset: number;
  /** True where that byte belongs to a line that was too long to be handed over whole. */
  readonly continuesLine: boolean;
  /** That of `LinesPayload`; empty before the first line that is not empty. */
  readonly fingerprint: string;
  /** How many of its first bytes tell the file from another one: what was read of them, but no more than 1 KiB. */
  readonly headBytes: number;
  /** Hex SHA-256 of them. */
  readonly headHash: string;
}

export const BEGINNING: Position = {
  offset: 0,
  continuesLine: false,
  fingerprint: "",
  headBytes: 0,
  headHash: hashOf(Buffer.alloc(0)),
};

/** True where these, the first `headBytes` of a file, are those that were read at this position. */
export function isSameHead(position: Position, head: Buffer): boolean {
  return head.length === position.headBytes && hashOf(head) === position.headHash;
}

/** The position behind `lines`, which begin at `from`; `head` are the bytes that `isSameHead` has found to be the same. */
export function positionBehind(
  from: Position,
  head: Buffer,
  lines: Buffer,
  { fingerprint, continuesLine }: Pick<Position, "fingerprint" | "continuesLine">,
): Position {
  const offset = from.offset + lines.length;
  if (head.length === HEAD_BYTES) return { ...from, offset, continuesLine, fingerprint };
  // As long as the head is not full, it is all that was read.
  const longer = Buffer.concat([head, lines.subarray(0, HEAD_BYTES - head.length)]);
  return { offset, continuesLine, fingerprint, headBytes: longer.length, headHash: hashOf(longer) };
}

function hashOf(bytes: Buffer): string {
  return hash("sha256", bytes, "hex");
}
