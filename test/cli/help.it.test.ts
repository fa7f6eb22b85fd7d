/** Goal: the help of every command says what it takes; a change to it is seen. Method: snapshots of what is printed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, logtally } from "./logtally.ts";

const COMMANDS = [
  "",
  "run",
  "check",
  "setup",
  "seal",
  "counts",
  "coverage",
  "report",
  "ledger",
  "recount",
  "facts",
  "facts rebuild",
  "archive",
  "archive ls",
  "archive find",
  "archive prove",
  "archive check-proof",
  "archive export",
  "sign",
  "gc",
  "index",
  "index redrive",
  "index rebuild",
  "index expire",
  "explain",
  "explore",
  "test",
  "generate",
  "size",
  "demo",
];

describe("the help", () => {
  it.each(COMMANDS)("of %j", async (command) => {
    const words = command.split(" ").filter((word) => word !== "");
    const outcome = await logtally([...words, "--help"]);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toMatchSnapshot();
  });

  it("names every command", async () => {
    const { stdout } = await logtally(["--help"]);
    const listed = [...stdout.matchAll(/^ {2}(\w+)(?: [[<].*?)? {2,}/gm)].map(([, name]) => name);
    const known = COMMANDS.map((command) => command.split(" ")[0]).filter((name) => name !== "");
    expect(new Set(listed.filter((name) => name !== "help" && !/^\d+$/.test(name ?? "")))).toEqual(new Set(known));
  });

  it("is beside a version", async () => {
    const { version } = JSON.parse(await readFile(join(FIXTURES, "../package.json"), "utf8")) as { version: string };
    expect(await logtally(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });
});
