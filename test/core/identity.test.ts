/** Goal: hashes and ids are what an auditor computes with any other tool. Method: known values and node:crypto. */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hourOfId, isIdOf, leafHash, lineId, partsHash } from "../../src/core/identity.ts";

const bytes = fc.uint8Array({ maxLength: 300 });

describe("the hash of a leaf", () => {
  it("is SHA-256 over a zero byte and the line", () => {
    // printf '\0hello' | sha256sum
    const expected = "8a2a5c9b768827de5a9552c38a044c66959c68f6d2f21b5260af54d2f87db827";
    expect(leafHash(Buffer.from("xhello"), 1, 6)).toBe(expected);
  });

  it("takes the line's bytes only, and gives the borrowed byte back", () => {
    fc.assert(
      fc.property(bytes, bytes, fc.uint8Array({ minLength: 1, maxLength: 5 }), (line, behind, before) => {
        const buffer = Buffer.concat([before, line, behind]);
        const copy = Buffer.from(buffer);
        const hash = leafHash(buffer, before.length, before.length + line.length);
        expect(hash).toBe(createHash("sha256").update(Buffer.of(0)).update(line).digest("hex"));
        expect(buffer).toEqual(copy);
      }),
      { numRuns: 200 },
    );
  });

  it("is the same where there is no byte to borrow", () => {
    expect(leafHash(Buffer.from("hello"), 0, 5)).toBe(leafHash(Buffer.from("-hello"), 1, 6));
  });
});

describe("the hash of parts", () => {
  it("is SHA-256 over the parts, each behind its length in four bytes", () => {
    const expected = createHash("sha256").update("\0\0\0\x02é\0\0\0\0\0\0\0\x01b").digest("hex");
    expect(partsHash(["é", "", "b"])).toBe(expected);
  });

  it("is another one for other parts, even of the same characters", () => {
    const parts = fc.array(fc.constantFrom("", "a", "aa", "\0", "\0\0\0\x01a"), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(partsHash(a) === partsHash(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 300 },
    );
  });
});

describe("an id", () => {
  const hash = "0123456789abcdef".repeat(4);

  it("is 4 bytes of the hour and 12 of the hash", () => {
    expect(lineId(0, hash)).toBe("000000000123456789abcdef01234567");
    expect(lineId(447_129, hash)).toBe("0006d2990123456789abcdef01234567");
    expect(lineId(0xffffffff, hash)).toHaveLength(32);
  });

  it("is made of its hash, and of no other that differs in the 12 bytes", () => {
    const id = lineId(447_129, hash);
    expect(isIdOf(id, hash)).toBe(true);
    expect(isIdOf(id, `${hash.slice(0, 24)}${"f".repeat(40)}`)).toBe(true);
    for (let digit = 0; digit < 24; digit += 1) {
      const other = `${hash.slice(0, digit)}${hash[digit] === "0" ? "1" : "0"}${hash.slice(digit + 1)}`;
      expect(isIdOf(id, other)).toBe(false);
    }
  });

  it("names its hour, and sorts by it", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_200_000 }), fc.nat({ max: 1_200_000 }), (a, b) => {
        expect(hourOfId(lineId(a, hash))).toBe(a);
        expect(lineId(a, hash) < lineId(b, hash)).toBe(a < b);
      }),
      { numRuns: 200 },
    );
  });
});
