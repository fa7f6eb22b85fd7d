import fc from "fast-check";
import { expect, it } from "vitest";
import { median } from "../../bench/measuring/median.ts";

it("is the middle of an odd number, and the mean of the two in the middle of an even one", () => {
  expect(median([30, 1, 2])).toBe(2);
  expect(median([4, 10, 1, 2])).toBe(3);
  expect(median([])).toBeNaN();
});

it("has as many values on one side as on the other, in whatever order they come", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 20 }), (values) => {
      const middle = median(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
    }),
    { numRuns: 200 },
  );
});
