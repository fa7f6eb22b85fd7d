/**
 * Goal: whoever interrupts a proof is told that nothing is proved, and whoever interrupts a rebuild what was rebuilt;
 * of a pack that was begun nothing is left.
 * Method: real processes over some thousand sealed lines, signalled later and later, or sooner where one was done already,
 * until one is at work by then.
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import { logtally, type Outcome, run, startLogtally } from "./logtally.ts";

const STEP_MS = 150;
const MOST_STEPS = 100;

/** What came before the program listens ends it as it ends any program: then a later one is tried. */
async function interrupted(args: readonly string[], undo = async (): Promise<void> => {}): Promise<Outcome> {
  let waitMs = STEP_MS;
  for (let step = 1; step < MOST_STEPS; step += 1) {
    const { child, ended } = startLogtally(args);
    const timer = setTimeout(() => child.kill("SIGINT"), waitMs);
    const outcome = await ended;
    clearTimeout(timer);
    if (outcome.signal !== null) waitMs += STEP_MS;
    else if (outcome.code === 0) {
      // Machines have slower and faster moments.
      waitMs -= STEP_MS / 2;
      await undo();
    } else return outcome;
  }
  throw new Error("it was never at work when the signal came");
}

async function sealedArchive(): Promise<string> {
  const archive = join(await tempFolder(), "archive");
  const { path } = await generated("--lines", "20000", "--seed", "3");
  await run(archive, [path]);
  expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
  return archive;
}

it("recount and facts rebuild say how far they came, and exit with 130", async () => {
  const archive = await sealedArchive();
  const recount = await interrupted(["recount", "--archive", archive]);
  expect(recount).toMatchObject({ code: 130, stdout: "" });
  expect(recount.stderr).toMatch(/^logtally: stopping; .*\nlogtally: interrupted; nothing is proved\n$/);
  const rebuild = await interrupted(["facts", "rebuild", "--archive", archive]);
  expect(rebuild.code).toBe(130);
  expect(rebuild.stdout).toMatch(/ of the files | is rebuilt/);
  expect(rebuild.stderr).toMatch(/^logtally: stopping; .*\nlogtally: interrupted; what is told above is rebuilt\n$/);
});

it("archive verify says that nothing is proved, and goes on from there", async () => {
  const archive = join(await tempFolder(), "archive");
  const { path } = await generated("--lines", "20000", "--seed", "3");
  await run(archive, [path]);
  expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
  expect(await logtally(["sign", "--archive", archive])).toMatchObject({ code: 0 });
  const verify = ["archive", "verify", "--archive", archive, "--level", "full", "--resume", join(archive, "state")];
  const verified = await interrupted(verify);
  expect(verified).toMatchObject({ code: 130, stdout: "" });
  expect(verified.stderr).toMatch(/^logtally: stopping; .*\nlogtally: interrupted; nothing is proved\n$/);
  expect(await logtally(verify)).toMatchObject({ code: 0, stderr: "" });
});

it("archive export leaves nothing, and exits with 130", async () => {
  const archive = await sealedArchive();
  expect(await logtally(["sign", "--archive", archive])).toMatchObject({ code: 0 });
  const folder = await tempFolder();
  const output = join(folder, "e.tar.gz");
  const args = ["archive", "export", "--archive", archive, "--output", output];
  const exported = await interrupted(args, () => rm(output));
  expect(exported).toMatchObject({ code: 130, stdout: "" });
  expect(exported.stderr).toMatch(/^logtally: stopping; .*\nlogtally: interrupted; nothing is proved\n$/);
  expect(await readdir(folder)).toEqual([]);
});
