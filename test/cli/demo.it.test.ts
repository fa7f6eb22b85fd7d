/**
 * Goal: the first command that a newcomer types works anywhere, shows exact counts, and says so only where it is true.
 * Method: the demonstration in an empty folder, once more, and beside other lines.
 */
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { FIXTURES, filesBelow, logtally } from "./logtally.ts";

it("simulates a day, counts it, and proves the counts; again, and beside other lines", async () => {
  const cwd = await tempFolder();
  const first = await logtally(["demo"], { cwd });
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^a simulated day of a GitLab instance with 120 users: [\d,]+ lines, /);
  expect(first.stdout).toMatch(/^archived +[\d,]+ +new to the archive$/m);
  expect(first.stdout).toMatch(/^git_push +gprd +[1-9]/m);
  expect(first.stdout).toMatch(/^exact: all [\d,]{5,} counts, in 8 segments, are what was done on the instance$/m);
  expect(first.stdout).toMatch(/^archive "archive": [\d,]+ lines in \d segments?, /m);
  expect((await filesBelow(cwd)).every((path) => path.startsWith("archive/"))).toBe(true);

  const second = await logtally(["demo"], { cwd });
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(second.stdout).toMatch(/^duplicates +[\d,]+ +all came before: no count changes$/m);
  expect(second.stdout).toContain("\nexact: all ");

  await logtally(["run", "--from", join(FIXTURES, "local/ssh_push/input.ndjson")], { cwd });
  const third = await logtally(["demo"], { cwd });
  expect(third).toMatchObject({ code: 0, stderr: "" });
  expect(third.stdout).not.toContain("exact");
  expect(third.stdout).toContain("\nthe archive holds 9 other lines as well: not compared with the truth\n");
});
