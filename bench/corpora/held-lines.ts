import { createFileSource } from "../../src/backends/files/file-source.ts";
import type { LinesPayload } from "../../src/core/delivery.ts";
import type { Line } from "../../src/core/line.ts";
import type { Decoder } from "../../src/decode/decoder.ts";

/** Chunks as a run gets them, each with bytes of its own, since those that are lent are good for one chunk only. */
export async function readChunks(path: string): Promise<LinesPayload[]> {
  const chunks: LinesPayload[] = [];
  await eachChunkOf(path, (chunk) => chunks.push({ ...chunk, buffer: Buffer.from(chunk.buffer) }));
  return chunks;
}

export async function eachChunkOf(path: string, visit: (chunk: LinesPayload) => void): Promise<void> {
  const source = createFileSource([path], () => {});
  for await (const { payload } of source.deliveries(new AbortController().signal)) {
    if (payload.kind === "lines") visit(payload);
  }
}

/** The lines of a chunk, which share its bytes. */
export function linesOf(decoder: Decoder, chunk: LinesPayload): Line[] {
  const lines: Line[] = [];
  decoder.decode(chunk, (line) => lines.push(line));
  return lines;
}
