/**
 * Goal: however an input is read, its chunks hold the lines that a naive splitter finds, at the same places.
 * Method: a fake input that gives pieces of random sizes, and limits so small that every path is walked.
 */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChunkLimits, type Fill, lineChunks } from "../../src/backends/files/line-chunks.ts";
import { createDecoder } from "../../src/decode/decoder.ts";

const LF = 0x0a;
const MIB = 2 ** 20;
const SMALL: ChunkLimits = { chunkBytes: 8, maxPieceBytes: 32 };

/** Gives the input in pieces of these sizes, over and over, as far as there is room for them. */
function fillFrom(input: Buffer, sizes: readonly number[]): Fill {
  let at = 0;
  let turn = 0;
  return (buffer, from) => {
    const size = sizes[turn % sizes.length] ?? 1;
    turn += 1;
    const count = Math.min(size, buffer.length - from, input.length - at);
    expect(at === input.length || count > 0).toBe(true);
    input.copy(buffer, from, at, at + count);
    at += count;
    return Promise.resolve(count);
  };
}

interface Piece {
  readonly place: number;
  readonly bytes: string;
  readonly isRest: boolean;
  readonly fingerprint: string;
}

/** What each chunk holds between its LFs, empty lines left out. */
async function piecesOf(input: Buffer, sizes: readonly number[], limits: ChunkLimits): Promise<Piece[]> {
  const pieces: Piece[] = [];
  let next = 0;
  for await (const { buffer, start, end, offset, fingerprint, continuesLine } of lineChunks(
    fillFrom(input, sizes),
    limits,
  )) {
    // Chunks lie one behind another and leave nothing out.
    expect([start, offset, end > start]).toEqual([1, next, true]);
    next = offset + end - start;
    const bytes = buffer.subarray(start, end);
    expect(bytes).toEqual(input.subarray(offset, next));
    let at = 0;
    for (const line of bytes.toString("latin1").split("\n")) {
      const place = offset + at;
      if (line !== "") pieces.push({ place, bytes: line, isRest: continuesLine && at === 0, fingerprint });
      at += line.length + 1;
    }
    buffer.fill(0x7f, start, end); // a chunk is lent: nobody needs it once the next is asked for
  }
  expect(next).toBe(input.length);
  return pieces;
}

/** The lines of the whole input; those over the limit in pieces of it. */
function naivePieces(input: Buffer, { maxPieceBytes }: ChunkLimits): Piece[] {
  const lines = input.toString("latin1").split("\n");
  const first = lines.find((line) => line !== "") ?? "";
  const fingerprint = createHash("sha256").update(first.slice(0, maxPieceBytes), "latin1").digest("hex");
  const pieces: Piece[] = [];
  let place = 0;
  for (const line of lines) {
    for (let at = 0; at < line.length; at += maxPieceBytes) {
      pieces.push({ place: place + at, bytes: line.slice(at, at + maxPieceBytes), isRest: at > 0, fingerprint });
    }
    place += line.length + 1;
  }
  return pieces;
}

const line = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 120 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96).map((n) => new Uint8Array(n)),
  },
  { weight: 2, arbitrary: fc.constant(new Uint8Array(0)) },
);
const input = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, isEnded]) =>
    Buffer.concat(
      lines.flatMap((bytes, i) => (i === 0 ? [bytes] : [Buffer.of(LF), bytes])).concat(isEnded ? [Buffer.of(LF)] : []),
    ),
  );
const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 6 });

describe("chunks of lines", () => {
  it("hold the lines of a naive splitter, however the input comes", async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async (bytes, pieces) => {
        const usual = { chunkBytes: 8, maxPieceBytes: 1024 };
        expect(await piecesOf(bytes, pieces, usual)).toEqual(naivePieces(bytes, usual));
      }),
      { numRuns: 300 },
    );
  });

  it("hold a line over the limit in pieces, and say which go on", async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async (bytes, pieces) => {
        expect(await piecesOf(bytes, pieces, SMALL)).toEqual(naivePieces(bytes, SMALL));
      }),
      { numRuns: 300 },
    );
  });

  it("give the same ids, however the input comes", async () => {
    const text =
      '\n\nplain\n{"time":"2020-09-14T00:00:01Z"}\nplain\n\n{"time":"2020-09-14T00:00:01Z"}\n{"time":1600041604.5}\nend';
    const idsOf = async (pieces: readonly number[], limits?: ChunkLimits) => {
      const decoder = createDecoder({
        names: [],
        limits: { maxDepth: 128, maxLineBytes: 1000, maxInflatedBytes: 1000 },
        identityFields: {},
        topic: "",
      });
      const ids: string[] = [];
      for await (const chunk of lineChunks(fillFrom(Buffer.from(text), pieces), limits)) {
        decoder.decode(chunk, ({ id }) => ids.push(id));
      }
      return ids;
    };
    const whole = await idsOf([1000]);
    expect(new Set(whole).size).toBe(6);
    for (const pieces of [[1], [2], [3, 1], [7], [40]]) {
      expect(await idsOf(pieces, { chunkBytes: 8, maxPieceBytes: 64 })).toEqual(whole);
      expect(await idsOf(pieces)).toEqual(whole);
    }
  });

  it("are of a mebibyte usually, and of 8 at most", async () => {
    const text = `${`${"x".repeat(99)}\n`.repeat(20_000)}${"y".repeat(20 * MIB)}\nend`;
    const sizes: number[] = [];
    for await (const chunk of lineChunks(fillFrom(Buffer.from(text), [2 ** 30]))) sizes.push(chunk.end - chunk.start);
    const [first, second, ...long] = sizes;
    expect([first, second]).toEqual([1_048_500, 951_500]);
    expect(long).toEqual([8 * MIB, 8 * MIB, 4 * MIB + 1, 3]);
  });

  it("of no input, and of empty lines only, hold no line", async () => {
    expect(await piecesOf(Buffer.alloc(0), [1], SMALL)).toEqual([]);
    expect(await piecesOf(Buffer.alloc(50, LF), [3, 1], SMALL)).toEqual([]);
  });
});
