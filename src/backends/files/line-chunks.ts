import type { LinesPayload } from "../../core/delivery.ts";
import { MIB } from "../../core/units.ts";
import { fingerprintOf } from "./fingerprint.ts";

export interface ChunkLimits {
  /** What is usually read at once. */
  readonly chunkBytes: number;
  /** A line longer than this is handed over in pieces, so that no input can exhaust the memory. */
  readonly maxPieceBytes: number;
}

export const CHUNK_LIMITS: ChunkLimits = { chunkBytes: MIB, maxPieceBytes: 8 * MIB };
const LF = 0x0a;

/** Reads into `buffer` from `at` on; resolves with the number of bytes, 0 at the end of the input. */
export type Fill = (buffer: Buffer, at: number) => Promise<number>;

/**
 * Cuts an input into chunks of whole lines. All chunks share one buffer: each is good until the next is asked for.
 * The fingerprint is that of `fingerprintOf`.
 */
export async function* lineChunks(fill: Fill, limits = CHUNK_LIMITS): AsyncGenerator<LinesPayload> {
  const { chunkBytes, maxPieceBytes } = limits;
  let buffer: Buffer = Buffer.allocUnsafe(1 + chunkBytes);
  let filled = 1;
  let offset = 0;
  let fingerprint = "";
  let continuesLine = false;

  const chunk = (end: number): LinesPayload => {
    if (fingerprint === "") fingerprint = fingerprintOf(buffer, end);
    return { kind: "lines", buffer, start: 1, end, fingerprint, offset, continuesLine };
  };

  for (;;) {
    if (filled === buffer.length && filled <= maxPieceBytes) buffer = doubled(buffer);
    if (filled === buffer.length) {
      yield chunk(filled);
      offset += filled - 1;
      filled = 1;
      continuesLine = true;
    }
    const count = await fill(buffer, filled);
    if (count === 0) break;
    const lastBreak = buffer.subarray(filled, filled + count).lastIndexOf(LF);
    filled += count;
    if (lastBreak < 0) continue;
    const end = filled - count + lastBreak + 1;
    yield chunk(end);
    offset += end - 1;
    continuesLine = false;
    const rest = buffer.subarray(end, filled);
    // Back to the usual size once a long line is through.
    if (buffer.length > 1 + chunkBytes && rest.length < chunkBytes) buffer = Buffer.allocUnsafe(1 + chunkBytes);
    buffer.set(rest, 1);
    filled = 1 + rest.length;
  }
  if (filled > 1) yield chunk(filled);
}

/** The same bytes in a buffer of twice the size, and the spare byte. */
export function doubled(buffer: Buffer): Buffer {
  const larger = Buffer.allocUnsafe(1 + 2 * (buffer.length - 1));
  buffer.copy(larger);
  return larger;
}
