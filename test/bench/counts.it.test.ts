/**
 * Goal: the measurement of counts still measures: its archive is one that counts take, and each way gives the right answer.
 * Method: the command over a few facts. Whether a goal is met is for the bench to say, on a machine that is at rest.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { MINUTE_MS } from "../../src/core/units.ts";

const RUN = join(import.meta.dirname, "../../bench/run.ts");

it("questions are answered from roll-ups, from facts and with sessions", { timeout: 2 * MINUTE_MS }, async () => {
  const args = [RUN, "--counts", "--facts", "6720", "--rounds", "1", "--json"];
  const output = await promisify(execFile)(process.execPath, args).catch((error: unknown) => error);
  const { stdout, stderr, code = 0 } = output as { stdout: string; stderr: string; code?: number };
  expect(stderr).toContain("sessions, from roll-ups: round 1 of 1");
  expect([0, 1]).toContain(code);
  const { tables } = JSON.parse(stdout) as { tables: { rows: { name: string }[] }[] };
  expect(tables.flatMap(({ rows }) => rows.map(({ name }) => name))).toEqual([
    "from roll-ups",
    "from facts",
    "sessions, from roll-ups",
  ]);
});
