/**
 * Goal: however a run is stopped, what it archived is whole, and running again gives exactly the counts of one run.
 * Method: real processes on a generated file, killed and interrupted while they write; readers that leave early.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import {
  archivedText,
  countsOf,
  filesBelow,
  logtally,
  type Outcome,
  PROGRAM,
  type RunningProcess,
  run,
  type Summary,
  start,
  startLogtally,
  walPaths,
} from "./logtally.ts";
import { type Traffic, writeTraffic } from "./traffic.ts";

const LINES = 40_000;
const OBJECT = /^local\/\d{4}-\d\d-\d\d\/[0-9a-f]{16}\/\d{8}\.\d{10}-\d{10}\.ndjson\.zst$/;
const KILLS = 5;
const POLL_MS = 5;

let input = "";
let traffic: Traffic = { lines: 0, counts: {} };

beforeAll(async () => {
  // Not a folder of one test: it goes with the last of them.
  const folder = await mkdtemp(join(tmpdir(), "logtally-traffic-"));
  input = join(folder, "traffic.log");
  traffic = await writeTraffic(input, LINES);
  return () => rm(folder, { recursive: true });
});

function startRun(archive: string, ...args: readonly string[]): RunningProcess {
  return startLogtally(["run", "--archive", archive, "--json", "--set", "batch.max_lines=500", ...args]);
}

/** Waits until the archive holds so many objects, or the process has ended. */
async function objectsAppear(archive: string, count: number, { ended }: RunningProcess): Promise<void> {
  const state = { hasEnded: false };
  void ended.then(() => {
    state.hasEnded = true;
  });
  while (!state.hasEnded && (await walPaths(archive)).length < count) await delay(POLL_MS);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function linesIn(archive: string): Promise<number> {
  return (await archivedText(archive)).toString("latin1").split("\n").length - 1;
}

/** What must hold after any end: nothing but whole objects, whose lines are some of the input. */
async function expectWhole(archive: string): Promise<void> {
  const names = await filesBelow(join(archive, "wal"));
  expect(names.filter((name) => !OBJECT.test(name))).toEqual([]);
  const listed = await logtally(["archive", "ls", "--archive", archive, "--json"]);
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(listed.stdout.split("\n").length - 1).toBe(names.length);
  // Reads every block of every object, and checks its hashes.
  const counts = await countsOf(archive);
  for (const [event, count] of Object.entries(counts)) expect(count).toBeLessThanOrEqual(traffic.counts[event] ?? 0);
}

describe("a run", () => {
  it("counts what the traffic is", async () => {
    const archive = await tempFolder();
    const summary = await run(archive, [input]);
    expect(summary).toMatchObject({ lines_in: LINES, archived: LINES, events: traffic.counts, quarantined: {} });
    expect(await countsOf(archive)).toEqual(traffic.counts);
    expect((await archivedText(archive)).equals(await readFile(input))).toBe(true);
  });

  it("that is killed again and again leaves whole objects only, and ends with the counts of one run", async () => {
    const archive = await tempFolder();
    let kills = 0;
    for (let attempt = 0; attempt < KILLS; attempt += 1) {
      const before = (await walPaths(archive)).length;
      const running = startRun(archive, "--from", input);
      await objectsAppear(archive, before + 1 + attempt, running);
      await delay(Math.random() * 20);
      running.child.kill("SIGKILL");
      const { signal } = await running.ended;
      if (signal === "SIGKILL") kills += 1;
    }
    expect(kills).toBeGreaterThan(0);
    await expectWhole(archive);
    const held = await linesIn(archive);
    const last = await run(archive, [input]);
    expect(last.lines_in).toBe(LINES);
    expect(last.archived).toBeLessThan(LINES);
    expect(await linesIn(archive)).toBe(held + LINES);
    expect(await countsOf(archive)).toEqual(traffic.counts);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("closes its segment at %s, says so, and can be run again", async (signal) => {
    const archive = await tempFolder();
    const running = startRun(archive, "--from", input);
    await objectsAppear(archive, 2, running);
    running.child.kill(signal);
    // A terminal and a wrapper may both send it: that is one stop, not two.
    await delay(POLL_MS);
    running.child.kill(signal);
    const summary = await expectInterrupted(running.ended);
    expect(summary.lines_in).toBe(await linesIn(archive));
    expect(summary.lines_in).toBeGreaterThan(0);
    expect(summary.lines_in).toBeLessThan(LINES);
    await expectWhole(archive);
    const rest = await run(archive, [input]);
    expect(rest).toMatchObject({ lines_in: LINES, duplicates: summary.lines_in });
    expect(await countsOf(archive)).toEqual(traffic.counts);
  });

  it("on a silent standard input archives by age, and what came since when it is interrupted", async () => {
    const archive = await tempFolder();
    const lines = (await readFile(input, "utf8")).split("\n", 30);
    const running = startRun(archive, "--set", "batch.max_age_ms=100", "--from", "-");
    running.child.stdin?.write(`${lines.slice(0, 10).join("\n")}\n`);
    await objectsAppear(archive, 1, running);
    expect(await linesIn(archive)).toBe(10);
    running.child.stdin?.write(`${lines.slice(10).join("\n")}\n{"half a line`);
    await objectsAppear(archive, 2, running);
    running.child.kill("SIGINT");
    const summary = await expectInterrupted(running.ended);
    expect(summary).toMatchObject({ lines_in: 30, archived: 30, quarantined: {} });
    expect((await archivedText(archive)).toString()).toBe(`${lines.join("\n")}\n`);
  });
});

async function expectInterrupted(ended: Promise<Outcome>): Promise<Summary> {
  const { code, stdout, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toMatch(/^logtally: stopping[^\n]*\nlogtally: interrupted[^\n]*\n$/);
  const summary = JSON.parse(stdout) as Summary;
  expect(summary.interrupted).toBe(true);
  return summary;
}

describe("two pipelines side by side", () => {
  it("on the same input say which lines were new, once", async () => {
    const archive = await tempFolder();
    const pipeline = join(archive, "..", `${basename(archive)}.yaml`);
    await writeFile(
      pipeline,
      `name: one\nsource: {kind: files, paths: [${input}]}\narchive: {kind: folder, path: ${archive}}\n`,
    );
    const { code, stdout } = await logtally(["run", pipeline, pipeline, "--json"]);
    await rm(pipeline);
    expect(code).toBe(0);
    const [first, second] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Summary);
    expect(first).toMatchObject({ lines_in: LINES, archived: LINES, duplicates: 0, events: traffic.counts });
    expect(second).toMatchObject({ lines_in: LINES, archived: 0, duplicates: LINES, events: {} });
    expect(await countsOf(archive)).toEqual(traffic.counts);
  });
});

describe("a reader", () => {
  it("that is slow gets every byte; one that has seen enough ends the program without a word", async () => {
    const archive = await tempFolder();
    await run(archive, [input]);
    const found = await logtally(["archive", "find", "--archive", archive]);
    expect(found.code).toBe(0);
    expect(found.stdout === (await readFile(input, "utf8"))).toBe(true);

    const find = [process.execPath, PROGRAM, "archive", "find", "--archive", archive];
    const { child, ended } = start("bash", ["-c", 'set -o pipefail; "$@" | head -n 1', "bash", ...find]);
    child.stdin?.end();
    const firstLine = (await readFile(input, "utf8")).split("\n", 1).join("");
    expect(await ended).toEqual({ code: 0, signal: null, stdout: `${firstLine}\n`, stderr: "" });
  });

  it("of notices that has gone holds up no run", async () => {
    const archive = join(await tempFolder(), "archive");
    const env = { LOGTALLY_LOG: "json" };
    const { child, ended } = startLogtally(["run", "--from", "-", "--archive", archive, "--json"], { env });
    child.stderr?.destroy();
    child.stdin?.end(`${(await readFile(input, "utf8")).split("\n", 3).join("\n")}\n`);
    const { code, stdout } = await ended;
    expect({ code, archived: (JSON.parse(stdout) as Summary).archived }).toEqual({ code: 0, archived: 3 });
  });
});
