import { hash } from "node:crypto";
import { MIB } from "../core/units.ts";

/**
 * The table at the end of a segment: an entry per frame, then a trailer of fixed size, all in one skippable frame.
 * Little-endian. docs/reference/archive-format.md says the same in words.
 */
export interface BlockEntry {
  /** `lines`: a zstd frame of raw lines. `meta`: a skippable frame that holds a zstd frame of their meta lines. */
  readonly kind: "lines" | "meta";
  /** Place of the frame in the file. */
  readonly offset: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly firstRow: number;
  readonly rows: number;
  /** Milliseconds since 1970 of the earliest and the latest time in the block; 0 where no line has a time. */
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  /** SHA-256 of the frame as stored, and of the content. */
  readonly storedHash: Buffer;
  readonly rawHash: Buffer;
  /** Merkle root over the lines of the block; zeros for meta. */
  readonly root: Buffer;
}

export interface BlockTable {
  readonly entries: readonly BlockEntry[];
  readonly rows: number;
  /** Raw lines with their LFs, in bytes. */
  readonly rawBytes: number;
  /** Merkle root over the roots of the line blocks. */
  readonly root: Buffer;
}

export const FORMAT_VERSION = 1;
const MAGIC = "LOGTALLY";
const HASH_BYTES = 32;
export const ENTRY_BYTES = 48 + 3 * HASH_BYTES;
export const TRAILER_BYTES = 2 * HASH_BYTES + 32;
const KINDS = ["lines", "meta"] as const;
/**
 * Raw bytes of a block are a mebibyte, or one line: an inflated message of 256 MiB in Base64 is the longest. What a table
 * claims beyond that is a bomb.
 */
const MOST_BLOCK_BYTES = 400 * MIB;

export function encodeTable({ entries, rows, rawBytes, root }: BlockTable): Buffer {
  const table = Buffer.alloc(entries.length * ENTRY_BYTES + TRAILER_BYTES);
  for (const [index, entry] of entries.entries()) writeEntry(table, index * ENTRY_BYTES, entry);
  const at = entries.length * ENTRY_BYTES;
  root.copy(table, at);
  table.writeBigUInt64LE(BigInt(rows), at + 32);
  table.writeBigUInt64LE(BigInt(rawBytes), at + 40);
  table.writeUInt32LE(entries.length, at + 48);
  table.writeUInt32LE(FORMAT_VERSION, at + 52);
  hash("sha256", table.subarray(0, at + 56), "buffer").copy(table, at + 56);
  table.write(MAGIC, at + 88, "latin1");
  return table;
}

/** How many bytes at the end of a file its table takes, from its last `TRAILER_BYTES`; throws a `RangeError`. */
export function tableBytes(trailer: Buffer): number {
  if (trailer.length !== TRAILER_BYTES || trailer.toString("latin1", 88) !== MAGIC) {
    throw new RangeError("no block table at its end (hint: the file was cut, or is no segment)");
  }
  const version = trailer.readUInt32LE(52);
  if (version !== FORMAT_VERSION) {
    throw new RangeError(`format version ${version} is not known to this program (hint: use a newer logtally)`);
  }
  return trailer.readUInt32LE(48) * ENTRY_BYTES + TRAILER_BYTES;
}

/** Reads a table of which `tableBytes` told the length; throws a `RangeError` where its hash does not fit. */
export function decodeTable(table: Buffer): BlockTable {
  const at = table.length - TRAILER_BYTES;
  const expected = hash("sha256", table.subarray(0, at + 56), "buffer");
  if (!expected.equals(table.subarray(at + 56, at + 88))) throw new RangeError("the block table was altered");
  const entries: BlockEntry[] = [];
  for (let entry = 0; entry < at; entry += ENTRY_BYTES) entries.push(readEntry(table, entry));
  return {
    entries,
    rows: Number(table.readBigUInt64LE(at + 32)),
    rawBytes: Number(table.readBigUInt64LE(at + 40)),
    root: table.subarray(at, at + HASH_BYTES),
  };
}

function writeEntry(table: Buffer, at: number, entry: BlockEntry): void {
  table.writeBigUInt64LE(BigInt(entry.offset), at);
  table.writeUInt32LE(entry.storedBytes, at + 8);
  table.writeUInt32LE(entry.rawBytes, at + 12);
  table.writeBigUInt64LE(BigInt(entry.firstRow), at + 16);
  table.writeUInt32LE(entry.rows, at + 24);
  table.writeUInt32LE(KINDS.indexOf(entry.kind), at + 28);
  table.writeBigUInt64LE(BigInt(entry.firstTimeMs), at + 32);
  table.writeBigUInt64LE(BigInt(entry.lastTimeMs), at + 40);
  entry.storedHash.copy(table, at + 48);
  entry.rawHash.copy(table, at + 48 + HASH_BYTES);
  entry.root.copy(table, at + 48 + 2 * HASH_BYTES);
}

function readEntry(table: Buffer, at: number): BlockEntry {
  if (table.readUInt32LE(at + 12) > MOST_BLOCK_BYTES)
    throw new RangeError("a block is longer than any that is written");
  const kind = KINDS[table.readUInt32LE(at + 28)];
  if (kind === undefined) throw new RangeError("the block table names a frame of unknown kind");
  const hashAt = (index: number): Buffer =>
    table.subarray(at + 48 + index * HASH_BYTES, at + 48 + (index + 1) * HASH_BYTES);
  return {
    kind,
    offset: Number(table.readBigUInt64LE(at)),
    storedBytes: table.readUInt32LE(at + 8),
    rawBytes: table.readUInt32LE(at + 12),
    firstRow: Number(table.readBigUInt64LE(at + 16)),
    rows: table.readUInt32LE(at + 24),
    firstTimeMs: Number(table.readBigUInt64LE(at + 32)),
    lastTimeMs: Number(table.readBigUInt64LE(at + 40)),
    storedHash: hashAt(0),
    rawHash: hashAt(1),
    root: hashAt(2),
  };
}
