import { hash } from "node:crypto";
import { IoError } from "../../core/fault.ts";
import { canonicalJson, type Json } from "../canonical-json.ts";
import type { PlanOutput } from "../manifest.ts";
import type { PackedTable, TableShape } from "./lookup-entries.ts";

/**
 * Where in a segment ids and requests stand. A header with the place of every bucket, then the buckets, each with a check
 * of its own, so that one is read alone. Little-endian. docs/reference/archive-format.md says the same in words.
 */
export interface LookupHeader {
  readonly sizeBytes: number;
  readonly rows: number;
  readonly blocks: number;
  /** Merkle root over the lines of the segment, 64 hex digits. */
  readonly root: string;
  /** SHA-256 of what the manifest says of the segment, 64 hex digits. */
  readonly output: string;
  readonly tables: Readonly<Record<LookupKind, StoredTable>>;
  /** SHA-256 at the end of the header. */
  readonly digest: Buffer;
}

/** What can be looked up. */
export type LookupKind = "ids" | "requests";

export interface StoredTable {
  readonly shape: TableShape;
  /** Where each bucket begins in the file, and behind the last one where that ends. */
  readonly places: Uint32Array;
}

export const LOOKUP_KINDS = ["ids", "requests"] as const satisfies readonly LookupKind[];

/** Of an id two bytes are enough, since its line is looked at; of a request more, since a year is searched for it. */
export const REMAINDER_BYTES: Readonly<Record<LookupKind, number>> = { ids: 2, requests: 3 };

const MAGIC = "LTLOOKUP";
/** To be raised also where the program reads `correlation_id` from other lines than before. */
const VERSION = 1;
const FIXED_BYTES = 104;
const HASH_BYTES = 32;
export const CHECK_BYTES = 8;
const PLACE_BYTES = 4;
const MOST_BUCKET_BITS = 16;
const MOST_NUMBER_BYTES = 4;

/** What binds a look-up to the segment that a manifest names. */
export function outputDigest(output: PlanOutput): string {
  return hash("sha256", canonicalJson(output as unknown as Json), "hex");
}

/** The bytes of a look-up; the same tables give the same ones. */
export function encodeLookup(
  output: PlanOutput,
  blocks: number,
  tables: Readonly<Record<LookupKind, PackedTable>>,
): Buffer {
  const all = LOOKUP_KINDS.map((kind) => tables[kind]);
  const places = all.reduce((sum, { buckets }) => sum + (buckets.length + 1) * PLACE_BYTES, 0);
  const headerBytes = FIXED_BYTES + places + HASH_BYTES;
  const header = Buffer.alloc(headerBytes);
  header.write(MAGIC, 0, "latin1");
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(headerBytes, 12);
  header.writeUInt32LE(output.rows, 16);
  header.writeUInt32LE(blocks, 20);
  header.write(output.root, 24, "hex");
  header.write(outputDigest(output), 56, "hex");
  let at = FIXED_BYTES;
  let place = headerBytes;
  for (const [index, { shape, buckets }] of all.entries()) {
    header.set([shape.bucketBits, shape.remainderBytes, shape.blockBytes], 88 + index * 8);
    for (const bucket of buckets) {
      at = header.writeUInt32LE(place, at);
      place += bucket.length + CHECK_BYTES;
    }
    at = header.writeUInt32LE(place, at);
  }
  const digest = hash("sha256", header.subarray(0, at), "buffer");
  digest.copy(header, at);
  const pages = all.flatMap(({ buckets }, table) =>
    buckets.flatMap((bucket, index) => [bucket, checkOf(digest, table, index, bucket)]),
  );
  return Buffer.concat([header, ...pages]);
}

/** How long the header is, from its first bytes. Throws `IoError` `corrupt`. */
export function lookupHeaderBytes(name: string, bytes: Buffer): number {
  if (bytes.length < FIXED_BYTES || bytes.toString("latin1", 0, 8) !== MAGIC) throw damaged(name, "no look-up");
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) throw damaged(name, `version ${version} is not known to this program`);
  return bytes.readUInt32LE(12);
}

/** Reads a header of that length. Throws `IoError` `corrupt`, naming what is wrong. */
export function decodeLookupHeader(name: string, bytes: Buffer): LookupHeader {
  const sizeBytes = bytes.length;
  const shapes = LOOKUP_KINDS.map((_, index) => shapeAt(name, bytes, 88 + index * 8));
  const wanted = shapes.reduce((sum, { bucketBits }) => sum + (2 ** bucketBits + 1) * PLACE_BYTES, 0);
  if (sizeBytes !== FIXED_BYTES + wanted + HASH_BYTES) throw damaged(name, "its header has another length");
  const digest = hash("sha256", bytes.subarray(0, sizeBytes - HASH_BYTES), "buffer");
  if (!digest.equals(bytes.subarray(sizeBytes - HASH_BYTES))) throw damaged(name, "its header was altered");
  let at = FIXED_BYTES;
  const tables = shapes.map((shape): StoredTable => {
    const places = Uint32Array.from({ length: 2 ** shape.bucketBits + 1 }, (_, index) =>
      bytes.readUInt32LE(at + index * PLACE_BYTES),
    );
    at += places.length * PLACE_BYTES;
    return { shape, places };
  });
  const [ids, requests] = tables;
  if (ids === undefined || requests === undefined) throw damaged(name, "it has no tables");
  return {
    sizeBytes,
    rows: bytes.readUInt32LE(16),
    blocks: bytes.readUInt32LE(20),
    root: bytes.toString("hex", 24, 56),
    output: bytes.toString("hex", 56, 88),
    tables: { ids, requests },
    digest,
  };
}

function shapeAt(name: string, bytes: Buffer, at: number): TableShape {
  const [bucketBits = 0, remainderBytes = 0, blockBytes = 0] = bytes.subarray(at, at + 3);
  const isNumber = (length: number): boolean => length >= 1 && length <= MOST_NUMBER_BYTES;
  if (bucketBits > MOST_BUCKET_BITS || !isNumber(remainderBytes) || !isNumber(blockBytes)) {
    throw damaged(name, "its tables have a shape that none has");
  }
  return { bucketBits, remainderBytes, blockBytes };
}

/** The entries of a bucket from its stored bytes. Throws `IoError` `corrupt`. */
export function checkedBucket(
  name: string,
  { digest, tables }: LookupHeader,
  kind: LookupKind,
  index: number,
  stored: Buffer,
): Buffer {
  const { remainderBytes, blockBytes } = tables[kind].shape;
  const bucket = stored.subarray(0, Math.max(0, stored.length - CHECK_BYTES));
  const check = checkOf(digest, LOOKUP_KINDS.indexOf(kind), index, bucket);
  if (!check.equals(stored.subarray(bucket.length)) || bucket.length % (remainderBytes + blockBytes) !== 0) {
    throw damaged(name, `bucket ${index} of its ${kind} was altered`);
  }
  return bucket;
}

/** Of a bucket at its place in this file: one of another place or file has another check. */
function checkOf(digest: Buffer, table: number, index: number, bucket: Buffer): Buffer {
  const place = Buffer.alloc(8);
  place.writeUInt32LE(table, 0);
  place.writeUInt32LE(index, 4);
  return hash("sha256", Buffer.concat([digest, place, bucket]), "buffer").subarray(0, CHECK_BYTES);
}

/** Without a hint: whoever tells of it knows the command that writes it anew. */
export function damaged(name: string, why: string): IoError {
  return new IoError("corrupt", `read "${name}": ${why}`);
}
