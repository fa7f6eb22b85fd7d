import { expect, it } from "vitest";
import type { Usage } from "../../bench/measuring/measure.ts";
import { pacesOf, type Round } from "../../bench/measuring/pace.ts";

function used(cpuSeconds: number, peakBytes: number | null = null): Usage {
  return { cpuSeconds, wallSeconds: cpuSeconds / 2, peakBytes };
}

function round(yardstick: Usage, job: Usage): Round {
  return new Map([
    ["yardstick", yardstick],
    ["job", job],
  ]);
}

const ROUNDS = [round(used(1), used(4, 90)), round(used(2), used(5, 110)), round(used(3), used(30, 100))];

it("gives medians over the rounds, and the most memory of all", () => {
  const [yardstick, job] = pacesOf(ROUNDS, 100, "job");
  expect(yardstick).toMatchObject({ name: "yardstick", linesPerCpuSecond: 50, cpuSeconds: 2, wallSeconds: 1 });
  expect(job).toMatchObject({ name: "job", linesPerCpuSecond: 20, cpuSeconds: 5, wallSeconds: 2.5, peakBytes: 110 });
});

it("knows no memory of a contender that never tells it", () => {
  expect(pacesOf(ROUNDS, 100, "job")[0]?.peakBytes).toBeNull();
});

it("takes the ratio within each round, and the median of these", () => {
  // 1/4, 2/5 and 3/30; the ratio of the medians would be 2/5.
  expect(pacesOf(ROUNDS, 100, "job").map(({ jobRatio }) => jobRatio)).toEqual([0.25, 1]);
});

it("compares by the clock as well", () => {
  const waited = round({ ...used(1), wallSeconds: 4 }, { ...used(2), wallSeconds: 5 });
  expect(pacesOf([waited], 100, "job").map(({ jobWallRatio }) => jobWallRatio)).toEqual([0.8, 1]);
});

it("refuses a round in which a contender is missing", () => {
  expect(() => pacesOf([...ROUNDS, new Map([["job", used(1)]])], 100, "job")).toThrow('no "yardstick"');
});
