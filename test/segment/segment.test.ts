/**
 * Goal: a segment gives back every line and what is known about it, whatever the bytes.
 * Method: written and read in memory; properties over arbitrary bytes, and over lengths around the size of a block.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Meta } from "../../src/core/archived-line.ts";
import type { Line } from "../../src/core/line.ts";
import { MIB } from "../../src/core/units.ts";
import { merkleRoot } from "../../src/segment/merkle.ts";
import { openSegment, type SegmentReader } from "../../src/segment/segment-reader.ts";
import { createSegmentWriter, type Segment } from "../../src/segment/segment-writer.ts";
import { arbitraryChange, bytesOf, SAMPLE_MS, sampleLine } from "./sample-line.ts";

const LF = 0x0a;

function segmentOf(lines: readonly Line[], writer = createSegmentWriter()): Segment {
  for (const line of lines) writer.append(line);
  return writer.finish();
}

function open({ bytes }: Segment): Promise<SegmentReader> {
  return openSegment("wal/x", bytes.length, async (start, end) => Buffer.from(bytes.subarray(start, end)));
}

async function readAll(reader: SegmentReader): Promise<{ raw: Buffer; metas: Meta[] }> {
  const raw: Buffer[] = [];
  const metas: Meta[] = [];
  for (const block of reader.blocks) {
    raw.push(await reader.readLines(block));
    const metasOfBlock = await reader.readMeta(block);
    metas.push(...metasOfBlock);
    expect(idsOf(await reader.readIds(block))).toEqual(metasOfBlock.map(({ id }) => id));
  }
  return { raw: Buffer.concat(raw), metas };
}

/** Four words of 32 bits for each id. */
function idsOf(words: Int32Array): string[] {
  const hex = Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  return hex.match(/.{32}/g) ?? [];
}

function rawOf(lines: readonly Line[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [bytesOf(line), Buffer.from("\n")]));
}

function metaOf({ id, lane, log, timeMs, reason, message }: Line): Meta {
  return { id, lane, log, timeMs, reason, message };
}

const anyBytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.map((byte) => (byte === LF ? 0 : byte)));

