/**
 * Goal: nothing that is not exactly what was written is taken for a segment, and the message names the object.
 * Method: every byte of a small segment is changed, every shorter length tried, and files that are no segments.
 */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { IoError } from "../../src/core/fault.ts";
import { MIB } from "../../src/core/units.ts";
import { openSegment } from "../../src/segment/segment-reader.ts";
import { createSegmentWriter } from "../../src/segment/segment-writer.ts";
import { sampleLine } from "./sample-line.ts";

const NAME = "wal/local/2020-12-22/aa/00000001.2020122209-2020122209.ndjson.zst";

function segmentOf(...contents: (string | Buffer)[]): Buffer {
  const writer = createSegmentWriter();
  for (const content of contents) writer.append(sampleLine(content));
  return writer.finish().bytes;
}

const SMALL = segmentOf("one", "two", "");
/** Two entries and the trailer. */
const TABLE_BYTES = 2 * 144 + 96;
const TWO_BLOCKS = segmentOf(Buffer.alloc(MIB - 1, "a"), "b");

/** Opens the bytes and reads every block; the message of the refusal, or null where there is none. */
async function refusal(bytes: Buffer, reads: "ids" | "meta" = "meta"): Promise<string | null> {
  try {
    const read = async (start: number, end: number): Promise<Buffer> => Buffer.from(bytes.subarray(start, end));
    const segment = await openSegment(NAME, bytes.length, read);
    for (const block of segment.blocks) {
      await segment.readLines(block);
      if (reads === "ids") await segment.readIds(block);
      else await segment.readMeta(block);
    }
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(IoError);
    expect((error as IoError).code).toBe("corrupt");
    return (error as IoError).message;
  }
}

describe("a segment", () => {
  it.each([
    ["small", SMALL],
    ["of two blocks", TWO_BLOCKS],
  ])("that is untouched opens (%s)", async (_, bytes) => {
    expect(await refusal(bytes)).toBeNull();
  });

  it.each(["ids", "meta"] as const)(
    "with any one byte changed is refused, where lines and %s are read",
    async (reads) => {
      const taken: number[] = [];
      for (const [at, byte] of SMALL.entries()) {
        const altered = Buffer.from(SMALL);
        altered[at] = byte ^ (1 << (at % 8));
        const message = await refusal(altered, reads);
        if (message === null) taken.push(at);
        else expect(message).toContain(`"${NAME}"`);
      }
      expect(taken).toEqual([]);
    },
  );

  it("that was cut anywhere is refused", async () => {
    const taken: number[] = [];
    for (let length = 0; length < SMALL.length; length += 1) {
      if ((await refusal(SMALL.subarray(0, length))) === null) taken.push(length);
    }
    expect(taken).toEqual([]);
  });

  it.each([
    ["an empty file", Buffer.alloc(0)],
    ["text", Buffer.from("one\ntwo\n".repeat(100))],
    ["another format", gzipSync("one\n")],
    ["a segment with something before it", Buffer.concat([Buffer.from("x"), SMALL])],
    ["a segment with something behind it", Buffer.concat([SMALL, Buffer.from("\n")])],
    ["two segments in one file", Buffer.concat([segmentOf("zero"), SMALL])],
    ["a segment without its first frame", SMALL.subarray(SMALL.readUInt32LE(SMALL.length - TABLE_BYTES + 8))],
    ["a table alone", SMALL.subarray(-TABLE_BYTES)],
  ])("%s is none", async (_, bytes) => {
    expect(await refusal(bytes)).toContain(`read segment "${NAME}": `);
  });

  it("says which part it was", async () => {
    const altered = (at: number): Buffer => {
      const bytes = Buffer.from(TWO_BLOCKS);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    expect(await refusal(altered(10))).toBe(`read segment "${NAME}": lines of block at byte 0: its bytes were altered`);
    expect(await refusal(altered(TWO_BLOCKS.length - 100))).toBe(
      `read segment "${NAME}": block table: the block table was altered`,
    );
    expect(await refusal(altered(TWO_BLOCKS.length - 1))).toBe(
      `read segment "${NAME}": trailer: no block table at its end (hint: the file was cut, or is no segment)`,
    );
  });

  it("is refused at opening already where bytes in its middle are missing", async () => {
    const bytes = Buffer.concat([SMALL.subarray(0, 20), SMALL.subarray(21)]);
    const read = async (start: number, end: number): Promise<Buffer> => bytes.subarray(start, end);
    await expect(openSegment(NAME, bytes.length, read)).rejects.toThrow(`read segment "${NAME}": block table: `);
  });
});
