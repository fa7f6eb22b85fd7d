/**
 * Goal: on a disk that fails or is full nothing is taken for durable that is not: the command says in one line what
 * failed, where and what to do, leaves no half of an object, and the same command ends its work once the disk is well.
 * Method: `strace` has system calls of the program fail, each time a little later, while one archive is filled, sealed,
 * signed and cleaned up.
 */
import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { MINUTE_MS } from "../../src/core/units.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { expectOneLine, filesBelow, logtally, type Outcome } from "../cli/logtally.ts";
import { waitFor } from "../cli/pubsub-worker.ts";
import { HAS_RECOUNT } from "../independent/recounted.ts";
import { expectAllSigned, expectExactBook } from "./exact-book.ts";
import { HAS_STRACE, traced } from "./strace.ts";

const LINES = 1000;
const TIMEOUT_MS = 10 * MINUTE_MS;

let archive = "";
let input = "";
let rows: readonly string[] = [];
let truth: TruthReport;

beforeEach(async () => {
  archive = join(await tempFolder(), "archive");
  const traffic = await generated("--lines", String(LINES), "--form", "pubsub");
  input = traffic.path;
  truth = traffic.truth;
  rows = (await readFile(input, "utf8")).trimEnd().split("\n");
});

/** A command on the archive. */
function commandOn(command: string): string[] {
  const from = command === "run" ? ["--from", input] : ["--set", "seal.lateness_ms=0"];
  return [command, "--archive", archive, ...from];
}

/** Runs a command of which these system calls fail, `when` as strace says it; on a path, or on any. */
function failing(calls: string, error: string, when: string, args: readonly string[], path = ""): Promise<Outcome> {
  const only = path === "" ? [] : ["-P", path];
  const inject = `inject=${calls}:error=${error}:when=${when}`;
  return traced(calls, ["-o", "/dev/null", ...only, "-e", inject], args).ended;
}

