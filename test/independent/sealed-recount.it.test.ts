/**
 * Goal: sealing changes no count and loses no line, and ledgers are true, by the word of the independent recount; it
 * reads sealed lines from the vault, all others from the write-ahead log, and none of them twice. What is not as a
 * manifest says is refused.
 * Method: generated traffic with its truth, sealed by the program twice, with late lines, repeats and conflicts in
 * between; then archives of single lines, sealed hour by hour with a small writer, so that each case stands alone.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { walObjectName } from "../../src/archive/wal-name.ts";
import type { Line } from "../../src/core/line.ts";
import { differences } from "../../src/generate/agreement.ts";
import { createSegmentWriter } from "../../src/segment/segment-writer.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "../cli/generated.ts";
import { filesBelow, logtally, run, walPaths } from "../cli/logtally.ts";
import { forgedVariant, sampleLine } from "../segment/sample-line.ts";
import { expectAgreement, expectNamedAgreement, HAS_RECOUNT, recount, recounted } from "./recounted.ts";
import { sealByHand } from "./small-vault.ts";

const NINE = Date.UTC(2020, 11, 22, 9) / 3_600_000;
const TEN = NINE + 1;

let archive = "";
beforeEach(async () => {
  archive = await tempFolder();
});

/** Archives the lines as one object; gives its name. */
async function written(...lines: readonly string[]): Promise<string> {
  const before = new Set(await walPaths(archive));
  const input = join(await tempFolder(), "input.ndjson");
  await writeFile(input, `${lines.join("\n")}\n`);
  await run(archive, [input]);
  const [path = ""] = (await walPaths(archive)).filter((each) => !before.has(each));
  return path.slice(archive.length + 1);
}

/** A request of that project at an hour of that day. */
const request = (hour: string, project: string): string =>
  JSON.stringify({
    time: `2020-12-22T${hour}:30:00.5Z`,
    tag: "rails.api",
    method: "GET",
    route: "/api/:version/x",
    status: 200,
    "meta.project": project,
  });

/** The same request at nine, with one id whatever the project. */
const entry = (project: string): string =>
  `{"logName":"l","timestamp":"2020-12-22T09:00:00Z","insertId":"1","jsonPayload":${request("09", project)}}`;

