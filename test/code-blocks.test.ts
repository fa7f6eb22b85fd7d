/**
 * Goal: what a reader copies from a page is right: commands and options are there, JSON and YAML can be read, pipelines,
 * catalogues and reports are valid.
 * Method: every fence and every command in the text of every page, held against the program itself, which is told to do
 * nothing; first seen to catch planted mistakes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { leafCommands } from "../scripts/reference/commands.ts";
import { createProgram } from "../src/cli/program.ts";
import { parseReport } from "../src/cli/report/report-file.ts";
import { parsePipeline } from "../src/config/pipeline.ts";
import { teamCatalogue } from "./derive/standard-events.ts";
import { CHECKOUT, markdownPages } from "./markdown-pages.ts";
import { type Block, blocksOf } from "./page-blocks.ts";
import { logtallyCommands } from "./shell-commands.ts";

const PROGRAM = await idleProgram();
const SHELLS = new Set(["sh", "bash", "ini"]);
/** Words that the format hashes, and that look like commands. */
const NO_COMMANDS = new Set(["logtally user", "logtally visitor"]);
/** A word that the reader replaces. */
const PLACEHOLDER = /^[A-Z][A-Z_:-]*$|[$…]/;

/** The program with commands that do nothing and say nothing. */
async function idleProgram(): Promise<Command> {
  const program = await createProgram("all");
  const hush = (command: Command): void => {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    command.commands.forEach(hush);
  };
  hush(program);
  for (const command of leafCommands(program)) command.action(() => undefined);
  return program;
}

/** What the program says of the words behind its name; null where it would do something. */
async function refusalOf(words: readonly string[]): Promise<string | null> {
  try {
    await PROGRAM.parseAsync(words, { from: "user" });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // A reader puts a value in the place of the word.
    const isForReader = error.code === "commander.invalidArgument" && words.some((word) => PLACEHOLDER.test(word));
    return error.exitCode === 0 || isForReader ? null : error.message;
  }
}

/** Of a command in the text, which need not be whole: its name and its options must be there. */
function unknownWord(words: readonly string[]): string | null {
  let command = PROGRAM;
  for (const word of words) {
    if (/^[\u2026[<]/.test(word)) return null;
    const below = command.commands.find((each) => each.name() === word);
    if (below !== undefined) command = below;
    else if (word.startsWith("--")) {
      const isOption = command.options.some(({ long }) => long === word.split("=")[0]);
      if (!isOption && word !== "--help" && word !== "--") return `no option ${word} of ${command.name()}`;
    } else if (command.commands.length > 0) return `no command ${word}`;
  }
  return null;
}

/** Sentences on what is wrong in the commands of a page. */
async function wrongCommands(page: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const { language, text } of blocksOf(page).filter((block) => SHELLS.has(block.language))) {
    // A unit names the whole path.
    const script = language === "ini" ? text.replace(/^Exec\w+=\S*\//gm, "exec ") : text;
    for (const words of logtallyCommands(script)) {
      const refusal = await refusalOf(words);
      if (refusal !== null) wrong.push(`${words.join(" ")}: ${refusal}`);
    }
  }
  const spans = [...proseOf(page).matchAll(/`((?:npx )?logtally [^`]*)`/g)].map(([, span = ""]) => span);
  for (const span of spans.filter((each) => !NO_COMMANDS.has(each))) {
    for (const words of logtallyCommands(span.replaceAll("\\|", "|"))) {
      const unknown = unknownWord(words);
      if (unknown !== null) wrong.push(`${span}: ${unknown}`);
    }
  }
  return wrong;
}

function proseOf(page: string): string {
  return page.replace(/^ *```[^]*?^ *```$/gm, "");
}

/** What is wrong with data in a fence; null where nothing is, and for other languages. */
function wrongData({ language, text }: Block): string | null {
  try {
    if (language === "json") readJson(text);
    if (language === "yaml") readYaml(text);
    return null;
  } catch (error) {
    return `${text.slice(0, 60)}: ${(error as Error).message}`;
  }
}

/** One value, or one on each line. */
function readJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    for (const line of text.trimEnd().split("\n")) JSON.parse(line);
  }
}

/** Throws where it cannot be read, or is a whole file of ours that the program would refuse. */
function readYaml(text: string): void {
  const document = parseDocument(text);
  for (const error of document.errors) throw error;
  const keys = new Set(Object.keys((document.toJS() ?? {}) as object));
  // A reader gives names to buckets.
  const named = text.replace(/(?<=bucket: )[A-Z]+\b/g, (name) => name.toLowerCase());
  if (["name", "source", "archive"].every((key) => keys.has(key))) parsePipeline(named, "page.yaml", [], "/");
  if (keys.has("version") && keys.has("events") && !keys.has("name")) teamCatalogue(text);
  if (keys.has("version") && keys.has("destination")) parseReport(text, "page.yaml", "/");
}

/** The first lines of fences that do not say what is in them. */
function namelessFences(page: string): string[] {
  const fences = [...page.matchAll(/^ *```(\w*)$/gm)].filter((_, index) => index % 2 === 0);
  return fences.filter(([, language]) => language === "").map(({ index }) => page.slice(index).split("\n")[1] ?? "");
}

