/**
 * Goal: people read at a glance how long ago something was, and how often something happens.
 * Method: spans on both sides of each change of the unit.
 */
import { expect, it } from "vitest";
import { agoText, rateText, shortDurationText } from "../../src/explorer/page/duration.ts";

it("says how long ago something was", () => {
  const NOW = "2020-12-23T09:00:00Z";
  const ago = (seconds: number): string => agoText(new Date(Date.parse(NOW) - seconds * 1000).toISOString(), NOW);
  const seconds = [-5, 0, 59, 60, 3540, 3600, 9000, 36_000, 86_400, 240_000, 31_536_000];
  expect(seconds.map(ago).map((text) => text.replace(/ ago$/, ""))).toEqual([
    "0 s",
    "0 s",
    "59 s",
    "1 min",
    "59 min",
    "1 h",
    "2.5 h",
    "10 h",
    "1 day",
    "2.8 days",
    "1 year",
  ]);
});

it("has tenths of what is short, and none of what is long", () => {
  expect([-1, 0, 940, 9949, 10_000, 61_000].map(shortDurationText)).toEqual([
    "0.0 s",
    "0.0 s",
    "0.9 s",
    "9.9 s",
    "10 s",
    "1 min",
  ]);
  expect([0, 0.04, 0.05, 9.94, 12.4, 3400].map(rateText)).toEqual(["0", "under 0.1", "0.1", "9.9", "12", "3,400"]);
});
