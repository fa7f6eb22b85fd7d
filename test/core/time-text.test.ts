/**
 * Goal: texts of times are those that JavaScript itself gives.
 * Method: random times in any order, and neighbours at the turns of days, against `toISOString`.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { createTimeText } from "../../src/core/time-text.ts";
import { DAY_MS } from "../../src/core/units.ts";

const MOST_MS = 8.64e15;

it("gives what toISOString gives, whatever came before", () => {
  const anyTime = fc.oneof(
    fc.integer({ min: -MOST_MS, max: MOST_MS }),
    fc.integer({ min: 0, max: 4e12 }),
    fc.double({ min: -4e12, max: 4e12, noNaN: true }),
    fc.integer({ min: -20_000, max: 60_000 }).chain((day) => fc.constantFrom(-1, 0, 1).map((ms) => day * DAY_MS + ms)),
  );
  fc.assert(
    fc.property(fc.array(anyTime, { minLength: 1, maxLength: 20 }), (times) => {
      const timeText = createTimeText();
      expect(times.map(timeText)).toEqual(times.map((timeMs) => new Date(timeMs).toISOString()));
    }),
  );
});

it("refuses what is no time", () => {
  expect(() => createTimeText()(Number.NaN)).toThrow(RangeError);
  expect(() => createTimeText()(2 * MOST_MS)).toThrow(RangeError);
});
