/** Goal: the table says after reading what it said before, at any size. Method: round trips of arbitrary tables. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePipeline } from "../../src/config/pipeline.ts";
import { UsageError } from "../../src/core/fault.ts";
import { GIB, MIB } from "../../src/core/units.ts";
import {
  type BlockEntry,
  decodeTable,
  ENTRY_BYTES,
  encodeTable,
  TRAILER_BYTES,
  tableBytes,
} from "../../src/segment/block-table.ts";

const hash32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const uint32 = fc.oneof(fc.constant(0xffff_ffff), fc.nat({ max: 0xffff_ffff }));
const large = fc.oneof(fc.constant(Number.MAX_SAFE_INTEGER), fc.maxSafeNat());

const entry: fc.Arbitrary<BlockEntry> = fc.record({
  kind: fc.constantFrom("lines", "meta"),
  offset: large,
  storedBytes: uint32,
  rawBytes: fc.nat({ max: 400 * MIB }),
  firstRow: large,
  rows: uint32,
  firstTimeMs: large,
  lastTimeMs: large,
  storedHash: hash32,
  rawHash: hash32,
  root: hash32,
});

const table = fc.record({ entries: fc.array(entry, { maxLength: 9 }), rows: large, rawBytes: large, root: hash32 });

/** The most that a pipeline may let a message inflate to. */
function mostInflatedBytes(): number {
  let [taken, refused] = [1, 4 * GIB];
  while (refused - taken > 1) {
    const middle = Math.floor((taken + refused) / 2);
    if (mayInflateTo(middle)) taken = middle;
    else refused = middle;
  }
  return taken;
}

function mayInflateTo(sizeBytes: number): boolean {
  const text = `name: a\nsource: {kind: stdin}\narchive: {kind: folder, path: a}\nlimits: {max_inflated_bytes: ${sizeBytes}}\n`;
  try {
    parsePipeline(text, "a.yaml", [], "/");
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

describe("a block table", () => {
  it("is read back as it was written, its length told by its trailer", () => {
    fc.assert(
      fc.property(table, (written) => {
        const bytes = encodeTable(written);
        expect(bytes.length).toBe(written.entries.length * ENTRY_BYTES + TRAILER_BYTES);
        expect(tableBytes(bytes.subarray(-TRAILER_BYTES))).toBe(bytes.length);
        expect(decodeTable(bytes)).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });

  it("of a version that this program does not know is refused as such", () => {
    const bytes = encodeTable({ entries: [], rows: 0, rawBytes: 0, root: Buffer.alloc(32) });
    bytes.writeUInt32LE(2, 52);
    expect(() => tableBytes(bytes)).toThrow(
      new RangeError("format version 2 is not known to this program (hint: use a newer logtally)"),
    );
  });

  it("has room for the longest message that a pipeline takes, wrapped in Base64 behind a full block", () => {
    const sizeBytes = mostInflatedBytes();
    expect(sizeBytes).toBe(256 * MIB);
    const rawBytes = MIB + '{"payload_base64":""}\n'.length + 4 * Math.ceil(sizeBytes / 3);
    const hashes = { storedHash: Buffer.alloc(32), rawHash: Buffer.alloc(32), root: Buffer.alloc(32) };
    const place = { offset: 0, storedBytes: 1, firstRow: 0, rows: 1, firstTimeMs: 0, lastTimeMs: 0 };
    const entries: readonly BlockEntry[] = [{ kind: "lines", rawBytes, ...place, ...hashes }];
    expect(decodeTable(encodeTable({ entries, rows: 1, rawBytes, root: Buffer.alloc(32) })).entries).toEqual(entries);
  });
});
