import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline, type Readable } from "node:stream";
import type { LinesPayload } from "../../../core/delivery.ts";
import { decompressorFor } from "../file-source.ts";
import { lineChunks } from "../line-chunks.ts";
import { isOfSystem } from "../of-system.ts";
import { fillFromStream } from "../stream-fill.ts";
import { isRotatedName } from "./followed-file.ts";
import type { NextLines } from "./next-lines.ts";
import { isSameHead, type Position } from "./position.ts";

const LF = 0x0a;

/**
 * The compressed copy of what was read to that position, beside `path` and under a longer name; null where there is none.
 * Rejects with what `node:fs` throws.
 */
export async function findCompressedCopy(path: string, position: Position): Promise<string | null> {
  const folder = dirname(path);
  for (const name of (await readdir(folder)).sort()) {
    const copy = join(folder, name);
    if (!isRotatedName(copy, path) || decompressorFor(copy) === null) continue;
    if (await beginsAlike(copy, position)) return copy;
  }
  return null;
}

/** What cannot be read or decompressed does not: another one may. */
async function beginsAlike(copy: string, position: Position): Promise<boolean> {
  try {
    // A pipe would be waited for.
    if (!(await stat(copy)).isFile()) return false;
    return isSameHead(position, await headOf(copy, position.headBytes));
  } catch (error) {
    if (isOfCopy(error)) return false;
    throw error;
  }
}

/** True where the system or the decompressor refuses; everything else is a fault of the program. */
export function isOfCopy(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return isOfSystem(error) || (typeof code === "string" && /^(?:Z_|ZSTD_|ERR_STREAM_PREMATURE)/.test(code));
}

/** What the copy holds behind that position, under the same fingerprint; lent as by `nextLines`. Rejects with `isOfCopy`. */
export async function* linesBehind(copy: string, from: Position, signal: AbortSignal): AsyncGenerator<NextLines> {
  let position = from;
  for await (const payload of lineChunks(fillFromStream(decompressed(copy), () => undefined, signal))) {
    const offset = payload.offset + payload.end - payload.start;
    if (offset <= position.offset || signal.aborted) continue;
    const start = payload.end - (offset - position.offset);
    const fingerprint = position.fingerprint === "" ? payload.fingerprint : position.fingerprint;
    const lines: LinesPayload = {
      ...payload,
      start,
      fingerprint,
      offset: position.offset,
      continuesLine: position.continuesLine,
    };
    position = { ...position, offset, fingerprint, continuesLine: payload.buffer[payload.end - 1] !== LF };
    yield { payload: lines, next: position };
  }
}

async function headOf(copy: string, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of decompressed(copy) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}

function decompressed(copy: string): Readable {
  const decompressor = decompressorFor(copy);
  if (decompressor === null) throw new TypeError(`"${copy}" is not compressed`);
  const stored = createReadStream(copy);
  // The error comes to the reader of the decompressed stream, also that of the file.
  pipeline(stored, decompressor, () => undefined);
  return decompressor;
}
