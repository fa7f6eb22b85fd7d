import { expect, it } from "vitest";
import { peakOf } from "../../bench/measuring/resident.ts";

it("reads the largest resident set out of what Linux says of a process, in bytes", () => {
  const status = "Name:\tzstd\nVmPeak:\t  999999 kB\nVmSize:\t  888888 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
  expect(peakOf(status)).toBe(2048 * 1024);
});

it("knows none of a process that has ended", () => {
  expect(["", "Name:\tsh\nState:\tZ (zombie)\n"].map(peakOf)).toEqual([null, null]);
});