/** Project → requests, by the recount. */
async function requests(...args: readonly string[]): Promise<Record<string, number>> {
  const { code, stdout, stderr } = await recount(archive, args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { rows } = JSON.parse(stdout) as { rows: { event: string; project: string; count: number }[] };
  const requested = rows.filter(({ event }) => event === "rest_request");
  return Object.fromEntries(requested.map(({ project, count }) => [project, count]));
}

async function flipBit(name: string, place: (size: number) => number): Promise<void> {
  const bytes = await readFile(join(archive, name));
  const at = place(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(join(archive, name), bytes);
}

/** Seals what is due, which must work; gives the manifests and records that are there then. */
async function seal(): Promise<string[]> {
  const outcome = await logtally(["seal", "--archive", archive]);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  const names = await filesBelow(archive);
  return names.filter((name) => /\.manifest\.json$|^ctl\/seal\//.test(name));
}

// Who has neither Python nor zstd at hand can still run all other tests; on CI both are there.
describe.skipIf(!HAS_RECOUNT && process.env["CI"] === undefined)("sealing, by the word of the recount", () => {
  it.each([
    ["lines of FluentD", ["--form", "fluentd", "--seed", "11"]],
    // What is no record is identified by its place, which stays with a message, but not with a line of a file.
    ["messages", ["--form", "pubsub", "--seed", "12", "--batch", "50", "--redeliver", "0.2", "--poison", "0.05"]],
  ])("changes no count of %s, loses no line, and keeps a true ledger", async (_name, args) => {
    const { path, truth } = await generated(
      "--lines",
      "6000",
      "--start",
      "2020-12-22T22:00:00Z",
      "--republish",
      "0.1",
      ...args,
    );
    const rows = (await readFile(path, "latin1")).trimEnd().split("\n");
    const input = join(await tempFolder(), "input.ndjson");
    const runRows = async (part: readonly string[]): Promise<void> => {
      await writeFile(input, `${part.join("\n")}\n`, "latin1");
      await run(archive, [input]);
    };
    // Of each hour something is late, and something comes again.
    await runRows(rows.filter((_row, index) => index % 3 !== 0));
    const first = await seal();
    await runRows(rows.filter((_row, index) => index % 4 === 0));
    await runRows(rows.filter((_row, index) => index % 3 === 0));
    await expectAgreement(archive, truth.as_of, { segments: ["group", "user"] });
    const second = await seal();
    expect(second.length).toBeGreaterThan(first.length);
    expect(differences(truth.rows, await expectAgreement(archive, truth.as_of))).toEqual([]);
    expect((await expectNamedAgreement(archive, truth.as_of)).length).toBeGreaterThan(100);
    const all = await recounted(archive);
    expect(all.lines).toBe(truth.archived);
    expect(await recounted(archive, "--only", "sealed")).toEqual(all);
    await rm(join(archive, "wal"), { recursive: true });
    expect(await recounted(archive)).toEqual(all);
  });

  it("keeps a true ledger where a late variant of a conflict stands, and counts something else", async () => {
    const variants = [
      entry("a/1"),
      entry("a/2").replace("GET", "POST"),
      entry("a/3").replace('"status":200', '"status":500'),
      entry("a/4").replace("rails.api", "shell"),
      entry("a/5"),
    ];
    // The smallest hash stands: each one that comes takes back what the one before counted.
    const falling = variants.toSorted((a, b) => (leafOf(a) < leafOf(b) ? 1 : -1));
    await written(request("09", "b/1"), "no JSON");
    for (const [index, variant] of falling.entries()) {
      // The last two come at once, in an order of their own.
      if (index === variants.length - 1) break;
      await written(variant, ...(index === variants.length - 2 ? falling.slice(-1) : []));
      const standing = await requests("--check");
      await seal();
      expect(await requests("--check", "--only", "sealed")).toEqual(standing);
    }
  });

  it.each([
    ["first", ["forged", "honest"]],
    ["later", ["honest", "forged"]],
  ])("counts a line that is known by its content, and no forged one, that came %s", async (_when, order) => {
    const own = sampleLine(request("09", "a/1"), { timeMs: Date.parse("2020-12-22T09:30:00.5Z") });
    const forged = forgedVariant(own, (attempt) => request("09", `forged/${attempt}`));
    for (const [index, whose] of order.entries()) {
      if (whose === "forged") await putForged([forged]);
      else await written(request("09", "a/1"));
      if (index > 0) expect(await requests()).toEqual({ "a/1": 1 });
      await seal();
    }
    expect(await requests("--only", "sealed")).toEqual({ "a/1": 1 });
    const by = ["--by", "project", "--event", "rest_request", "--period", "all", "--as-of", "2020-12-24"];
    const { stdout } = await logtally(["counts", "--archive", archive, ...by, "--format", "json"]);
    expect(stdout).toContain('"a/1"');
    expect(stdout).not.toContain("forged/");
    // The manifests are true, and the line that is forged is told.
    const { code, stderr } = await recount(archive, ["--check"]);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([
      `recount: ${own.id}: its id is not by the rule of content`,
      "recount: 1 problems",
    ]);
  });
});

/** Puts a write-ahead object of a rogue writer there. */
async function putForged(lines: readonly Line[]): Promise<void> {
  const segment = createSegmentWriter();
  for (const line of lines) segment.append(line);
  const { bytes, firstHour, lastHour } = segment.finish();
  const name = walObjectName({
    stream: "local",
    ingestDay: "2021-01-01",
    writer: "666",
    sequence: 1,
    firstHour,
    lastHour,
  });
  await mkdir(dirname(join(archive, name)), { recursive: true });
  await writeFile(join(archive, name), bytes);
}

function leafOf(line: string): string {
  return createHash("sha256").update(`\0${line}`).digest("hex");
}

// Who has neither Python nor zstd at hand can still run all other tests; on CI both are there.
describe.skipIf(!HAS_RECOUNT && process.env["CI"] === undefined)("the recount of a sealed archive", () => {
  it("takes sealed hours from the vault and the others from the log, also of one object", async () => {
    const name = await written(request("09", "a/1"), request("09", "a/2"), request("10", "a/3"));
    const before = await requests();
    expect(before).toEqual({ "a/1": 1, "a/2": 1, "a/3": 1 });
    const sealed = new Set<string>();
    await sealByHand(archive, { hour: NINE, plan: 1, inputs: [name] }, sealed);
    expect(await requests()).toEqual(before);
    expect(await requests("--only", "sealed")).toEqual({ "a/1": 1, "a/2": 1 });
    await sealByHand(archive, { hour: TEN, plan: 1, inputs: [name] }, sealed);
    await rm(join(archive, "wal"), { recursive: true });
    expect(await requests()).toEqual(before);
  });

  it("counts late lines with a second revision, and copies of sealed lines once wherever they lie", async () => {
    const sealed = new Set<string>();
    const [one, two] = [request("09", "a/1"), request("09", "a/2")];
    const first = await written(one, two);
    await sealByHand(archive, { hour: NINE, plan: 1, inputs: [first] }, sealed);
    const late = await written(two, request("09", "a/3"));
    const all = { "a/1": 1, "a/2": 1, "a/3": 1 };
    expect(await requests()).toEqual(all);
    await sealByHand(archive, { hour: NINE, plan: 2, inputs: [late] }, sealed);
    expect(await requests()).toEqual(all);
    const copies = await written(one, two);
    expect(await requests()).toEqual(all);
    const names = await sealByHand(archive, { hour: NINE, plan: 3, inputs: [copies] }, sealed);
    expect(names).toEqual([expect.stringMatching(/^ctl\/seal\//)]);
    // Nobody needs to read the copies any more.
    await flipBit(copies, (size) => size - 1);
    expect(await requests()).toEqual(all);
  });

  it("lets the smallest variant of a conflict stand, wherever the others lie", async () => {
    const projects = ["a/1", "a/2", "a/3", "a/4"];
    const sealed = new Set<string>();
    const names: string[] = [];
    for (const project of projects) names.push(await written(entry(project)));
    const standing = await requests();
    expect(Object.values(standing)).toEqual([1]);
    for (const [index, name] of names.entries()) {
      await sealByHand(archive, { hour: NINE, plan: index + 1, inputs: [name] }, sealed);
      expect(await requests()).toEqual(standing);
    }
  });

  it("refuses what is not as the manifest says, and names it", async () => {
    const name = await written(request("09", "a/1"), request("09", "a/2"));
    const names = await sealByHand(archive, { hour: NINE, plan: 1, inputs: [name] }, new Set());
    const [lines = "", meta = "", manifest = ""] = names;
    for (const damaged of [lines, meta]) {
      for (const place of [() => 20, (size: number) => size - 1]) {
        await flipBit(damaged, place);
        const outcome = await recount(archive);
        expect(outcome).toMatchObject({ code: 1, stdout: "" });
        expect(outcome.stderr).toContain(damaged);
        await flipBit(damaged, place);
      }
    }
    const text = await readFile(join(archive, manifest), "utf8");
    for (const [said, other] of [
      ['"rows":2', '"rows":1'],
      [/"root":"../, '"root":"zz'],
      ['"first_hour":"2020-12-22T09', '"first_hour":"2020-12-22T08'],
    ] as const) {
      const altered = text.replace(said, other);
      expect(altered).not.toBe(text);
      await writeFile(join(archive, manifest), altered);
      expect(await recount(archive)).toMatchObject({ code: 1, stdout: "" });
    }
    await writeFile(join(archive, manifest), text);
    await rm(join(archive, meta));
    expect(await recount(archive)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(meta) });
  });
});
