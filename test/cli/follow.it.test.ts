/**
 * Goal: the logs of an instance that runs are followed through rotations, stops and kills, and counted as they are.
 * Method: the program as a user starts it on a folder of logs that is written to and rotated meanwhile, with generated
 * traffic whose truth is known; workers that are killed at random moments.
 */
import { appendFile, copyFile, mkdir, readFile, rename, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, onTestFailed } from "vitest";
import { differences } from "../../src/generate/agreement.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { randomOf } from "../random.ts";
import { countRows } from "./count-rows.ts";
import { generated } from "./generated.ts";
import {
  archivedText,
  expectOneLine,
  FIXTURES,
  logtally,
  type Outcome,
  PROGRAM,
  type RunningProcess,
  type Summary,
  startLogtally,
} from "./logtally.ts";

const PIPELINE = join(dirname(PROGRAM), "../pipelines/self-managed.yaml");
const POLL_MS = 100;
/** Rounds of writing; each ends with a kill or a rotation, or both. */
const ROUNDS = 12;
const KILL_WITHIN_MS = 2500;

const workers = new Set<RunningProcess>();
afterEach(async () => {
  // What a failed test has left.
  for (const { child } of workers) child.kill("SIGKILL");
  await Promise.all([...workers].map(({ ended }) => ended));
});

interface Instance {
  /** Files of logs, as a Linux package names some of them. */
  readonly logs: readonly string[];
  readonly archive: string;
  readonly args: readonly string[];
}

/** The pipeline that comes with the program, on logs and an archive elsewhere. */
async function makeInstance(): Promise<Instance> {
  const folder = await tempFolder();
  const logs = ["gitlab-rails/api_json.log", "gitaly/current", "sidekiq/current"].map((name) =>
    join(folder, "log", name),
  );
  for (const path of logs) await mkdir(dirname(path), { recursive: true });
  const paths = [join(folder, "log/gitlab-rails/*_json.log"), ...logs.slice(1)];
  const archive = join(folder, "archive");
  const sets = [`source.paths=${JSON.stringify(paths)}`, `archive.path=${archive}`, "batch.max_age_ms=200"];
  return { logs, archive, args: [PIPELINE, ...sets.flatMap((set) => ["--set", set])] };
}

function startWorker(args: readonly string[]): RunningProcess {
  const worker = startLogtally(["run", ...args, "--json"]);
  workers.add(worker);
  void worker.ended.finally(() => workers.delete(worker));
  return worker;
}

async function linesOf(archive: string): Promise<string[]> {
  return (await archivedText(archive)).toString("latin1").split("\n").slice(0, -1);
}

/** Waits until the archive holds all of these lines. */
async function waitForLines(
  archive: string,
  lines: readonly string[],
  { child, ended }: RunningProcess,
): Promise<void> {
  for (;;) {
    const held = new Set(await linesOf(archive));
    if (lines.every((line) => held.has(line))) return;
    if (child.exitCode !== null) throw new Error(`the worker has ended: ${JSON.stringify(await ended)}`);
    await sleep(POLL_MS);
  }
}

async function stopped({ child, ended }: RunningProcess): Promise<Outcome & { readonly summary: Summary }> {
  child.kill("SIGTERM");
  const outcome = await ended;
  expect(outcome).toMatchObject({ code: 130 });
  return { ...outcome, summary: JSON.parse(outcome.stdout) as Summary };
}

async function kill({ child, ended }: RunningProcess): Promise<void> {
  child.kill("SIGKILL");
  expect(await ended).toMatchObject({ signal: "SIGKILL" });
}

