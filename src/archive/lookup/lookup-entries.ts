import type { LookupKey } from "./lookup-key.ts";

/** Keys and the rows where they stand, in the making: 12 bytes each. */
export interface LookupEntries {
  readonly size: number;
  /** In order of rows. */
  add(key: LookupKey, row: number): void;
  /** As a table; `startBlocks` gives the block of each row, for rows in order. */
  pack(blocks: number, remainderBytes: number, startBlocks: () => (row: number) => number): PackedTable;
  clear(): void;
}

/** How the entries of a table are packed. */
export interface TableShape {
  /** There are 2 to the power of it buckets: the first bits of a key name its bucket. */
  readonly bucketBits: number;
  /** So many bytes of the second number of a key stand in an entry. */
  readonly remainderBytes: number;
  /** A block takes so many. */
  readonly blockBytes: number;
}

export interface PackedTable {
  readonly shape: TableShape;
  /** The entries of each bucket, in order, each once. */
  readonly buckets: readonly Buffer[];
}

const ENTRY_WORDS = 3;
const FIRST_ENTRIES = 4096;
/** One read of a bucket costs little, and the table of their places too. */
const ENTRIES_PER_BUCKET = 256;
const MOST_BUCKET_BITS = 16;
const WORD_BITS = 32;
const BYTE_BITS = 8;

export function createLookupEntries(): LookupEntries {
  let words = new Uint32Array(FIRST_ENTRIES * ENTRY_WORDS);
  let size = 0;
  return {
    get size() {
      return size;
    },
    add({ first, second }, row) {
      const at = size * ENTRY_WORDS;
      if (at === words.length) {
        const larger = new Uint32Array(2 * words.length);
        larger.set(words);
        words = larger;
      }
      words[at] = first;
      words[at + 1] = second;
      words[at + 2] = row;
      size += 1;
    },
    clear() {
      size = 0;
    },
    pack(blocks, remainderBytes, startBlocks) {
      const bucketBits = Math.min(MOST_BUCKET_BITS, Math.max(0, Math.ceil(Math.log2(size / ENTRIES_PER_BUCKET))));
      const shape = { bucketBits, remainderBytes, blockBytes: bytesFor(blocks) };
      return { shape, buckets: packBuckets(words.subarray(0, size * ENTRY_WORDS), shape, startBlocks()) };
    },
  };
}

/** Bytes that hold every number below so many. */
function bytesFor(numbers: number): number {
  return Math.max(1, Math.ceil(Math.log2(Math.max(numbers, 1)) / BYTE_BITS));
}

export function bucketOf({ first }: LookupKey, { bucketBits }: TableShape): number {
  return bucketBits === 0 ? 0 : first >>> (WORD_BITS - bucketBits);
}

export function remainderOf({ second }: LookupKey, { remainderBytes }: TableShape): number {
  return second >>> (WORD_BITS - remainderBytes * BYTE_BITS);
}

function packBuckets(words: Uint32Array, shape: TableShape, blockOf: (row: number) => number): Buffer[] {
  const ends = new Uint32Array(2 ** shape.bucketBits);
  const keyAt = (at: number): LookupKey => ({ first: words[at] ?? 0, second: words[at + 1] ?? 0 });
  for (let at = 0; at < words.length; at += ENTRY_WORDS) {
    const bucket = bucketOf(keyAt(at), shape);
    ends[bucket] = (ends[bucket] ?? 0) + 1;
  }
  let sum = 0;
  for (const [bucket, count] of ends.entries()) {
    ends[bucket] = sum;
    sum += count;
  }
  // Remainder and block as one number: a segment has fewer blocks than would make it inexact.
  const blockRange = 2 ** (shape.blockBytes * BYTE_BITS);
  const entries = new Float64Array(words.length / ENTRY_WORDS);
  for (let at = 0; at < words.length; at += ENTRY_WORDS) {
    const key = keyAt(at);
    const bucket = bucketOf(key, shape);
    const place = ends[bucket] ?? 0;
    entries[place] = remainderOf(key, shape) * blockRange + blockOf(words[at + 2] ?? 0);
    ends[bucket] = place + 1;
  }
  return Array.from(ends, (end, bucket) =>
    packBucket(entries.subarray(bucket === 0 ? 0 : ends[bucket - 1], end).sort(), shape, blockRange),
  );
}

function packBucket(sorted: Float64Array, { remainderBytes, blockBytes }: TableShape, blockRange: number): Buffer {
  const bytes = Buffer.allocUnsafe(sorted.length * (remainderBytes + blockBytes));
  let at = 0;
  let last = -1;
  for (const entry of sorted) {
    if (entry === last) continue;
    last = entry;
    at = bytes.writeUIntLE(Math.floor(entry / blockRange), at, remainderBytes);
    at = bytes.writeUIntLE(entry % blockRange, at, blockBytes);
  }
  return bytes.subarray(0, at);
}

/** The blocks that a bucket names for the key. */
export function blocksIn(bucket: Buffer, key: LookupKey, shape: TableShape): number[] {
  const { remainderBytes, blockBytes } = shape;
  const wanted = remainderOf(key, shape);
  const blocks: number[] = [];
  for (let at = 0; at < bucket.length; at += remainderBytes + blockBytes) {
    if (bucket.readUIntLE(at, remainderBytes) === wanted)
      blocks.push(bucket.readUIntLE(at + remainderBytes, blockBytes));
  }
  return blocks;
}
