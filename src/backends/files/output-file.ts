import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { createGzip, createZstdCompress } from "node:zlib";
import { ioError } from "./io-error.ts";

/** Bytes on their way out. */
export interface Output {
  /** Resolves when more may come. Rejects with `IoError`. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when everything is written. Rejects with `IoError`. */
  close(): Promise<void>;
}

/** Writes a file anew, compressed where its name ends in `.gz` or `.zst`. Rejects with `IoError` where it cannot. */
export async function openOutputFile(path: string): Promise<Output> {
  const file = createWriteStream(path);
  const compressor = path.endsWith(".gz") ? createGzip() : path.endsWith(".zst") ? createZstdCompress() : null;
  const stream: Writable = compressor ?? file;
  try {
    await once(file, "open");
  } catch (error) {
    throw ioError(`write "${path}"`, error);
  }
  const ended = compressor === null ? finished(file) : pipeline(compressor, file);
  // Whoever writes or closes next gets the error, also one who waits for room.
  const failing = new AbortController();
  ended.catch((error: unknown) => failing.abort(error));
  const guarded = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      throw ioError(`write "${path}"`, failing.signal.aborted ? failing.signal.reason : error);
    }
  };
  return {
    async write(chunk) {
      if (failing.signal.aborted) throw ioError(`write "${path}"`, failing.signal.reason);
      if (!stream.write(chunk)) await guarded(once(stream, "drain", { signal: failing.signal }));
    },
    async close() {
      stream.end();
      await guarded(ended);
    },
  };
}