describe.each(markdownPages())("%s", (name) => {
  const page = readFileSync(join(CHECKOUT, name), "utf8");

  it("says of each fence what is in it", () => {
    expect(namelessFences(page)).toEqual([]);
  });

  it("has no command that the program does not know", async () => {
    expect(await wrongCommands(page)).toEqual([]);
  });

  it("has no data that cannot be read", () => {
    expect(blocksOf(page).flatMap((block) => wrongData(block) ?? [])).toEqual([]);
  });
});

describe("of planted mistakes", () => {
  const fence = (language: string, text: string): string => `x\n\n\`\`\`${language}\n${text}\n\`\`\`\n`;

  it.each([
    ["a command", "npx logtally cuonts", "unknown command 'cuonts'"],
    ["an option", "npx logtally counts --bye plan", "unknown option '--bye'"],
    ["an option behind a line's end", "npx logtally counts \\\n  --bye plan", "unknown option '--bye'"],
    ["a command in a substitution", 'id="$(npx logtally archive fnd | head -n 1)"', "unknown command 'fnd'"],
    ["a command behind a pipe", "cat x | npx logtally exlpain", "unknown command 'exlpain'"],
    ["a value", "npx logtally counts --days many", "argument 'many' is invalid"],
    ["an argument too many", "npx logtally counts a.yaml b.yaml", "too many arguments"],
    ["an argument too few", "npx logtally archive get", "missing required argument"],
  ])("%s is found", async (_what, script, refusal) => {
    expect((await wrongCommands(fence("sh", script))).join()).toContain(refusal);
  });

  it("a unit with a wrong command is found", async () => {
    expect(await wrongCommands(fence("ini", "[Service]\nExecStart=/usr/bin/npx logtally runn x.yaml"))).toHaveLength(1);
  });

  it.each(["`logtally cuonts`", "`npx logtally counts --bye`", "`logtally archive verify --frm`"])(
    "in the text, %s is found",
    async (text) => {
      expect(await wrongCommands(text)).toHaveLength(1);
    },
  );

  it.each([
    ["json", '{"a": 1,}'],
    ["json", '{"a": 1}\n{"a": 1'],
    ["yaml", "a: [1"],
    ["yaml", "name: a\nsource: {kind: stdin}\narchive: {kind: folder, pth: x}"],
    ["yaml", "version: 1\nevents:\n  a: {log: rails.api, wen: {}}"],
    ["yaml", "version: 1\nname: a\ndestination: {kind: paper}"],
  ])("%s that is wrong is found", (language, text) => {
    expect(blocksOf(fence(language, text)).map(wrongData)).toEqual([expect.any(String)]);
  });

  it("a fence without a language is found", () => {
    expect(namelessFences(fence("", "a line"))).toEqual(["a line"]);
    expect(namelessFences(fence("text", "a line"))).toEqual([]);
  });

  it("what only looks like one is left alone", async () => {
    const script = [
      "id=$(npx logtally archive find --meta --archive a | cut -d '\"' -f 4) # npx logtally nothing",
      'npx logtally archive get "$(npx logtally archive find --meta | cut -d \'"\' -f 4)" --archive a 2> b',
      "gcloud iam service-accounts create logtally-worker",
      "npx logtally archive verify --after SEQUENCE:HASH",
    ].join("\n");
    expect(await wrongCommands(fence("sh", script))).toEqual([]);
    expect(
      await wrongCommands("`logtally archive …`, `logtally archive get [options] <id>`, `logtally run --from`"),
    ).toEqual([]);
  });
});
