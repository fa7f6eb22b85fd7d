import { gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import type { QuarantineReason } from "../core/fault.ts";
import { KIB } from "../core/units.ts";

/** The attribute that says how a message is compressed. */
export const COMPRESSION_ATTRIBUTE = "compression_algorithm";

type Inflated =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: QuarantineReason };

/** What the decompressors return with `info: true`; Node's types do not say. */
interface WithInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

interface DecompressOptions {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
  readonly info: boolean;
}

/** The default of 16 KiB makes thousands of buffers of a large batch. */
const CHUNK_BYTES = 256 * KIB;

const DECOMPRESSORS = new Map<string, (data: Buffer, options: DecompressOptions) => unknown>([
  ["zlib", inflateSync],
  ["gzip", gunzipSync],
  ["zstd", zstdDecompressSync],
]);

/** Broken, cut, and in need of a dictionary. */
const ZLIB_CODES = new Set(["Z_DATA_ERROR", "Z_BUF_ERROR", "Z_NEED_DICT"]);

/**
 * Decompresses a message's data; never more than `maxBytes`, whatever the input claims. Throws where it cannot tell, for
 * want of memory: where a line is filed depends on the line alone.
 */
export function inflate(data: Buffer, algorithm: string, maxBytes: number): Inflated {
  const decompress = DECOMPRESSORS.get(algorithm);
  if (decompress === undefined) return { ok: false, reason: "unknown_compression" };
  try {
    const { buffer, engine } = decompress(data, {
      maxOutputLength: maxBytes,
      chunkSize: CHUNK_BYTES,
      info: true,
    }) as WithInfo;
    // Bytes behind the end of the stream would be lost unseen.
    if (engine.bytesWritten !== data.length) return { ok: false, reason: "bad_compression" };
    return { ok: true, bytes: buffer };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") return { ok: false, reason: "inflate_limit" };
    if (isOfData(code)) return { ok: false, reason: "bad_compression" };
    throw error;
  }
}

/** What zlib says of data. Where memory is short, that says nothing about them: they are good when they come again. */
function isOfData(code: string): boolean {
  return ZLIB_CODES.has(code) || (code.startsWith("ZSTD_error_") && code !== "ZSTD_error_memory_allocation");
}
