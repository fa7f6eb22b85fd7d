/**
 * Goal: the how-to for a new event works as it is written, and prints what it says.
 * Method: its commands, one after the other, in an empty folder, by bash; each line of a block of output must be among
 * what the commands before it printed, where `…` stands for whatever.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "./backends/temp-folder.ts";
import { FIXTURES, logtally, start } from "./cli/logtally.ts";

const PAGE = join(import.meta.dirname, "../docs/how-to/add-an-event.md");
const PROGRAM = join(FIXTURES, "../bin/logtally.js");

interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of the page before it that is not empty. */
  readonly before: string;
}

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/([^\n]*)\n+```(\w*)\n([\s\S]*?)```/g)].map(([, before = "", language = "", text = ""]) => {
    return { before, language, text };
  });
}

it("works as written", async () => {
  const cwd = await tempFolder();
  const blocks = blocksOf(await readFile(PAGE, "utf8"));
  let printed = "";
  for (const { language, text, before } of blocks) {
    if (language === "sh") {
      const script = text.replaceAll("npx logtally", `'${process.execPath}' '${PROGRAM}'`);
      const { child, ended } = start("bash", ["-eu", "-c", script], { cwd });
      child.stdin?.end();
      const outcome = await ended;
      expect(outcome).toMatchObject({ code: 0 });
      printed = outcome.stdout + outcome.stderr;
    } else if (before.startsWith("`catalogue.yaml`")) await writeFile(join(cwd, "catalogue.yaml"), text);
    else if (language === "" && !text.startsWith("bad ")) {
      for (const line of text.split("\n").filter((each) => !each.includes("…"))) expect(printed).toContain(line);
    }
  }
  expect(blocks.filter(({ language }) => language === "sh").length).toBeGreaterThan(3);

  const mistake = blocks.find(({ text }) => text.startsWith("bad "))?.text ?? "";
  const catalogue = await readFile(join(cwd, "catalogue.yaml"), "utf8");
  await writeFile(
    join(cwd, "catalogue.yaml"),
    catalogue.replace("method: POST, status: 201,", "method: POST, status: 200,"),
  );
  const { stderr } = await logtally(["check", "--set", "catalogue=catalogue.yaml"], { cwd });
  expect(stderr).toBe(mistake);
});
