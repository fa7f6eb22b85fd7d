/**
 * Goal: generate gives a user what it says: lines to files and pipes, the truth about them, and clear refusals.
 * Method: the program as a user starts it; the truth against run and counts, also after an interruption.
 */
import type { ChildProcess } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { CountRow } from "../../src/counts/cube.ts";
import { differences } from "../../src/generate/agreement.ts";
import { TRUTH_SEGMENTS } from "../../src/generate/truth.ts";
import type { TruthReport } from "../../src/generate/truth-report.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import { expectOneLine, logtally, run, startLogtally } from "./logtally.ts";

/** The rows of `counts` in every segment, as of the day that it finds itself. */
async function allCounts(archive: string): Promise<{ asOf: string; rows: CountRow[] }> {
  const rows: CountRow[] = [];
  let asOf = "";
  for (const by of TRUTH_SEGMENTS) {
    const outcome = await logtally(["counts", "--archive", archive, "--by", by, "--json"]);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    const report = JSON.parse(outcome.stdout) as { as_of: string; rows: CountRow[] };
    rows.push(...report.rows);
    asOf = report.as_of;
  }
  return { asOf, rows };
}

async function expectTruth(truth: TruthReport, path: string): Promise<void> {
  const archive = await tempFolder();
  const { lines_in, archived, duplicates, quarantined, eventless, events } = await run(archive, [path]);
  const { as_of: asOf, rows, ...totals } = truth;
  expect({ lines_in, archived, duplicates, quarantined, eventless, events }).toEqual(totals);
  const counts = await allCounts(archive);
  expect(counts.asOf).toBe(asOf);
  expect(differences(rows, counts.rows)).toEqual([]);
}

describe("the truth", () => {
  it.each([
    ["lines of FluentD", ["--form", "fluentd", "--seed", "5"]],
    ["batches of Pub/Sub on a bad day", ["--form", "pubsub", "--batch", "100", "--redeliver", "0.1"]],
  ])("of %s is what run and counts find", async (_name, args) => {
    const trouble = ["--republish", "0.05", "--poison", "0.05"];
    const { path, truth } = await generated("--lines", "3000", ...trouble, ...args);
    expect(truth.lines_in).toBeGreaterThan(3000);
    expect(truth.duplicates).toBeGreaterThan(0);
    await expectTruth(truth, path);
  });

  it.each([
    ["a steady stream", ["--rate", "2000"]],
    ["as much as can be", ["--lines", "50000000"]],
  ])("of what an interruption left of %s is whole", async (_name, args) => {
    const folder = await tempFolder();
    const [path, truth] = [join(folder, "traffic.ndjson"), join(folder, "truth.json")];
    const { child, ended } = startLogtally(["generate", ...args, "--output", path, "--truth", truth]);
    await waitForBytes(path, 100_000, child);
    child.kill("SIGINT");
    const outcome = await ended;
    expect(outcome).toMatchObject({ code: 130, stdout: "" });
    expect(outcome.stderr).toMatch(/^logtally: stopping; what was begun is finished .*\n[\d,]+ lines of .*\n$/);
    await expectTruth(JSON.parse(await readFile(truth, "utf8")) as TruthReport, path);
  });

  it("is not written where nobody wants the lines any more", async () => {
    const folder = await tempFolder();
    const { child, ended } = startLogtally(["generate", "--lines", "100000", "--truth", join(folder, "truth.json")]);
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("goes to standard output when the lines go elsewhere", async () => {
    const path = join(await tempFolder(), "traffic.ndjson");
    const { stdout } = await logtally(["generate", "--lines", "50", "--output", path, "--truth", "-"]);
    expect((JSON.parse(stdout) as TruthReport).lines_in).toBeGreaterThan(50);
  });
});

/** Fails where the program ends before. */
async function waitForBytes(path: string, bytes: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const written = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    if (written >= bytes) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("the output", () => {
  it("is the same on standard output, in a file, and compressed", async () => {
    const folder = await tempFolder();
    const args = ["generate", "--lines", "500", "--poison", "0.1"];
    const piped = await logtally(args);
    expect(piped).toMatchObject({ code: 0 });
    expect(piped.stderr).toMatch(
      /^\d+ lines of 50 users, 2020-12-22T08:00:00Z to 2020-12-\d\dT\S+Z, \d+\.\d KiB; .*\n$/,
    );
    for (const [name, open] of [
      ["a.ndjson", (bytes: Buffer) => bytes],
      ["a.ndjson.gz", gunzipSync],
      ["a.ndjson.zst", zstdDecompressSync],
    ] as const) {
      expect(await logtally([...args, "--output", join(folder, name)])).toMatchObject({ code: 0, stdout: "" });
      expect(open(await readFile(join(folder, name))).toString()).toBe(piped.stdout);
    }
  });

  it("goes into run as it comes", async () => {
    const { stdout } = await logtally(["generate", "--lines", "500", "--form", "pubsub"]);
    const archive = await tempFolder();
    const { quarantined, archived } = await run(archive, ["-"], { input: stdout });
    expect(quarantined).toEqual({});
    expect(archived).toBe(stdout.trimEnd().split("\n").length);
  });

  it("begins when it is told to", async () => {
    const { stdout } = await logtally([
      "generate",
      "--lines",
      "100",
      "--start",
      "2024-02-29T23:30:00+01:00",
      "--form",
      "bare",
    ]);
    expect(stdout).toContain("2024-02-29T22:3");
    expect(stdout).not.toContain("2020-");
  });

  it("ends quietly when its reader has enough", async () => {
    const { child, ended } = startLogtally(["generate", "--lines", "100000"]);
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("what cannot be", () => {
  it.each([
    [["--lines", "5", "--seconds", "5", "--rate", "5"], "--lines, --seconds and --rate contradict each other"],
    [["--batch", "5"], 'form "fluentd" has no batches (hint: add --form pubsub)'],
    [["--redeliver", "0.1", "--form", "logentry"], "add --form pubsub, or use --republish"],
    [["--rate", "1000", "--users", "1"], "1 user cannot leave 1000 lines a second (hint: give --users 20 or more)"],
    [["--users", "0"], "It must be a whole number from 1"],
    [["--poison", "2"], "It must be a share from 0 to 1"],
    [["--start", "yesterday"], "It must be a time"],
    [["--form", "xml"], "It must be one of: bare, fluentd, logentry, pubsub"],
    [["--sed", "5"], "Did you mean --seed?"],
    [["--output", "/nowhere/at/all.ndjson"], "(hint: make its folder first)"],
    [["--output", "."], 'write ".": it is a folder (hint: name a file)'],
    [["--truth", "/nowhere/at/all.json"], "(hint: make its folder first)"],
    [["--truth", "-"], 'write truth "-": the lines go there (hint: name another file)'],
    [["--output", "./x.json", "--truth", "x.json"], 'write truth "x.json": the lines go there'],
    [["--form", "pubsub", "--batch", "20000"], "It must be a whole number from 1 to 10000"],
  ])("is refused in one line: %j", async (args, message) => {
    const { code, stdout, stderr } = await logtally(["generate", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    if (!stderr.includes("Did you mean")) expectOneLine(stderr);
  });

  it("names an output that is full", async () => {
    const outcome = await logtally(["generate", "--lines", "5", "--output", "/dev/full"]);
    expect(outcome).toMatchObject({ code: 3, stdout: "" });
    expectOneLine(outcome.stderr, 'logtally: write "/dev/full": no space left');
  });
});