describe("a segment", () => {
  it("gives back any lines of bytes with all that is known about them", async () => {
    const line = fc.tuple(anyBytes, arbitraryChange).map(([bytes, change]) => sampleLine(bytes, change));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const { raw, metas } = await readAll(await open(segmentOf(lines)));
        expect(raw.equals(rawOf(lines))).toBe(true);
        expect(metas).toEqual(lines.map(metaOf));
      }),
      { numRuns: 300 },
    );
  });

  it("gives back lines around the size of a block, in blocks that fit together", async () => {
    const lengths = fc.constantFrom(0, 1, 5, MIB / 2 - 1, MIB / 2, MIB - 2, MIB - 1, MIB, MIB + 1, 2 * MIB);
    await fc.assert(
      fc.asyncProperty(fc.array(lengths, { maxLength: 6 }), async (sizes) => {
        const lines = sizes.map((size, index) => sampleLine(Buffer.alloc(size, `${index}é`)));
        const segment = segmentOf(lines);
        const reader = await open(segment);
        const { raw, metas } = await readAll(reader);
        expect(raw.equals(rawOf(lines))).toBe(true);
        expect(metas.map(({ id }) => id)).toEqual(lines.map(({ id }) => id));
        let row = 0;
        for (const { lines: entry } of reader.blocks) {
          expect(entry.rows).toBeGreaterThan(0);
          expect(entry.rows === 1 || entry.rawBytes <= MIB).toBe(true);
          expect(entry.firstRow).toBe(row);
          const leaves = lines.slice(row, row + entry.rows).map(({ hash }) => hash);
          expect(entry.root.equals(merkleRoot(leaves))).toBe(true);
          row += entry.rows;
        }
        expect(row).toBe(lines.length);
        const roots = reader.blocks.map((block) => block.lines.root.toString("hex"));
        expect(reader.table.root.equals(merkleRoot(roots))).toBe(true);
        expect(reader.table).toMatchObject({ rows: lines.length, rawBytes: raw.length });
        expect(segment).toMatchObject({ rows: lines.length, rawBytes: raw.length });
      }),
      { numRuns: 40 },
    );
  });

  it("fills a block to its last byte, and no further", async () => {
    const full = [sampleLine(Buffer.alloc(MIB - 3, "a")), sampleLine("b")];
    expect((await open(segmentOf(full))).blocks).toHaveLength(1);
    const over = [sampleLine(Buffer.alloc(MIB - 3, "a")), sampleLine("bc")];
    expect((await open(segmentOf(over))).blocks).toHaveLength(2);
  });

  it("tells hours and times of its lines, and of each block its own", async () => {
    const lines = [
      sampleLine(Buffer.alloc(MIB), { timeMs: SAMPLE_MS + 5 }),
      sampleLine("early", { timeMs: SAMPLE_MS - 7_200_000 }),
      sampleLine("late", { timeMs: SAMPLE_MS }),
      sampleLine(Buffer.alloc(MIB), { timeMs: null }),
    ];
    const segment = segmentOf(lines);
    const { blocks } = await open(segment);
    expect(blocks.map((block) => [block.lines.firstTimeMs, block.lines.lastTimeMs])).toEqual([
      [SAMPLE_MS + 5, SAMPLE_MS + 5],
      [SAMPLE_MS - 7_200_000, SAMPLE_MS],
      [0, 0],
    ]);
    expect(segment.firstHour).toBe(0);
    expect(segment.lastHour).toBe(lines[0]?.hour);
  });

  it("leaves the writer empty for the next one", async () => {
    const writer = createSegmentWriter();
    segmentOf([sampleLine(Buffer.alloc(3 * MIB, "a")), sampleLine("b", { timeMs: SAMPLE_MS - 86_400_000 })], writer);
    expect([writer.rows, writer.rawBytes]).toEqual([0, 0]);
    const second = segmentOf([sampleLine("c")], writer);
    expect(second.bytes.equals(segmentOf([sampleLine("c")]).bytes)).toBe(true);
  });

  it("has its lines once they are appended, whatever becomes of the lent buffer", async () => {
    const writer = createSegmentWriter();
    const line = sampleLine("kept");
    writer.append(line);
    line.buffer.fill("x");
    expect((await readAll(await open(writer.finish()))).raw.toString()).toBe("kept\n");
  });

  it("is small where many lines share a message, and they share it in memory too", async () => {
    const message = {
      topic: "t",
      messageId: "1",
      publishedAtMs: SAMPLE_MS,
      attributes: { big: "x".repeat(1000) },
    };
    const lines = Array.from({ length: 50 }, (_, index) =>
      sampleLine(`line ${index}`, { message: { ...message, messageId: index < 25 ? "1" : "2" } }),
    );
    const reader = await open(segmentOf(lines));
    expect(reader.blocks[0]?.meta.rawBytes).toBeLessThan(50 * 200 + 1000);
    const { metas } = await readAll(reader);
    expect(new Set(metas.map((meta) => meta.message)).size).toBe(2);
    expect(new Set(metas.map((meta) => meta.message?.attributes)).size).toBe(1);
  });

  it("closes a block by rows and by meta too, so that memory is bounded whatever the lines", async () => {
    const short = Array.from({ length: 20_000 }, (_, number) => sampleLine(String(number % 10)));
    const many = await open(segmentOf(short));
    expect(many.blocks.map(({ lines }) => lines.rows)).toEqual(
      many.blocks.map(({ lines }) => Math.min(lines.rows, 16_384)),
    );
    expect(many.blocks.length).toBeGreaterThan(1);
    const attributes = (number: number) => ({ large: `${number}`.padStart(100_000, "x") });
    const heavy = Array.from({ length: 40 }, (_, number) =>
      sampleLine("x", {
        message: { topic: "", messageId: String(number), publishedAtMs: null, attributes: attributes(number) },
      }),
    );
    const { blocks } = await open(segmentOf(heavy));
    for (const { meta } of blocks) expect(meta.rawBytes).toBeLessThan(MIB + 200_000);
  });
});
