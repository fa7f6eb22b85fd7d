/**
 * Goal: nothing is lost, doubled or filed wrongly, whatever fails in whatever order.
 * Method: 20,000 simulated runs of workers, sealers, signers and collectors, by the command that anybody can run longer.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const COMMAND = ["scripts/simulate.ts", "--seeds", "20000", "--jobs", "2"];
/** A slow machine is no reason to fail. */
const TIMEOUT_MS = 20 * 60_000;

it("20,000 simulated runs hold all invariants", { timeout: TIMEOUT_MS }, async ({ signal }) => {
  // Rejects with what it prints where a seed fails.
  const { stdout } = await promisify(execFile)(process.execPath, COMMAND, { signal });
  expect(stdout).toMatch(/^20,000 of 20,000 seeds, 0 failed, /);
});
