/** What must hold of an archive in the end, whatever was done to those who wrote it. */
import { join } from "node:path";
import { expect } from "vitest";
import { differences } from "../../src/generate/agreement.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { filesBelow, logtally } from "../cli/logtally.ts";
import { lineOf } from "../cli/pubsub-worker.ts";
import { expectAgreement } from "../independent/recounted.ts";

/**
 * The archive in that folder has the lines of these dumped messages, each once; they count what is true, by the program
 * and by the independent recount; ledger and recount find nothing wrong.
 */
export async function expectExactBook(archive: string, rows: readonly string[], truth: TruthReport): Promise<void> {
  const found = await logtally(["archive", "find", "--archive", archive]);
  expect(found.code).toBe(0);
  const archived = found.stdout.split("\n").slice(0, -1).toSorted();
  const sent = rows.map((row) => Buffer.from(lineOf(row), "latin1").toString()).toSorted();
  // First what differs: of thousands of lines nobody would find it.
  const [have, expected] = [new Set(archived), new Set(sent)];
  expect([...expected.difference(have)].slice(0, 3)).toEqual([]);
  expect([...have.difference(expected)].slice(0, 3)).toEqual([]);
  expect(archived).toEqual(sent);
  for (const command of ["ledger", "recount"]) {
    expect(await logtally([command, "--archive", archive, "--json"])).toMatchObject({ code: 0, stderr: "" });
  }
  expect(differences(truth.rows, await expectAgreement(archive, truth.as_of)).slice(0, 10)).toEqual([]);
}

/** All is sealed and signed, by a chain that holds, so that no write-ahead object is left. `rest` goes to each command. */
export async function expectAllSigned(archive: string, rest: readonly string[], env: Record<string, string>) {
  const commands = {
    seal: /^nothing is due\n$/,
    sign: /^nothing due\n$/,
    // It checks all signatures.
    gc: /^stream \S+: removed 0 objects, 0 B\n$/,
  };
  for (const [command, words] of Object.entries(commands)) {
    const outcome = await logtally([command, ...rest], { env });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toMatch(words);
  }
  expect(await filesBelow(join(archive, "wal"))).toEqual([]);
}
