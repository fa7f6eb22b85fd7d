/**
 * Goal: nothing is lost, doubled or filed wrongly, whatever fails in whatever order.
 * Method: 20,000 simulated runs of workers, sealers, signers and collectors, by the command that anybody can run longer.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SEEDS = 20_000;
/** A slow machine is no reason to fail. */
const TIMEOUT_MS = 20 * 60_000;

it(`${SEEDS} simulated runs hold all invariants`, { timeout: TIMEOUT_MS }, async () => {
  // Rejects with what it prints where a seed fails.
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/simulate.ts", "--seeds", String(SEEDS)]);
  expect(stdout).toMatch(/^20,000 of 20,000 seeds, 0 failed, /);
});
