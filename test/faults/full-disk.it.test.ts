/**
 * Goal: on a full disk every command says so in one line, with the path and what to do, and leaves nothing that is taken
 * for whole; what needs no room goes on; and once there is room the same command ends its work.
 * Method: each command on a disk without room, by a limit of the size of files that needs no rights, and on a small disk
 * that is really full where one can be mounted; then again with room.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../src/core/units.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { expectOneLine, filesBelow, logtally, type Outcome, PROGRAM, start } from "../cli/logtally.ts";
import { HAS_RECOUNT } from "../independent/recounted.ts";
import { expectAllSigned, expectExactBook } from "./exact-book.ts";
import { CAN_MOUNT, limitedDisk, mountedDisk, type SmallDisk } from "./small-disk.ts";

const TIMEOUT_MS = 10 * MINUTE_MS;

function expectFull({ code, stdout, stderr }: Outcome, ...parts: readonly string[]): void {
  expect({ code, stdout: stdout.replace("nothing is due\n", ""), stderr }).toMatchObject({ code: 3, stdout: "" });
  expectOneLine(stderr, "(hint: the disk or quota is full; free some space", ...parts);
}

async function ok(args: readonly string[]): Promise<Outcome> {
  const outcome = await logtally(args);
  expect({ args, ...outcome }).toMatchObject({ args, code: 0 });
  return outcome;
}

/** From the first line to the last removal, each step first without room. */
async function expectToGoOn({ folder, full }: SmallDisk): Promise<void> {
  const archive = join(folder, "archive");
  const { path, truth } = await generated("--lines", "1000", "--form", "pubsub");
  const rows = (await readFile(path, "utf8")).trimEnd().split("\n");
  const rest = ["--archive", archive, "--set", "seal.lateness_ms=0"];
  const run = ["run", "--archive", archive, "--from", path];
  expectFull(await full(run), archive);
  // From here on the archive is there, with its keys.
  await ok(["run", "--archive", archive, "--from", "-"]);
  for (const command of [run, ["seal", ...rest], ["sign", ...rest]]) {
    const before = await filesBelow(archive);
    expectFull(await full(command), archive);
    expect(await filesBelow(archive)).toEqual(before);
    await ok(command);
  }
  expect(await full(["counts", "--archive", archive, "--json"])).toMatchObject({ code: 0, stderr: "" });
  expect((await full(["archive", "find", "--archive", archive])).code).toBe(0);
  // It is what gives room again.
  expect(await full(["gc", ...rest])).toMatchObject({ code: 0, stderr: "" });
  await expectAllSigned(archive, rest, {});
  await expectExactBook(archive, rows, truth);
}

/** What a worker that follows a file, and generate, leave on a disk without room. */
async function expectNoHalves({ folder, full }: SmallDisk): Promise<void> {
  const log = join(await tempFolder(), "production_json.log");
  await writeFile(log, '{"time":"2020-12-22T09:00:00.5Z","severity":"INFO"}\n');
  const archive = join(await tempFolder(), "archive");
  const state = join(folder, "state");
  const follow = ["run", "--archive", archive, "--from", log, "--follow", "--set", `source.state=${state}`];
  const { code, stderr } = await full(follow);
  expect({ code, stderr }).toMatchObject({ code: 3 });
  expect(stderr).toContain("full");
  expect(await filesBelow(state)).not.toContain("checkpoints.json");

  const truth = join(folder, "truth.json");
  const output = join(folder, "traffic.ndjson.zst");
  expectFull(await full(["generate", "--lines", "1000", "--output", output, "--truth", truth]), output);
  expect(await filesBelow(folder)).not.toContain("truth.json");
}

/** Facts are scratch files first. `seal` runs the command where there is no room for them. */
async function expectSealsWithoutScratch(seal: (args: readonly string[]) => Promise<Outcome>): Promise<void> {
  const archive = join(await tempFolder(), "archive");
  const { path } = await generated("--lines", "500");
  await ok(["run", "--archive", archive, "--from", path]);
  const outcome = await seal(["seal", "--archive", archive, "--set", "seal.lateness_ms=0", "--json"]);
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.stderr).toMatch(/^logtally: facts of plan 1 [^\n]* are not kept: [^\n]*\n/);
  await ok(["facts", "rebuild", "--archive", archive, "--json"]);
  expect(await logtally(["recount", "--archive", archive, "--json"])).toMatchObject({ code: 0, stderr: "" });
}

// Without Python and zstd there is no recount; on CI both are there.
describe.skipIf(!HAS_RECOUNT)("without room on the disk", { timeout: TIMEOUT_MS }, () => {
  it("by a limit every command says so, and goes on where there is some", async () => {
    const disk = await limitedDisk();
    await expectToGoOn(disk);
    await expectNoHalves(disk);
  });

  it("in the folder for scratch files hours are sealed, and only their facts wait", async () => {
    const file = join(await tempFolder(), "file");
    await writeFile(file, "");
    await expectSealsWithoutScratch((args) => logtally(args, { env: { TMPDIR: join(file, "tmp") } }));
  });

  // Who may mount no disk has none that is really full; on CI it must be possible.
  it.skipIf(!CAN_MOUNT)("on a disk that is full every command says so, and goes on where there is some", async () => {
    const disk = await mountedDisk();
    await expectToGoOn(disk);
    await expectNoHalves(disk);
  });

  // As above.
  it.skipIf(!CAN_MOUNT)("on a full disk for scratch files hours are sealed, and only their facts wait", async () => {
    const disk = await mountedDisk();
    await expectSealsWithoutScratch((args) => disk.full(args, { TMPDIR: disk.folder }));
    expect((await filesBelow(disk.folder)).filter((name) => name.startsWith("logtally-"))).toEqual([]);
  });

  it("behind standard output a command that prints says so", async () => {
    const archive = join(await tempFolder(), "archive");
    const { path } = await generated("--lines", "100");
    await ok(["run", "--archive", archive, "--from", path]);
    for (const command of [["counts"], ["archive", "find"]]) {
      const program = [process.execPath, PROGRAM, ...command, "--archive", archive];
      const { child, ended } = start("bash", ["-c", 'exec "$@" > /dev/full', "bash", ...program]);
      child.stdin?.end();
      const { code, stderr } = await ended;
      expect({ code, stderr }).toMatchObject({ code: 3 });
      expect(stderr).toContain("write standard output: ENOSPC: no space left on device");
    }
  });
});
