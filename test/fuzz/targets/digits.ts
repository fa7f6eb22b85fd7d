import assert from "node:assert/strict";
import { integerDigits } from "../../../src/decode/digits.ts";
import type { FuzzTarget } from "../target.ts";

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const MOST_DIGITS = 64;

/** The integer of a JSON number, by whole numbers of any size; null where it is none, undefined where it is too long. */
function expected(text: string): string | null | undefined {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  if (mantissa.startsWith("-")) return null;
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length;
  if (digits === 0n) return "0";
  if (shift > MOST_DIGITS || shift < -10_000) return shift > 0 ? undefined : null;
  if (shift >= 0) return (digits * 10n ** BigInt(shift)).toString();
  const divisor = 10n ** BigInt(-shift);
  return digits % divisor === 0n ? (digits / divisor).toString() : null;
}

export const digits: FuzzTarget = {
  name: "digits",
  holds: "integers in JSON numbers, against whole numbers of any size",
  covers: ["src/decode/digits.ts"],
  seeds: () =>
    ["200", "200.0", "2e2", "20.00e1", "0", "-1", "1e-2", "100e-2", "0.0e9", "12345678901234567890"].map((text) =>
      Buffer.from(text),
    ),
  words: ["e", "E+", "e-", ".", "0", "00", "9", "1e64", "1e65", "-"],
  mostBytes: 100,
  check(input) {
    const text = input.toString("latin1");
    const found = integerDigits(text);
    if (!JSON_NUMBER.test(text)) {
      if (found !== null) assert.match(found, /^(?:0|[1-9]\d*)$/);
      return;
    }
    const wanted = expected(text);
    assert.equal(found, wanted ?? null);
  },
};
