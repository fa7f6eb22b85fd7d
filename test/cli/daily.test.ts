/**
 * Goal: what is due once a day is tried again until it was done.
 * Method: a clock that is set by hand.
 */
import { expect, it } from "vitest";
import { createDaily } from "../../src/cli/process/daily.ts";
import { DAY_MS } from "../../src/core/units.ts";

it("is due until it was done, and a day later", () => {
  let nowMs = 5;
  const daily = createDaily({ monotonicMs: () => nowMs });
  expect(daily.isDue()).toBe(true);
  expect(daily.isDue()).toBe(true);
  daily.done();
  expect(daily.isDue()).toBe(false);
  nowMs += DAY_MS - 1;
  expect(daily.isDue()).toBe(false);
  nowMs += 1;
  expect(daily.isDue()).toBe(true);
});
