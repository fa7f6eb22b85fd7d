import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Refuse } from "../../archive/stored-json.ts";
import { UsageError } from "../../core/fault.ts";
import { unreadable } from "../input-text.ts";

/** A file from somebody else, or standard input, of which one thing or the other is done. */
export interface FileBytes {
  /** True where it begins as gzip does, in the plain form that tells nothing else. */
  readonly isGzip: boolean;
  /** All bytes, but no more than so many. Rejects with `UsageError`. */
  upTo(mostBytes: number): Promise<Buffer>;
  /** Decompressed, piece by piece. Rejects with `UsageError`, and what `refuse` makes of what does not decompress. */
  inflated(refuse: Refuse): AsyncIterable<Buffer>;
}

/** Without name, comment and time; behind it only the system that made it is named. */
const GZIP = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0);

/** Opens a file, or standard input for `-`. Rejects with `UsageError`; `what` it is, for that. */
export async function openFileBytes(path: string, what: string): Promise<FileBytes> {
  const chunks = readChunks(path, what)[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= GZIP.length) break;
  }
  let readBytes = 0;
  async function* all(): AsyncGenerator<Buffer> {
    readBytes = head.length;
    yield head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      readBytes += next.value.length;
      yield next.value;
    }
  }
  return {
    isGzip: head.subarray(0, GZIP.length).equals(GZIP),
    async upTo(mostBytes) {
      const pieces: Buffer[] = [];
      let bytes = 0;
      for await (const piece of all()) {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes >= mostBytes) break;
      }
      return Buffer.concat(pieces).subarray(0, mostBytes);
    },
    async *inflated(refuse) {
      const gunzip = createGunzip();
      const fed = pipeline(all(), gunzip);
      // Who reads from it gets the same error.
      fed.catch(() => undefined);
      try {
        for await (const piece of gunzip) yield piece as Buffer;
        // Behind a zero it looks at nothing, and says nothing.
        if (gunzip.bytesWritten < readBytes) throw refuse("something was put behind it");
        await fed;
      } catch (error) {
        if (error instanceof UsageError || !isOfZlib(error)) throw error;
        throw refuse(`it was cut or altered: ${error.message}`, error);
      } finally {
        gunzip.destroy();
      }
    },
  };
}

function isOfZlib(error: unknown): error is Error {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith("Z_");
}

async function* readChunks(path: string, what: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of path === "-" ? process.stdin : createReadStream(path)) yield piece as Buffer;
  } catch (error) {
    throw unreadable(path, what, error);
  }
}