/** Those of these calls that a command makes where none fails, in the order in which strace counts them. */
async function callsOf(calls: string, args: readonly string[]): Promise<string[]> {
  const log = join(await tempFolder(), "calls");
  expect(await traced(calls, ["-y", "-o", log], args).ended).toMatchObject({ code: 0 });
  const lines = (await readFile(log, "utf8")).split("\n").filter((line) => /^\d+ +\w+\(/.test(line));
  const threadOf = (line: string): string => line.slice(0, line.indexOf(" "));
  // It counts them thread by thread, and one of these works on files.
  const working = lines.find((line) => line.includes(archive));
  return working === undefined ? [] : lines.filter((line) => threadOf(line) === threadOf(working));
}

/** The numbers of a first, a middle and a last call that must not fail unheard. Facts and look-ups may wait, and what was there already. */
function vitalOf(calls: readonly string[]): number[] {
  const vital = [...calls.entries()].flatMap(([index, call]) =>
    call.includes(archive) && call.endsWith(" = 0") && !/\/facts\b|\/ctl\/lookup\b|\/ctl\/tmp\/[^"]*>/.test(call)
      ? [index + 1]
      : [],
  );
  return [...new Set([vital.at(0), vital.at(vital.length / 2), vital.at(-1)])].filter((when) => when !== undefined);
}

/** The archive as it is now, to be brought back as often as it is asked for. */
async function keepArchive(): Promise<() => Promise<void>> {
  const copy = join(await tempFolder(), "archive");
  const isThere = (await filesBelow(archive)).length > 0;
  if (isThere) await cp(archive, copy, { recursive: true });
  return async () => {
    await rm(archive, { recursive: true, force: true });
    if (isThere) await cp(copy, archive, { recursive: true });
  };
}

/** Exit code 3, and one line at the end that names a path and says what to do. */
function expectFault({ code, stderr }: Outcome, ...parts: readonly string[]): void {
  expect({ code, stderr }).toMatchObject({ code: 3 });
  expectOneLine(`${stderr.trimEnd().split("\n").at(-1)}\n`, "(hint: ", ...parts);
  expect(stderr).not.toContain("    at ");
}

/** Nothing but whole objects under their names, and no unfinished file. */
async function expectNothingHalf(): Promise<void> {
  const files = await filesBelow(archive);
  expect(files.filter((name) => /tmp\/|[0-9a-f]{8}-[0-9a-f]{4}-/.test(name))).toEqual([]);
  if (!files.some((name) => name.startsWith("wal/"))) return;
  expect(await logtally(["archive", "ls", "--archive", archive, "--json"])).toMatchObject({ code: 0, stderr: "" });
  expect((await logtally(["archive", "find", "--archive", archive])).code).toBe(0);
}

/** The command works, and goes on where the failures have left it. */
async function ok(command: string): Promise<void> {
  expect(await logtally(commandOn(command))).toMatchObject({ code: 0, stderr: "" });
}

// Without strace nothing fails on demand, without Python and zstd there is no recount; on CI all are there.
describe.skipIf(!HAS_STRACE || !HAS_RECOUNT)("a disk that fails", { timeout: TIMEOUT_MS }, () => {
  it.each([
    ["fsync", "EIO"],
    ["link,linkat", "ENOSPC"],
    ["mkdir,mkdirat", "EDQUOT"],
  ] as const)("in %s with %s fails the command, and costs nothing but another try", async (calls, error) => {
    for (const command of ["run", "seal", "sign", "gc"]) {
      const restore = await keepArchive();
      const vital = vitalOf(await callsOf(calls, commandOn(command)));
      // A removal makes neither names nor folders.
      const makes = calls === "fsync" || command !== "gc";
      expect({ command, isTried: vital.length > 1 }).toEqual({ command, isTried: makes });
      for (const when of vital) {
        await restore();
        expectFault(await failing(calls, error, `${when}+`, commandOn(command)), archive);
        await expectNothingHalf();
      }
      await ok(command);
    }
    // A seal goes on without facts and look-ups where they cannot be written.
    expect(await logtally(["facts", "rebuild", "--archive", archive, "--json"])).toMatchObject({ code: 0 });
    await expectAllSigned(archive, ["--archive", archive, "--set", "seal.lateness_ms=0"], {});
    await expectExactBook(archive, rows, truth);
  });

  it("is heard of at each of its last writes, none of which may fail unheard", async () => {
    await mkdir(join(archive, "ctl"), { recursive: true });
    for (const command of ["run", "sign", "gc"]) {
      if (command === "sign") await ok("seal");
      const copy = `${archive}-before-${command}`;
      await cp(archive, copy, { recursive: true });
      const { length: count } = await callsOf("fsync", commandOn(command));
      for (const when of [count, count - 1].filter((each) => each > 0)) {
        await rm(archive, { recursive: true });
        await cp(copy, archive, { recursive: true });
        expectFault(await failing("fsync", "EIO", String(when), commandOn(command)), archive);
      }
      await ok(command);
    }
  });

  it("in the folder above is not overlooked where somebody else has made the folder", async () => {
    await mkdir(join(archive, "wal/local"), { recursive: true });
    const above = join(archive, "wal");
    expectFault(await failing("fsync", "EIO", "1+", commandOn("run"), above), 'create "wal/local/', archive);
    await ok("run");
  });

  it("in the vault keeps gc from removing what it has not seen to be durable there", async () => {
    for (const command of ["run", "seal", "sign"]) await ok(command);
    const [segment = ""] = (await filesBelow(join(archive, "vault"))).filter((name) => name.endsWith(".zst"));
    const folder = join(archive, "vault", segment, "..");
    expectFault(await failing("fsync", "EIO", "1+", commandOn("gc"), folder), 'remove "wal/local/', archive);
    expect(await filesBelow(join(archive, "wal"))).toHaveLength(1);
    await ok("gc");
    expect(await filesBelow(join(archive, "wal"))).toEqual([]);
  });

  it("has no hard links: that is what is said", async () => {
    expectFault(
      await failing("link,linkat", "EPERM", "3+", commandOn("run")),
      archive,
      "file system that has hard links",
    );
    await expectNothingHalf();
  });

  it("cannot be read: whoever reads says so, and nothing is sealed or removed", async () => {
    await ok("run");
    const [object = ""] = await filesBelow(join(archive, "wal"));
    const path = join(archive, "wal", object);
    for (const command of [["counts"], ["seal", "--set", "seal.lateness_ms=0"]]) {
      const args = [...command, "--archive", archive];
      expectFault(await failing("pread64,read", "EIO", "1+", args, path), object, "i/o error");
    }
    expectFault(await failing("pread64,read", "EIO", "2+", commandOn("run"), input), input, "i/o error");
    for (const command of ["seal", "sign", "gc"]) await ok(command);
    await expectExactBook(archive, rows, truth);
  });

  it("lets a worker go on where it can start no sealer beside its work", async () => {
    const log = join(await tempFolder(), "production_json.log");
    await writeFile(log, '{"time":"2020-12-22T09:00:00.5Z","severity":"INFO"}\n');
    const follow = ["run", "--archive", archive, "--from", log, "--follow", "--set", "batch.max_age_ms=50"];
    const options = ["-o", "/dev/null", "-e", "inject=socketpair:error=EMFILE:when=1+"];
    const { child, ended } = traced("socketpair", options, [...follow, "--set", "seal.every_ms=100"]);
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    let said = "";
    child.stderr?.on("data", (text: Buffer) => {
      said += text.toString();
    });
    await waitFor(() => /cannot be started.*\n.*cannot be started/.test(said), { child, ended });
    await waitFor(async () => (await filesBelow(join(archive, "wal"))).length > 0, { child, ended });
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    expect({ code, stderr }).toMatchObject({ code: 130 });
    expect(stderr).toContain("sealing beside the work cannot be started, and is tried again: spawn");
  });

  it("moves no checkpoint of a file that is followed where it cannot be written", async () => {
    const log = join(await tempFolder(), "production_json.log");
    await writeFile(log, '{"time":"2020-12-22T09:00:00.5Z","severity":"INFO"}\n');
    const follow = ["run", "--archive", archive, "--from", log, "--follow", "--set", "batch.max_age_ms=50"];
    const state = join(archive, "ctl/follow/local");
    const checkpoint = join(state, "checkpoints.json");
    expectFault(await failing("rename,renameat,renameat2", "EIO", "1+", follow), checkpoint);
    expect((await readdir(state)).toSorted()).toEqual(["lock"]);
    await appendFile(log, '{"time":"2020-12-22T09:00:01.5Z","severity":"INFO"}\n');
    expectFault(await failing("fsync", "EIO", "1+", follow, state), checkpoint);
    const found = await logtally(["archive", "find", "--archive", archive]);
    expect(found.stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  });
});
