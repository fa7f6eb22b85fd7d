/**
 * Goal: the tutorial works as it is written, on a fresh clone, and prints what it says; and so does the page for operators.
 * Method: its commands in their order, by bash, in a copy of what the repository has and nothing else. Fetching and
 * installing are the copy and the packages of this checkout; the page that only Ctrl-C ends is asked for, and ended. Each
 * block of output must be what the commands before it printed (test/shown-output.ts has the rules).
 */
import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { tempFolder } from "./backends/temp-folder.ts";
import { start } from "./cli/logtally.ts";
import { type Block, blocksOf } from "./page-blocks.ts";
import { shownMismatch } from "./shown-output.ts";

const CHECKOUT = join(import.meta.dirname, "..");
const PATIENCE_MS = 300_000;
const POLL_MS = 100;
const INSTALL = /^git clone \S+ logtally\ncd logtally\nnpm ci\n$/;

/** What `git clone` would bring, with what is not committed yet. */
async function freshCopy(folder: string): Promise<string> {
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: CHECKOUT,
    encoding: "utf8",
  });
  const copy = join(folder, "logtally");
  for (const name of listed.stdout.split("\0").filter((each) => each !== "" && each !== "node_modules")) {
    await mkdir(dirname(join(copy, name)), { recursive: true });
    // One that was removed and not committed is still listed.
    await cp(join(CHECKOUT, name), join(copy, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
  await symlink(join(CHECKOUT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** A folder with an `npx` that runs the copy at once: the real one asks the registry for what it does not know. */
async function npxOf(copy: string): Promise<string> {
  const bin = join(dirname(copy), "bin");
  await mkdir(bin);
  const npx = join(bin, "npx");
  await writeFile(npx, `#!/bin/bash\nshift\nexec '${process.execPath}' '${join(copy, "bin/logtally.js")}' "$@"\n`);
  await chmod(npx, 0o755);
  return bin;
}

interface Walk {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs the blocks in one shell, as a reader does; resolves with what each printed. */
async function typed(scripts: readonly string[], { cwd, env }: Walk): Promise<string[]> {
  const logs = await tempFolder();
  const script = scripts.map((text, at) => `exec >'${logs}/${at}' 2>&1\n${text}`).join("\n");
  const { child, ended } = start("bash", ["-eu", "-o", "pipefail", "-c", script], { cwd, env });
  child.stdin?.end();
  const outcome = await ended;
  const printed = await Promise.all(scripts.map((_, at) => readFile(join(logs, String(at)), "utf8").catch(() => "")));
  expect({ ...outcome, last: printed.findLast((each) => each !== "") }).toMatchObject({ code: 0 });
  return printed;
}

/** Starts the page, asks for it as a browser would, and ends it by Ctrl-C; resolves with what it printed. */
async function looked(script: string, { cwd, env }: Walk): Promise<string> {
  const { child, ended } = start("bash", ["-c", `exec ${script}`], { cwd, env });
  child.stdin?.end();
  let printed = "";
  child.stdout?.on("data", (bytes: Buffer) => void (printed += bytes.toString()));
  const address = (): string | undefined => /http:\/\/127\.0\.0\.1:\S+/.exec(printed)?.[0];
  while (address() === undefined && child.exitCode === null) await sleep(POLL_MS);
  const answer = await fetch(address() ?? "");
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("<title>");
  child.kill("SIGINT");
  const outcome = await ended;
  expect([0, 130]).toContain(outcome.code);
  return printed;
}

/** Gives for each block what the commands before it printed. */
async function walk(blocks: readonly Block[], surroundings: Walk): Promise<string[]> {
  const printed: string[] = blocks.map(() => "");
  let waiting: number[] = [];
  const typeWaiting = async (): Promise<void> => {
    const texts = await typed(
      waiting.map((at) => blocks[at]?.text ?? ""),
      surroundings,
    );
    for (const [index, at] of waiting.entries()) printed[at] = texts[index] ?? "";
    waiting = [];
  };
  for (const [at, { language, text }] of blocks.entries()) {
    if (language !== "sh" || INSTALL.test(text)) continue;
    if (!text.includes("logtally explore")) waiting.push(at);
    else {
      await typeWaiting();
      printed[at] = await looked(text.trimEnd(), surroundings);
    }
  }
  await typeWaiting();
  return printed;
}

describe("the tutorial", () => {
  it(
    "works as it is written, on a fresh clone",
    async () => {
      const blocks = blocksOf(await readFile(join(CHECKOUT, "docs/tutorial.md"), "utf8"));
      expect(blocks.filter(({ text }) => INSTALL.test(text))).toHaveLength(1);
      const cwd = await freshCopy(await tempFolder());
      const env = { PATH: `${await npxOf(cwd)}${delimiter}${process.env["PATH"] ?? ""}`, XDG_STATE_HOME: cwd };
      const printed = await walk(blocks, { cwd, env });
      const wrong = blocks.flatMap(({ language, text }, at) => {
        if (language !== "text") return [];
        return shownMismatch(text, printed[at - 1] ?? "") ?? [];
      });
      expect(wrong).toEqual([]);
      expect(blocks.filter(({ language }) => language === "text").length).toBeGreaterThan(10);
    },
    PATIENCE_MS,
  );
});

it(
  "upgrading, changing keys and restoring work as they are written",
  async () => {
    const blocks = blocksOf(await readFile(join(CHECKOUT, "docs/how-to/operate.md"), "utf8"));
    const cwd = await freshCopy(await tempFolder());
    const env = { PATH: `${await npxOf(cwd)}${delimiter}${process.env["PATH"] ?? ""}`, XDG_STATE_HOME: cwd };
    const printed = await walk(blocks, { cwd, env });
    const all = printed.join("");
    expect(all.match(/^verified: nothing is missing, extra or altered$/gm)).toHaveLength(3);
    expect(all.match(/^no difference$/gm)).toHaveLength(2);
    expect(printed.filter((text) => text !== "").length).toBeGreaterThan(5);
  },
  PATIENCE_MS,
);

describe("what a page shows", () => {
  it.each([
    ["the same", "a  1\nb 2\n", "a 1\n\nb      2\n"],
    ["a part that differs", "took … s, 3 lines", "took 0.3 s, 3 lines\n"],
    ["lines that are left out", "first\n…\nlast", "first\nx\ny\nlast\n"],
    ["an end that is left out", "first\n…", "first\nx\n"],
  ])("is right by %s", (_what, shown, printed) => {
    expect(shownMismatch(shown, printed)).toBeNull();
  });

  it.each([
    ["another figure", "3 lines", "4 lines"],
    ["a line that was not printed", "a\nb", "a"],
    ["a line that is not shown", "a", "a\nb"],
    ["other lines behind those left out", "a\n…\nc", "a\nb"],
    ["another order", "b\na", "a\nb"],
  ])("is wrong by %s", (_what, shown, printed) => {
    expect(shownMismatch(shown, printed)).not.toBeNull();
  });
});
