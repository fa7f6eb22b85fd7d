/**
 * Goal: a span in which nothing can lie never passes as proof, and one without lines says so.
 * Method: the commands as a user starts them, on a small sealed archive.
 */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { expectOneLine, FIXTURES, logtally, run } from "./logtally.ts";

describe.each(["ledger", "recount", "facts rebuild", "archive find"])("%s", (command) => {
  it.each([
    ["2020-12-23", "2020-12-22"],
    ["2020-12-22", "2020-12-22"],
  ])("refuses what is from %s until %s", async (since, until) => {
    const archive = await tempFolder();
    const span = ["--since", since, "--until", until];
    const { code, stdout, stderr } = await logtally([...command.split(" "), "--archive", archive, ...span]);
    expect([code, stdout]).toEqual([2, ""]);
    expectOneLine(stderr, "--until is not later than --since");
  });
});

it("says that nothing lies in the span, and not that nothing is wrong", async () => {
  const archive = join(await tempFolder(), "archive");
  await run(archive, [join(FIXTURES, "local/ssh_push/input.ndjson")]);
  expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
  for (const [command, sentence] of [
    [["ledger"], "no lines in this span\n"],
    [["recount"], "no lines in this span, nothing to compare\n"],
    [["facts", "rebuild"], "no sealed lines in this span\n"],
  ] as const) {
    const { code, stdout, stderr } = await logtally([...command, "--archive", archive, "--since", "2021-06-01"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(sentence);
    expect(stdout).not.toContain("no difference");
  }
});
