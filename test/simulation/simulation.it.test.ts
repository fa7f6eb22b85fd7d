/**
 * Goal: nothing is lost, doubled or filed wrongly, whatever fails in whatever order, and whoever is killed wherever.
 * Method: 5,000 simulated runs of workers, sealers, signers and collectors, and three worlds with a kill at every single
 * step, by the command that anybody can run longer.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const SCRIPT = "scripts/simulate.ts";
const JOBS = ["--jobs", "2"];
/** A slow machine is no reason to fail. */
const TIMEOUT_MS = 20 * 60_000;

it.each([
  [["--seeds", "5000"], /^5,000 of 5,000 seeds, 0 failed, /],
  [["--seeds", "3", "--kill-everywhere"], /^3 of 3 seeds, 0 failed, .* s, \d,\d{3} runs, /],
])("simulated runs hold all invariants: %s", { timeout: TIMEOUT_MS }, async (options, right) => {
  // Rejects with what it prints where a seed fails.
  const { stdout } = await run(process.execPath, [SCRIPT, ...JOBS, ...options]);
  expect(stdout).toMatch(right);
});

it("another process takes the same steps by the same seed", async () => {
  const [first, second] = await Promise.all(
    Array.from({ length: 2 }, () => run(process.execPath, [SCRIPT, "--seed", "7"])),
  );
  expect(first?.stdout).toContain("seed 7: nothing wrong");
  expect(second?.stdout).toBe(first?.stdout);
});
