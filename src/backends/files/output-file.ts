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
  // Whoever writes or closes next gets the error; until then it must not be unhandled.
  const ended = compressor === null ? finished(file) : pipeline(compressor, file);
  let failure: unknown = null;
  ended.catch((error: unknown) => {
    failure = error;
  });
  const guarded = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      throw ioError(`write "${path}"`, failure ?? error);
    }
  };
  return {
    async write(chunk) {
      if (failure !== null) throw ioError(`write "${path}"`, failure);
      if (!stream.write(chunk)) await guarded(Promise.race([once(stream, "drain"), ended]));
    },
    async close() {
      stream.end();
      await guarded(ended);
    },
  };
}
