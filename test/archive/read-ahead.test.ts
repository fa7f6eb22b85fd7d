/**
 * Goal: whoever reads in order asks a few times, whoever jumps is not made to read more, and both get the bytes they ask for.
 * Method: random and ordered reads of random bytes, held against the bytes themselves.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAhead } from "../../src/archive/read-ahead.ts";
import { MIB } from "../../src/core/units.ts";

interface Asked {
  readonly start: number;
  readonly end: number;
}

function fileOf(bytes: Buffer): { readonly asked: Asked[]; readonly read: ReturnType<typeof readAhead> } {
  const asked: Asked[] = [];
  const read = readAhead(async (start, end) => {
    asked.push({ start, end });
    return bytes.subarray(start, end);
  });
  return { asked, read };
}

describe("what is read ahead", () => {
  it("is what is there, in whatever order it is asked for", async () => {
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 31) % 251));
    const range = fc.tuple(fc.nat(3000), fc.nat(200)).map(([start, length]) => ({ start, end: start + length }));
    const steps = fc.oneof(
      range,
      fc.nat(120).map((length) => length),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (wanted) => {
        const { read } = fileOf(bytes);
        let at = 0;
        for (const step of wanted) {
          const { start, end } = typeof step === "number" ? { start: at, end: at + step } : step;
          expect(Buffer.from(await read(start, end))).toEqual(bytes.subarray(start, end));
          at = end;
        }
      }),
    );
  });

  it("takes a few requests where it is read in order, and never more than 4 MiB at once", async () => {
    const bytes = Buffer.alloc(20 * MIB);
    const { asked, read } = fileOf(bytes);
    const frame = 100_000;
    for (let start = 0; start < bytes.length; start += frame) await read(start, start + frame);
    expect(asked.length).toBeLessThan(12);
    expect(Math.max(...asked.map(({ start, end }) => end - start))).toBeLessThanOrEqual(4 * MIB);
  });

  it("is nothing where single parts are wanted", async () => {
    const { asked, read } = fileOf(Buffer.alloc(MIB));
    const wanted = [900_000, 10, 500_000, 200_000].map((start) => ({ start, end: start + 100 }));
    for (const { start, end } of wanted) await read(start, end);
    expect(asked).toEqual(wanted);
  });
});
