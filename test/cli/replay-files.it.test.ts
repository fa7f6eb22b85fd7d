/**
 * Goal: files that are replayed hold what a search finds, byte for byte, also after a kill and by another road; nothing
 * that lies there already is touched.
 * Method: the program as a user starts it; `zstdDecompressSync` reads what it wrote, `archive find` is the yardstick.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { zstdDecompressSync } from "node:zlib";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { withLineQuery } from "../../src/cli/archive/search/line-query.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import { expectOneLine, filesBelow, logtally, type Outcome, run, startLogtally } from "./logtally.ts";

async function archiveOf(...traffic: readonly string[]): Promise<string> {
  const archive = await tempFolder();
  const { path } = await generated("--lines", "2000", "--poison", "0.03", "--republish", "0.05", ...traffic);
  await run(archive, [path]);
  return archive;
}

const replay = (archive: string, to: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["archive", "replay", "--archive", archive, "--to", to, ...more]);

async function foundIn(archive: string, ...more: readonly string[]): Promise<string[]> {
  const { stdout } = await logtally(["archive", "find", "--archive", archive, ...more]);
  return stdout.split("\n").toSorted();
}

/** All lines of the files, which have to be named by day and hour. */
async function linesIn(folder: string): Promise<string[]> {
  const names = (await filesBelow(folder)).filter((name) => name !== "replay.json");
  for (const name of names) expect(name).toMatch(/^(?:\d{4}-\d\d-\d\d\/\d\d|undated)\.ndjson\.zst$/);
  const texts = await Promise.all(
    names.map(async (name) => zstdDecompressSync(await readFile(join(folder, name))).toString()),
  );
  return texts.join("").split("\n").toSorted();
}

describe("replayed files", () => {
  it("hold what find finds, after kills, sealed or not", async () => {
    const archive = await archiveOf();
    const to = join(await tempFolder(), "lines");
    const expected = await foundIn(archive);
    for (let kills = 0; kills < 2; kills += 1) {
      const { child, ended } = startLogtally(["archive", "replay", "--archive", archive, "--to", to, "--rate", "1500"]);
      while ((await filesBelow(to)).length < 2) await sleep(20);
      child.kill("SIGKILL");
      await ended;
    }
    expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
    const outcome = await replay(archive, to, "--json");
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.stdout)).toEqual({ to, lines: expected.length - 1, rejected: 0, expires_at: null });
    expect(await linesIn(to)).toEqual(expected);
    const again = await replay(archive, to, "--json");
    expect(again.stdout).toBe(outcome.stdout);
    expect(await linesIn(to)).toEqual(expected);
    expect((await replay(archive, "-")).stdout.split("\n").toSorted()).toEqual(expected);
  });

  it("of a query hold its lines, and go into no folder of another question, of others, or of the archive", async () => {
    const archive = await archiveOf();
    const to = join(await tempFolder(), "pushes");
    const query = ["--event", "git_push", "--since", "2020-12-22T08:10:00Z"];
    expect(await replay(archive, to, ...query)).toMatchObject({ code: 0 });
    expect(await linesIn(to)).toEqual(await foundIn(archive, ...query));

    const other = await replay(archive, to, "--event", "git_fetch");
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("it is of another question");
    const inside = await replay(archive, join(archive, "lines"));
    expect(inside.code).toBe(2);
    expectOneLine(inside.stderr, "it lies in the archive");
    const filled = await tempFolder();
    await writeFile(join(filled, "mine"), "");
    const refused = await replay(archive, filled);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("it is not empty");
    expect(await filesBelow(filled)).toEqual(["mine"]);
    await writeFile(join(filled, "replay.json"), "{}");
    expect((await replay(archive, filled)).stderr).toContain("it is no note of a replay by this version");
    expect((await replay(archive, "")).stderr).toContain("--to is empty");
    const nowhere = await replay(archive, "/proc/none");
    expect(nowhere.code).toBe(3);
    expect(nowhere.stderr).toContain('make "/proc/none": ');
    await mkdir(join(filled, "empty"));
    expect(await replay(archive, join(filled, "empty"))).toMatchObject({ code: 0 });
  });

  it("are of no other question that any option asks", async () => {
    const archive = await archiveOf();
    const to = join(await tempFolder(), "all");
    expect(await replay(archive, to, "--since", "2020-12-22")).toMatchObject({ code: 0 });
    const again = await replay(archive, to, "--since", "2020-12-22T00:00:00Z");
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("lines replayed to") });
    expect(again.stderr).toContain("was complete before, and stays as it is");
    const others: Readonly<Record<string, string>> = {
      since: "2020-12-21",
      until: "2020-12-23",
      log: "gitaly",
      event: "git_push",
      user: "101",
      group: "acme-group",
      project: "acme-group/widgets",
      correlationId: "a",
      status: "5xx",
      field: "a=b",
      text: "push",
    };
    const { options } = withLineQuery(new Command());
    expect(options.map((option) => option.attributeName()).toSorted()).toEqual(Object.keys(others).toSorted());
    for (const option of options) {
      const name = option.attributeName();
      const first = name === "since" ? [] : ["--since", "2020-12-22"];
      const { code, stderr } = await replay(archive, to, ...first, option.long ?? "", others[name] ?? "");
      expect({ name, code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("of another question") });
    }
    const elsewhere = await replay(await archiveOf(), to, "--since", "2020-12-22");
    expect(elsewhere.stderr).toContain("of another question");
  });

  it("of an event are of the catalogue that says what it is", async () => {
    const archive = await archiveOf();
    const folder = await tempFolder();
    const to = join(folder, "pushes");
    const catalogue = join(folder, "own.yaml");
    const ask = async (path: string): Promise<Outcome> => {
      const event = `own_read: {description: Own., operation: read, log: rails.api, when: {path: ${path}}}`;
      await writeFile(catalogue, `version: 1\nextends: standard\nevents:\n  ${event}\n`);
      return replay(archive, to, "--set", `catalogue=${catalogue}`, "--event", "own_read");
    };
    expect(await ask("/a")).toMatchObject({ code: 0 });
    expect(await ask("/a")).toMatchObject({ code: 0 });
    expect((await ask("/b")).stderr).toContain("of another question");
  });

  it("are gone on with after a stop, which says so", async () => {
    const archive = await archiveOf();
    const to = join(await tempFolder(), "lines");
    const args = ["archive", "replay", "--archive", archive, "--to", to, "--rate", "400"];
    const { child, ended } = startLogtally(args);
    child.stderr?.once("data", () => setTimeout(() => child.kill("SIGINT"), 300));
    const { code, stderr, stdout } = await ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toContain("interrupted; the same command goes on where it was");
    expect(await replay(archive, to)).toMatchObject({ code: 0 });
    expect(await linesIn(to)).toEqual(await foundIn(archive));
  });
});
