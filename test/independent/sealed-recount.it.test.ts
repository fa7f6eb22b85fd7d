/**
 * Goal: the independent recount reads sealed lines from the vault, all others from the write-ahead log, and none of them
 * twice; what is not as a manifest says is refused.
 * Method: archives of single lines, sealed hour by hour with a small writer, so that each case stands alone; the counts
 * before sealing are what they must be after it.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { run, walPaths } from "../cli/logtally.ts";
import { HAS_RECOUNT, recount } from "./recounted.ts";
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
