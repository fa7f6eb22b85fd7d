import { hash } from "node:crypto";
import { KIB } from "./units.ts";

/** Which rule gave a line its identity, in the order in which they are tried; docs/architecture.md describes them. */
export type IdentityRule = "field" | "entry" | "content" | "place";

/** Hex digits of an id: those of the hour, and behind them the first of a hash, 12 bytes. */
const HOUR_DIGITS = 8;
const HASH_DIGITS = 24;
const LENGTH_BYTES = 4;
const LEAF_PREFIX = Buffer.of(0);

/**
 * SHA-256(0x00 ‖ bytes) as 64 hex digits: the leaf of the Merkle tree, and the identity of a record by its content.
 * The byte before `start` is borrowed for the prefix and put back: nobody else may be reading the buffer. Hashing one
 * view costs half of feeding a hash object twice; the first line of a block, which has no byte before it, is copied.
 */
export function leafHash(buffer: Buffer, start: number, end: number): string {
  if (start === 0) return hash("sha256", Buffer.concat([LEAF_PREFIX, buffer.subarray(0, end)]), "hex");
  const borrowed = buffer[start - 1] ?? 0;
  buffer[start - 1] = 0;
  const digest = hash("sha256", buffer.subarray(start - 1, end), "hex");
  buffer[start - 1] = borrowed;
  return digest;
}

/** Room for the parts of a place. One for all calls: small buffers for each line would pile up until they are collected. */
let scratch = Buffer.alloc(KIB);

/** SHA-256 over the parts, each behind its length in bytes (4 bytes, big-endian), as 64 hex digits. */
export function partsHash(parts: readonly string[]): string {
  let end = 0;
  for (const part of parts) {
    const sizeBytes = Buffer.byteLength(part, "utf8");
    const needed = end + LENGTH_BYTES + sizeBytes;
    if (needed > scratch.length) scratch = Buffer.concat([scratch.subarray(0, end)], 2 * needed);
    scratch.writeUInt32BE(sizeBytes, end);
    scratch.write(part, end + LENGTH_BYTES, "utf8");
    end = needed;
  }
  return hash("sha256", scratch.subarray(0, end), "hex");
}

/** Lines come by the hour. */
let lastHour = -1;
let lastHourDigits = "";

/** The id of a line: its filing hour (4 bytes, big-endian), then the first 12 bytes of a hash, as 32 hex digits. */
export function lineId(hour: number, hexHash: string): string {
  if (hour !== lastHour) {
    lastHour = hour;
    lastHourDigits = hour.toString(16).padStart(HOUR_DIGITS, "0");
  }
  return lastHourDigits + hexHash.slice(0, HASH_DIGITS);
}

/** The filing hour that an id names, in hours since 1970. */
export function hourOfId(id: string): number {
  return Number.parseInt(id.slice(0, HOUR_DIGITS), 16);
}

/**
 * True where the id is made of this hash. Where that is the leaf hash of a line, its bytes are those that the id was
 * made for, and nobody can find others of which the same holds.
 */
export function isIdOf(id: string, hexHash: string): boolean {
  return hexHash.startsWith(id.slice(HOUR_DIGITS));
}
