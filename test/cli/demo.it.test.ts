/**
 * Goal: the first command that a newcomer types works anywhere, shows exact counts, and touches nothing of the user's.
 * Method: the demonstration in a folder without and with a pipeline of its own, and beside other lines.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { FIXTURES, filesBelow, logtally, walPaths } from "./logtally.ts";

const OWN_PIPELINE = `name: own
instance: prod
source: { kind: stdin }
archive: { kind: folder, path: ../real }
`;

it("simulates a day, counts it, and proves the counts; again, and whatever pipelines the folder has", async () => {
  const cwd = await tempFolder();
  const first = await logtally(["demo"], { cwd });
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^a simulated day of a GitLab instance with 80 users: [\d,]+ lines, /);
  expect(first.stdout).toMatch(/^archived +[\d,]+ +new to the archive$/m);
  expect(first.stdout).toMatch(/^git_push +gprd +[1-9]/m);
  expect(first.stdout).toMatch(/^exact: all [\d,]{5,} counts, in 9 segments, are what was done on the instance$/m);
  expect(first.stdout).toMatch(/^archive "archive": [\d,]+ lines in \d segments? of the write-ahead log, /m);
  expect((await filesBelow(cwd)).every((path) => path.startsWith("archive/"))).toBe(true);

  await mkdir(join(cwd, "pipelines"));
  await writeFile(join(cwd, "pipelines/local.yaml"), OWN_PIPELINE);
  const second = await logtally(["demo"], { cwd });
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(second.stdout).toMatch(/^duplicates +[\d,]+ +all came before: no count changes$/m);
  expect(second.stdout).toContain("\nexact: all ");
  expect(await filesBelow(join(cwd, "real"))).toEqual([]);
});

it("keeps away from lines that are not simulated", async () => {
  const cwd = await tempFolder();
  await logtally(["run", "--from", join(FIXTURES, "local/ssh_push/input.ndjson")], { cwd });
  const before = await walPaths(join(cwd, "archive"));
  expect(before).toHaveLength(1);
  const refused = {
    code: 2,
    signal: null,
    stdout: "",
    stderr:
      'logtally: run the demonstration: "archive" holds lines of pipeline "local" (hint: run it in another folder)\n',
  };
  expect(await logtally(["demo"], { cwd })).toEqual(refused);
  expect(await walPaths(join(cwd, "archive"))).toEqual(before);
  await logtally(["seal", "--set", "seal.lateness_ms=0"], { cwd });
  await rm(join(cwd, "archive/wal"), { recursive: true });
  expect(await logtally(["demo"], { cwd })).toEqual(refused);
});
