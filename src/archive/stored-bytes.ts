import { createHash } from "node:crypto";
import type { ObjectStore } from "../core/object-store.ts";
import { KIB, MIB } from "../core/units.ts";
import type { StoredObject } from "./manifest.ts";

/** Most objects that are read whole are small. */
const FIRST_PIECE_BYTES = 64 * KIB;
const PIECE_BYTES = 4 * MIB;

/** All bytes of a small object, whatever its size is said to be. Rejects with `IoError`. */
export async function readWhole(store: ObjectStore, name: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await eachPiece(store, name, FIRST_PIECE_BYTES, (piece) => pieces.push(piece));
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
  await eachPiece(store, name, PIECE_BYTES, (piece) => {
    sha256.update(piece);
    sizeBytes += piece.length;
    onBytes(piece.length);
  });
  return { name, size_bytes: sizeBytes, sha256: sha256.digest("hex") };
}

async function eachPiece(
  store: ObjectStore,
  name: string,
  firstBytes: number,
  visit: (piece: Buffer) => void,
): Promise<void> {
  let wantedBytes = firstBytes;
  for (let start = 0; ; ) {
    const piece = await store.read(name, start, start + wantedBytes);
    visit(piece);
    if (piece.length < wantedBytes) return;
    start += piece.length;
    wantedBytes = PIECE_BYTES;
  }
}
