/**
 * Goal: lines are cut as others cut them. Method: split2, which users know from elsewhere, as the oracle over generated
 * text in chunks of any size. It decodes to strings, so it cannot be the oracle for bytes that are not UTF-8:
 * line-chunks.test.ts does that.
 */
import { Readable } from "node:stream";
import fc from "fast-check";
import split2 from "split2";
import { expect, it } from "vitest";
import { lineChunks } from "../../src/backends/files/line-chunks.ts";
import { fillFromStream } from "../../src/backends/files/stream-fill.ts";
import { createDecoder } from "../../src/decode/decoder.ts";

const LIMITS = { maxDepth: 128, maxLineBytes: 2 ** 20, maxInflatedBytes: 2 ** 20 };

async function ourLines(chunks: readonly Buffer[]): Promise<string[]> {
  const decoder = createDecoder({ names: [], limits: LIMITS, identityFields: {}, topic: "" });
  const lines: string[] = [];
  const fill = fillFromStream(Readable.from(chunks), () => undefined, new AbortController().signal);
  for await (const payload of lineChunks(fill, { chunkBytes: 16, maxPieceBytes: 2 ** 16 })) {
    decoder.decode(payload, ({ buffer, start, end }) => lines.push(buffer.toString("utf8", start, end)));
  }
  return lines;
}

async function theirLines(chunks: readonly Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of Readable.from(chunks).pipe(split2("\n"))) lines.push(String(line));
  return lines.filter((line) => line !== "");
}

it("cuts any text, in any chunks, where split2 does", async () => {
  const text = fc.array(fc.oneof(fc.constantFrom("\n", "\r\n", '{"a":1}'), fc.string({ unit: "grapheme" })));
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(text, sizes, async (parts, lengths) => {
      const bytes = Buffer.from(parts.join(""));
      const chunks: Buffer[] = [];
      for (let at = 0, index = 0; at < bytes.length; index += 1) {
        const length = lengths[index % lengths.length] ?? 1;
        chunks.push(bytes.subarray(at, at + length));
        at += length;
      }
      expect(await ourLines(chunks)).toEqual(await theirLines(chunks));
    }),
    { numRuns: 200 },
  );
});
