import { createHash } from "node:crypto";
import type { ObjectStore } from "../../core/object-store.ts";
import { MIB } from "../../core/units.ts";
import type { SegmentFile } from "../../segment/segment-reader.ts";
import type { StoredObject } from "../manifest.ts";

const PIECE_BYTES = 4 * MIB;

/**
 * An object that is hashed while it is read from its beginning on, so that its bytes are fetched only once, and in large
 * pieces, of which one is held.
 */
export interface HashedFile extends SegmentFile {
  /** SHA-256 of the whole object; reads what nobody has asked for. Rejects with `IoError`. */
  digest(): Promise<string>;
}

export function hashedFile(store: ObjectStore, { name, size_bytes: sizeBytes }: StoredObject): HashedFile {
  const hash = createHash("sha256");
  let hashedBytes = 0;
  let held: { readonly start: number; readonly bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };
  const fetch = async (start: number, end: number): Promise<void> => {
    const bytes = await store.read(name, start, end);
    held = { start, bytes };
    // The table at the end is read first.
    const isNew = start <= hashedBytes && start + bytes.length > hashedBytes;
    if (!isNew) return;
    hash.update(bytes.subarray(hashedBytes - start));
    hashedBytes = start + bytes.length;
  };
  const read = async (start: number, end: number): Promise<Buffer> => {
    const isHeld = start >= held.start && end <= held.start + held.bytes.length;
    // What follows is wanted next: a bucket answers late, and cold storage charges by the request.
    if (!isHeld) await fetch(start, Math.max(end, Math.min(start + PIECE_BYTES, sizeBytes)));
    return held.bytes.subarray(start - held.start, end - held.start);
  };
  return {
    name,
    sizeBytes,
    read,
    async digest() {
      for (let start = hashedBytes; start < sizeBytes; start += PIECE_BYTES) {
        await fetch(start, Math.min(start + PIECE_BYTES, sizeBytes));
      }
      return hash.digest("hex");
    },
  };
}