describe("the logs of an instance", () => {
  it("are followed through rotations and kills, and their counts are the truth", async () => {
    const { path, truth } = await generated("--lines", "6000", "--republish", "0.02");
    const lines = (await readFile(path, "latin1")).split("\n").slice(0, -1);
    const { logs, archive, args } = await makeInstance();
    const seed = Date.now() % 1_000_000;
    onTestFailed(() => {
      process.stderr.write(`seed ${seed}\n`);
    });
    const random = randomOf(seed);
    const written: string[] = [];
    let rotations = 0;
    /** Appends so many lines to one of the logs each, the last one of all in two pieces. */
    const write = async (count: number): Promise<void> => {
      for (const line of lines.slice(written.length, written.length + count)) {
        const log = logs[Math.floor(random() * logs.length)] ?? "";
        await appendFile(log, line, "latin1");
        await appendFile(log, "\n");
        written.push(line);
      }
    };

    let worker = startWorker(args);
    for (let round = 0; round < ROUNDS; round += 1) {
      await write(400);
      const log = logs[round % logs.length] ?? "";
      if (round % 2 === 0) {
        await sleep(random() * KILL_WITHIN_MS);
        await kill(worker);
        worker = startWorker(args);
      }
      // A file is looked at before it is rotated, and what comes then is read from its copy, or under its new name.
      await waitForLines(archive, written, worker);
      await write(60);
      if (random() < 0.3) {
        await kill(worker);
        worker = startWorker(args);
      }
      rotations += 1;
      if (random() < 0.5) await rename(log, `${log}.${rotations}`);
      else {
        await copyFile(log, `${log}.${rotations}`);
        await truncate(log);
      }
    }
    await write(lines.length);
    await waitForLines(archive, written, worker);
    const { stderr } = await stopped(worker);
    expect(stderr).toMatch(/^logtally: stopping[^\n]*\nlogtally: interrupted[^\n]*\n$/);
    expect(new Set(await linesOf(archive))).toEqual(new Set(lines));
    expect(differences(truth.rows, await countRows(["--archive", archive]))).toEqual([]);

    // Nothing is read again by the next one.
    const next = startWorker(args);
    await write(0);
    await appendFile(logs[0] ?? "", '{"time":"2020-12-22T09:00:00.5Z","last":true}\n');
    await waitForLines(archive, ['{"time":"2020-12-22T09:00:00.5Z","last":true}'], next);
    expect((await stopped(next)).summary).toMatchObject({ lines_in: 1, archived: 1 });
  });

  it("are checked, and what is not there yet is waited for", async () => {
    const { logs, archive, args } = await makeInstance();
    const none = await logtally(["check", ...args]);
    expect(none).toMatchObject({ code: 0, stderr: "" });
    expect(none.stdout).toMatch(
      /^ok {3}source +0 files to follow now, 0 B, state in ".*\/archive\/ctl\/follow\/self-managed"$/m,
    );
    const noFolder = `source.state=${FIXTURES}/README.md`;
    const bad = await logtally(["check", ...args, "--set", noFolder]);
    expect(bad.code).toBe(3);
    expectOneLine(bad.stderr, "bad  source ", `follow with the state in "${FIXTURES}/README.md": not a folder`);
    const worker = startWorker(args);
    let stderr = "";
    worker.child.stderr?.on("data", (bytes: Buffer) => {
      stderr += bytes.toString();
    });
    while (stderr.split("\n").length <= logs.length) await sleep(POLL_MS);
    expect(stderr.match(/^logtally: follow ".*": no plain file yet; it is looked for$/gm)).toHaveLength(logs.length);
    const line = '{"time":"2020-12-22T09:00:00.5Z"}';
    for (const log of logs) await writeFile(log, `${line}\n`);
    await waitForLines(archive, [line], worker);
    const check = await logtally(["check", ...args]);
    expect(check.stdout).toMatch(/^ok {3}source +3 files to follow now, 102 B, /m);
    await stopped(worker);
  });

  it("are followed with one state by one process at a time, and by the next as soon as that was killed", async () => {
    const { logs, archive, args } = await makeInstance();
    await writeFile(logs[1] ?? "", "first\n");
    const worker = startWorker(args);
    await waitForLines(archive, ["first"], worker);
    const second = await logtally(["run", ...args]);
    expect(second).toMatchObject({ code: 2, stdout: "" });
    expectOneLine(
      second.stderr,
      `follow with the state in "${archive}/ctl/follow/self-managed"`,
      "(hint: ",
      "source.state",
    );
    const elsewhere = startWorker([...args, "--set", `source.state=${join(archive, "../state")}`]);
    // It has read from the beginning once this is there twice.
    while ((await linesOf(archive)).filter((line) => line === "first").length < 2) await sleep(POLL_MS);
    await stopped(elsewhere);
    await kill(worker);
    const next = startWorker(args);
    await appendFile(logs[1] ?? "", "second\n");
    await waitForLines(archive, ["second"], next);
    await stopped(next);
  });
});

describe("follow", () => {
  it.each([
    [["--from", "-", "--follow"], 'follow "-": standard input is read to its end anyway (hint: '],
    [
      ["--from", "a.log", "--follow", "--archive", "gs://a-bucket", "--set", "pseudonym_key.env=HOME"],
      "how far they were read cannot be noted in a bucket (hint: ",
    ],
  ])("is refused in one line: %j", async (args, message) => {
    const { code, stdout, stderr } = await logtally(["run", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expectOneLine(stderr, message);
  });
});
