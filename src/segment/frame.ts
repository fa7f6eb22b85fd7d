import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { KIB, MIB } from "../core/units.ts";

/** A frame that every zstd reader skips: magic and length (4 bytes each, little-endian), then the content. */
export const SKIPPABLE_HEADER_BYTES = 8;

export const META_FRAME_MAGIC = 0x184d2a50;
export const TABLE_FRAME_MAGIC = 0x184d2a51;

const LEVEL = 3;
/**
 * The last chunk of a compression stays until the whole heap is collected, and has it collected more often. Results of
 * several chunks are copied once more, which costs less.
 */
const CHUNK_BYTES = 32 * KIB;
/** No chunk may be smaller. */
const SPARE_CHUNK_BYTES = 64;

/** One independent frame that carries its content's size and checksum. */
export function compressFrame(content: Uint8Array): Buffer {
  return zstdCompressSync(content, {
    // Without the pledge the frame would not say its size.
    pledgedSrcSize: content.length,
    chunkSize: CHUNK_BYTES,
    params: {
      [constants.ZSTD_c_compressionLevel]: LEVEL,
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_contentSizeFlag]: 1,
    },
  });
}

/** The content of one frame, which must be exactly so long; throws what zlib throws, or a `RangeError`. */
export function decompressFrame(frame: Uint8Array, sizeBytes: number): Buffer {
  // A chunk that the content does not fill is the only one, and there is nothing to put together.
  const chunkSize = Math.min(sizeBytes, MIB) + SPARE_CHUNK_BYTES;
  const content = zstdDecompressSync(frame, { maxOutputLength: Math.max(sizeBytes, 1), chunkSize });
  if (content.length !== sizeBytes) throw new RangeError(`${content.length} bytes instead of ${sizeBytes}`);
  return content;
}

export function skippableFrame(magic: number, content: Uint8Array): Buffer {
  const header = Buffer.allocUnsafe(SKIPPABLE_HEADER_BYTES);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** The content of a skippable frame of that kind; throws a `RangeError` where the bytes are no such frame. */
export function skippableContent(magic: number, frame: Buffer): Buffer {
  const isFrame = frame.length >= SKIPPABLE_HEADER_BYTES && frame.readUInt32LE(0) === magic;
  if (!isFrame || frame.readUInt32LE(4) !== frame.length - SKIPPABLE_HEADER_BYTES) {
    throw new RangeError("no skippable frame of the expected kind");
  }
  return frame.subarray(SKIPPABLE_HEADER_BYTES);
}
