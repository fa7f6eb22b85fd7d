/**
 * Goal: a help lists commands as they are, though it loads none of them; and a command that is asked for is loaded,
 * however it is asked.
 * Method: the help of the program without any command loaded against that with all of them; arguments over a small table.
 */
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { type Asked, addCommands, type CommandTable } from "../../src/cli/command-table.ts";
import { createProgram } from "../../src/cli/program.ts";

/** The command with that name below the program; the program itself without one. */
function helpOf(program: Command, name?: string): string {
  const group = name === undefined ? program : program.commands.find((command) => command.name() === name);
  return group?.helpInformation() ?? "";
}

describe("the help", () => {
  it("of the program lists commands as they are", async () => {
    expect(helpOf(await createProgram(["--help"]))).toBe(helpOf(await createProgram("all")));
  });

  it.each(["archive", "index"])("of %s lists commands as they are", async (name) => {
    const outlined = helpOf(await createProgram([name, "--help"]), name);
    expect(outlined).toContain("[options] ");
    expect(outlined).toBe(helpOf(await createProgram("all"), name));
  });
});

describe("of the commands of a table", () => {
  /** The names that are loaded, each with what is asked behind it. */
  async function loadedFor(asked: Asked): Promise<[string, Asked][]> {
    const loaded: [string, Asked][] = [];
    const entry = (name: string) => ({
      takes: "[options] <file>",
      summary: `does ${name}`,
      load: async (below: Asked) => {
        loaded.push([name, below]);
        return new Command(name);
      },
    });
    const table: CommandTable = { find: entry("find"), get: entry("get") };
    const group = new Command("archive");
    await addCommands(group, table, asked);
    expect(group.commands.map((command) => `${command.name()}: ${command.summary()}`)).toEqual([
      "find: does find",
      "get: does get",
    ]);
    return loaded;
  }

  it.each([
    ["by its name", ["get", "--json"], ["--json"]],
    ["behind the word help", ["help", "get"], []],
    ["behind the end of options", ["--", "get", "find"], ["find"]],
    ["behind options", ["--version", "get"], []],
  ])("the one that is asked for is loaded: %s", async (_how, asked, below) => {
    expect(await loadedFor(asked)).toEqual([["get", below]]);
  });

  it.each([[[]], [["--help"]], [["got", "--help"]], [["toString"]]])("none is loaded for %j", async (asked) => {
    expect(await loadedFor(asked)).toEqual([]);
  });

  it("all are loaded for documentation", async () => {
    expect(await loadedFor("all")).toEqual([
      ["find", "all"],
      ["get", "all"],
    ]);
  });
});
