import { createHash } from "node:crypto";
import type { ObjectStore } from "../core/object-store.ts";
import { KIB, MIB } from "../core/units.ts";
import type { StoredObject } from "./manifest.ts";
import { MOST_JSON_BYTES } from "./stored-json.ts";

/** Most objects that are read whole are small. */
const FIRST_PIECE_BYTES = 64 * KIB;
const PIECE_BYTES = 4 * MIB;

/**
 * All bytes of a small object, whatever its size is said to be; of one with more than `mostBytes` one more than these, by
 * which that is seen. Rejects with `IoError`.
 */
export async function readWhole(store: ObjectStore, name: string, mostBytes = MOST_JSON_BYTES): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await eachPiece(store, name, { firstBytes: FIRST_PIECE_BYTES, mostBytes: mostBytes + 1 }, (piece) =>
    pieces.push(piece),
  );
  return Buffer.concat(pieces);
}

/** How another object names one with these bytes. */
export function storedObject(name: string, bytes: Buffer): StoredObject {
  return { name, size_bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/**
 * Size and SHA-256 of an object as it is stored now, read piece by piece; `onBytes` is told of each piece. Rejects with
 * `IoError`.
 */
export async function measureObject(
  store: ObjectStore,
  name: string,
  onBytes: (bytes: number) => void,
): Promise<StoredObject> {
  const sha256 = createHash("sha256");
  let sizeBytes = 0;
  await eachPiece(store, name, { firstBytes: PIECE_BYTES, mostBytes: Number.MAX_SAFE_INTEGER }, (piece) => {
    sha256.update(piece);
    sizeBytes += piece.length;
    onBytes(piece.length);
  });
  return { name, size_bytes: sizeBytes, sha256: sha256.digest("hex") };
}

async function eachPiece(
  store: ObjectStore,
  name: string,
  { firstBytes, mostBytes }: { readonly firstBytes: number; readonly mostBytes: number },
  visit: (piece: Buffer) => void,
): Promise<void> {
  let wantedBytes = Math.min(firstBytes, mostBytes);
  for (let start = 0; ; ) {
    const piece = await store.read(name, start, start + wantedBytes);
    visit(piece);
    start += piece.length;
    if (piece.length < wantedBytes || start === mostBytes) return;
    wantedBytes = Math.min(PIECE_BYTES, mostBytes - start);
  }
}
