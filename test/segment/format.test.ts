/**
 * Goal: the file is what the format's documentation says, so that it can be read without this program.
 * Method: nothing of `src/segment` but the writer is used; numbers and offsets stand here as they stand there.
 */
import { createHash } from "node:crypto";
import { zstdDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MIB } from "../../src/core/units.ts";
import { createSegmentWriter } from "../../src/segment/segment-writer.ts";
import { SAMPLE_MS, sampleLine } from "./sample-line.ts";

const CONTENTS = ['{"a":1}', "", "x".repeat(MIB - 10), "\0\xff\r"];

function fileOf(): Buffer {
  const writer = createSegmentWriter();
  for (const [index, content] of CONTENTS.entries()) {
    writer.append(sampleLine(Buffer.from(content, "latin1"), { timeMs: SAMPLE_MS + index }));
  }
  return writer.finish().bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

const file = fileOf();
const trailer = file.subarray(-96);
const entryCount = trailer.readUInt32LE(48);
const table = file.subarray(-(96 + entryCount * 144));

interface Entry {
  readonly offset: number;
  readonly frame: Buffer;
  readonly rawBytes: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly kind: number;
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  readonly storedHash: string;
  readonly rawHash: string;
  readonly root: string;
}

const entries = Array.from({ length: entryCount }, (_, index): Entry => {
  const entry = table.subarray(index * 144, (index + 1) * 144);
  const offset = Number(entry.readBigUInt64LE(0));
  return {
    offset,
    frame: file.subarray(offset, offset + entry.readUInt32LE(8)),
    rawBytes: entry.readUInt32LE(12),
    firstRow: Number(entry.readBigUInt64LE(16)),
    rows: entry.readUInt32LE(24),
    kind: entry.readUInt32LE(28),
    firstTimeMs: Number(entry.readBigUInt64LE(32)),
    lastTimeMs: Number(entry.readBigUInt64LE(40)),
    storedHash: hex(entry.subarray(48, 80)),
    rawHash: hex(entry.subarray(80, 112)),
    root: hex(entry.subarray(112, 144)),
  };
});
const LINES = 0;
const META = 1;

describe("the file", () => {
  it("prints the raw lines, byte for byte, to any reader of zstd that skips skippable frames", () => {
    expect(hex(zstdDecompressSync(file))).toBe(hex(Buffer.from(`${CONTENTS.join("\n")}\n`, "latin1")));
  });

  it("ends with a trailer: root, rows, raw bytes, entries, version, hash of all before it, magic", () => {
    expect(trailer.toString("latin1", 88)).toBe("LOGTALLY");
    expect(trailer.readUInt32LE(52)).toBe(1);
    expect(Number(trailer.readBigUInt64LE(32))).toBe(CONTENTS.length);
    expect(Number(trailer.readBigUInt64LE(40))).toBe(CONTENTS.join("\n").length + 1);
    expect(hex(trailer.subarray(56, 88))).toBe(sha256(table.subarray(0, table.length - 40)));
    const roots = entries.filter(({ kind }) => kind === LINES).map(({ root }) => Buffer.from(root, "hex"));
    expect(roots).toHaveLength(2);
    expect(hex(trailer.subarray(0, 32))).toBe(sha256(Buffer.concat([Buffer.from([1]), ...roots])));
  });

  it("keeps table and trailer in one skippable frame of kind 1", () => {
    const header = file.subarray(file.length - table.length - 8);
    expect(header.readUInt32LE(0)).toBe(0x184d2a51);
    expect(header.readUInt32LE(4)).toBe(table.length);
  });

  it("is covered by its frames without gap", () => {
    let offset = 0;
    for (const entry of entries) {
      expect(entry.offset).toBe(offset);
      offset += entry.frame.length;
    }
    expect(offset + 8 + table.length).toBe(file.length);
  });

  it("has frames of lines that carry the size of their content and a checksum", () => {
    for (const { kind, frame, rawBytes } of entries) {
      const zstd = kind === META ? frame.subarray(8) : frame;
      expect(zstd.readUInt32LE(0)).toBe(0xfd2fb528);
      const descriptor = zstd[4] ?? 0;
      const isSingleSegment = (descriptor & 0x20) !== 0;
      const sizeFlag = descriptor >> 6;
      expect(isSingleSegment || sizeFlag > 0).toBe(true);
      expect(descriptor & 0x04).toBe(0x04);
      const at = isSingleSegment ? 5 : 6;
      const size = [zstd[at] ?? 0, zstd.readUInt16LE(at) + 256, zstd.readUInt32LE(at)][sizeFlag];
      expect(size).toBe(rawBytes);
    }
  });

  it("says of each frame what it holds", () => {
    expect(entries.map(({ kind, firstRow, rows }) => [kind, firstRow, rows])).toEqual([
      [LINES, 0, 3],
      [META, 0, 3],
      [LINES, 3, 1],
      [META, 3, 1],
    ]);
    for (const { kind, frame, rawBytes, storedHash, rawHash, root } of entries) {
      expect(sha256(frame)).toBe(storedHash);
      if (kind === META) {
        expect(frame.readUInt32LE(0)).toBe(0x184d2a50);
        expect(frame.readUInt32LE(4)).toBe(frame.length - 8);
        expect(root).toBe("00".repeat(32));
      }
      const content = zstdDecompressSync(kind === META ? frame.subarray(8) : frame);
      expect(content.length).toBe(rawBytes);
      expect(sha256(content)).toBe(rawHash);
    }
    expect(entries.map(({ firstTimeMs, lastTimeMs }) => [firstTimeMs - SAMPLE_MS, lastTimeMs - SAMPLE_MS])).toEqual([
      [0, 2],
      [0, 2],
      [3, 3],
      [3, 3],
    ]);
    const last = CONTENTS.slice(3).map((content) => Buffer.from(`\0${content}`, "latin1"));
    expect(entries[2]?.root).toBe(sha256(Buffer.concat(last)));
  });

  it("keeps one line of JSON for each raw line, in their order", () => {
    const meta = entries.filter(({ kind }) => kind === META).map(({ frame }) => zstdDecompressSync(frame.subarray(8)));
    const lines = Buffer.concat(meta).toString().split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
      CONTENTS.map((content, index) => {
        const leaf = sha256(Buffer.from(`\0${content}`, "latin1"));
        const id = `0006d179${leaf.slice(0, 24)}`;
        return { id, lane: "line", log: "rails.api", time: `2020-12-22T09:30:00.12${3 + index}Z` };
      }),
    );
  });
});
