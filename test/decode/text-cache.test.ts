/** Goal: the cache is never noticed. Method: values that share places, lengths and beginnings, against plain decoding. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { createTextCache } from "../../src/decode/text-cache.ts";

it("gives the text of the bytes, whatever came before", () => {
  const value = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 70 }),
    fc.constantFrom("", "a", "b", "GET", "PUT", "x".repeat(63), "x".repeat(64), "x".repeat(65), `${"x".repeat(63)}y`),
    // More values than places: some must share one.
    fc.integer({ min: 0, max: 20_000 }).map((number) => `user-${number}`),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 400 }), (values) => {
      const cache = createTextCache();
      for (const text of [...values, ...values]) {
        const bytes = Buffer.from(`"${text}"`);
        expect(cache.text(bytes, 1, bytes.length - 1)).toBe(text);
      }
    }),
    { numRuns: 200 },
  );
});

it("keeps values that share a place apart, every one of them", () => {
  const cache = createTextCache();
  for (let round = 0; round < 2; round += 1) {
    for (let number = 0; number < 20_000; number += 1) {
      const bytes = Buffer.from(`user-${number}`);
      expect(cache.text(bytes, 0, bytes.length)).toBe(`user-${number}`);
    }
  }
});
