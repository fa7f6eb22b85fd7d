import { createReadStream } from "node:fs";
import { PassThrough, pipeline } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import split from "split2";

/** The lines of a file, decompressed where its name ends with `.zst` or `.gz`. Rejects where that fails, or it ends early. */
export function storedLines(path: string): AsyncIterable<string> {
  // What comes out rejects by itself where a step before it fails.
  return pipeline(createReadStream(path), decompressor(path), split(), () => undefined);
}

function decompressor(path: string) {
  if (path.endsWith(".zst")) return createZstdDecompress();
  return path.endsWith(".gz") ? createGunzip() : new PassThrough();
}
