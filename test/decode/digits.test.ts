/** Goal: integers stay exact at any size. Method: tables, and BigInt as the judge of random texts. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integerDigits } from "../../src/decode/digits.ts";

describe("digits of an integer", () => {
  it.each([
    ["0", "0"],
    ["0.0", "0"],
    ["0e99999", "0"],
    ["200", "200"],
    ["200.0", "200"],
    ["2e2", "200"],
    ["2E+2", "200"],
    ["2000e-1", "200"],
    ["2.0e2", "200"],
    ["0.002e5", "200"],
    ["20.00000000000000000000000000000000", "20"],
    ["9007199254740993", "9007199254740993"],
    ["12345678901234567890", "12345678901234567890"],
    ["12345678901234567890.000", "12345678901234567890"],
    ["1.2345678901234567890e19", "12345678901234567890"],
    ["1e63", `1${"0".repeat(63)}`],
  ])("of %s are %s", (text, digits) => {
    expect(integerDigits(text)).toBe(digits);
  });

  it.each(
    [
      ["-1", "1.5", "200.01", "2e-1", "15e-1", "1e-400", "1e400", "1e99999999999999999999", "5e-99999999999999999999"],
      ["", "true", "null", '"1"', "0x10", "1 ", " 1", "[1]", "1e", "1."],
    ].flat(),
  )("of %s are none", (text) => {
    expect(integerDigits(text)).toBe(null);
  });

  it("are those of BigInt, however the point is moved", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.nat({ max: 45 }), (integer, places) => {
        const digits = integer.toString().padStart(places + 1, "0");
        const moved = `${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places)}0e${places}`;
        expect(integerDigits(moved)).toBe(integer.toString());
        expect(integerDigits(`${integer}${"0".repeat(places)}e-${places}`)).toBe(integer.toString());
        expect(integerDigits(`${integer}.${"0".repeat(places)}1`)).toBe(null);
      }),
      { numRuns: 300 },
    );
  });

  it("of millions of digits take no time", () => {
    const long = "9".repeat(4_000_000);
    expect(integerDigits(long)).toBe(long);
    expect(integerDigits(`${long}x`)).toBe(null);
  });
});
