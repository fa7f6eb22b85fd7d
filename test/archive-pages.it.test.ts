/**
 * Goal: whoever reads an archive by its pages, with and without this program, gets what they say.
 * Method: their commands in the order of the page, by bash, beside the samples; blocks of output must be among what is
 * printed, and the lines that come out of an archive the ones that went in.
 */
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "./backends/temp-folder.ts";
import { FIXTURES, type Outcome, PROGRAM, start, succeeds } from "./cli/logtally.ts";
import { type Block, blocksOf } from "./page-blocks.ts";

const DOCS = join(import.meta.dirname, "../docs");
const HAS_TOOLS = ["zstdcat", "python3"].every((tool) => succeeds(tool, ["--version"]));
// Who has no zstd or Python at hand can still run the rest; on CI both are there.
const CANNOT_RUN = !HAS_TOOLS && process.env["CI"] === undefined;

async function besideSamples(): Promise<string> {
  const cwd = await tempFolder();
  await symlink(FIXTURES, join(cwd, "fixtures"));
  return cwd;
}

function bash(script: string, cwd: string): Promise<Outcome> {
  const ours = script.replaceAll("npx logtally", `'${process.execPath}' '${PROGRAM}'`);
  const { child, ended } = start("bash", ["-eu", "-c", ours], { cwd });
  child.stdin?.end();
  return ended;
}

function commandsOf(blocks: readonly Block[]): string[] {
  return blocks.filter(({ language }) => language === "sh").map(({ text }) => text);
}

async function inputLines(): Promise<string[]> {
  const cases = await readdir(join(FIXTURES, "local"), { withFileTypes: true });
  const paths = cases
    .filter((each) => each.isDirectory())
    .map(({ name }) => join(FIXTURES, "local", name, "input.ndjson"));
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  return texts.flatMap((text) => text.trimEnd().split("\n"));
}

// Without zstd or Python there is nothing to read with.
it.skipIf(CANNOT_RUN)("the page of the format is right about segments, the vault and manifests", async () => {
  const cwd = await besideSamples();
  const page = await readFile(join(DOCS, "reference/archive-format.md"), "utf8");
  const blocks = blocksOf(page.slice(page.indexOf("\n## Reading it without logtally\n")));
  for (const { language, text, before } of blocks) {
    const [, file] = /`(\w+\.py)`:$/.exec(before) ?? [];
    if (language === "python") await writeFile(join(cwd, file ?? ""), text);
  }
  const outcome = await bash(commandsOf(blocks).join("\n"), cwd);
  expect(outcome).toMatchObject({ code: 0 });
  const outputs = blocks
    .filter(({ language }) => language === "text")
    .flatMap(({ text }) => text.trimEnd().split("\n"));
  expect(outputs.length).toBeGreaterThan(3);
  for (const line of outputs) expect(outcome.stdout.split("\n")).toContain(line);
  // Of the lines as they lie in the log, as they came in, and as they lie in the vault.
  const sums = outcome.stdout.match(/^[0-9a-f]{64} {2}-$/gm) ?? [];
  expect(sums.filter((sum) => sum === sums[0])).toHaveLength(3);
  expect(outcome.stderr).toContain("ok my-archive/vault/v1/local/");
  expect(outcome.stderr).not.toContain("ALTERED");
  expect(outcome.stdout).toMatch(/^wal\/local\/.*\.ndjson\.zst: OK$/m);
});

// The same holds here.
it.skipIf(CANNOT_RUN)("the page for auditors brings back every line", async () => {
  const cwd = await besideSamples();
  const printed: string[] = [];
  for (const command of commandsOf(blocksOf(await readFile(join(DOCS, "how-to/read-the-archive.md"), "utf8")))) {
    const { code, stdout } = await bash(command, cwd);
    // What the example holds none of is looked for in vain.
    expect(command.includes("| grep") ? [0, 1] : [0]).toContain(code);
    printed.push(stdout);
  }
  const lines = (await inputLines()).length;
  const again = (await readFile(join(FIXTURES, "local/ssh_push/input.ndjson"), "utf8")).trimEnd().split("\n").length;
  const counted = printed.flatMap((text) => (/^\d+\n$/.test(text) ? [Number(text)] : []));
  expect(counted).toEqual([lines, lines + again]);
  const { stdout } = await bash("npx logtally archive find --archive my-archive", cwd);
  expect(stdout.trimEnd().split("\n").toSorted()).toEqual((await inputLines()).toSorted());
});
