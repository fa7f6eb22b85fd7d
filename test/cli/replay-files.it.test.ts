/**
 * Goal: files that are replayed hold what a search finds, byte for byte, also after a kill and by another road; nothing
 * that lies there already is touched.
 * Method: the program as a user starts it; `zstdDecompressSync` reads what it wrote, `archive find` is the yardstick.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { zstdDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
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
    await mkdir(join(filled, "empty"));
    expect(await replay(archive, join(filled, "empty"))).toMatchObject({ code: 0 });
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
