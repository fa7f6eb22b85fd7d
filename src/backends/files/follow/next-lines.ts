import type { FileHandle } from "node:fs/promises";
import type { LinesPayload } from "../../../core/delivery.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { type ChunkLimits, doubled } from "../line-chunks.ts";
import { isSameHead, type Position, positionBehind } from "./position.ts";

const LF = 0x0a;

/** One buffer for all files, as only one chunk is lent at a time. */
export interface ChunkRoom {
  /** A spare byte and `limits.chunkBytes`. */
  readonly buffer: Buffer;
  readonly limits: ChunkLimits;
}

export function createChunkRoom(limits: ChunkLimits): ChunkRoom {
  return { buffer: Buffer.allocUnsafe(1 + limits.chunkBytes), limits };
}

/** The next lines of a file and the position behind them. */
export interface NextLines {
  readonly payload: LinesPayload;
  readonly next: Position;
}

/**
 * Reads on from a position: the next whole lines, cut as `lineChunks` cuts them, and lent until the next call with the
 * same room. Null where there is none yet; `takesRest` also takes a last line that no LF ends. "other" where the
 * file is not the one of that position any more: it was truncated, or its beginning is another. Rejects with what
 * `node:fs` throws.
 */
export async function nextLines(
  file: FileHandle,
  from: Position,
  room: ChunkRoom,
  takesRest: boolean,
): Promise<NextLines | null | "other"> {
  const head = await readHead(file, from.headBytes);
  if (!isSameHead(from, head) || (await file.stat()).size < from.offset) return "other";
  let { buffer } = room;
  let filled = 1;
  const taken = (end: number, continuesLine: boolean): NextLines => {
    const fingerprint = from.fingerprint === "" ? fingerprintOf(buffer, end) : from.fingerprint;
    return {
      payload: {
        kind: "lines",
        buffer,
        start: 1,
        end,
        fingerprint,
        offset: from.offset,
        continuesLine: from.continuesLine,
      },
      next: positionBehind(from, head, buffer.subarray(1, end), { fingerprint, continuesLine }),
    };
  };
  for (;;) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from.offset + filled - 1);
    const lastBreak = buffer.subarray(filled, filled + bytesRead).lastIndexOf(LF);
    if (lastBreak >= 0) return taken(filled + lastBreak + 1, false);
    filled += bytesRead;
    if (bytesRead === 0) return takesRest && filled > 1 ? taken(filled, false) : null;
    if (filled < buffer.length) continue;
    if (filled > room.limits.maxPieceBytes) return taken(filled, true);
    buffer = doubled(buffer);
  }
}

/** The first bytes of a file; fewer where it has no more. Rejects with what `node:fs` throws. */
export async function readHead(file: FileHandle, bytes: number): Promise<Buffer> {
  const head = Buffer.allocUnsafe(bytes);
  const { bytesRead } = await file.read(head, 0, bytes, 0);
  return head.subarray(0, bytesRead);
}
