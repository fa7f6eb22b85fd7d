import { expect, it } from "vitest";
import { type Stage, stageCosts } from "../../bench/measuring/stage-cost.ts";

const STAGES: readonly Stage[] = [
  { name: "decode", note: "", run: () => {}, less: null },
  { name: "derive", note: "difference", run: () => {}, less: "decode" },
];

function round(decode: number, derive: number): ReadonlyMap<string, number> {
  return new Map([
    ["decode", decode],
    ["derive", derive],
  ]);
}

it("gives microseconds a line, differences taken within each round", () => {
  // Differences 1, 2 and 4; that of the medians would be 3.
  const rounds = [round(1, 2), round(5, 7), round(4, 8)];
  expect(stageCosts(STAGES, rounds, 1_000_000)).toEqual([
    { name: "decode", note: "", microsPerLine: 4 },
    { name: "derive", note: "difference", microsPerLine: 2 },
  ]);
});

it("refuses a difference to a stage that was not run", () => {
  expect(() => stageCosts(STAGES, [new Map([["derive", 1]])], 1)).toThrow('no stage "decode"');
});
