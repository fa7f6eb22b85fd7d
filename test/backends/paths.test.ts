/** Goal: what a user names is what is read, each file once, in order. Method: real files in a folder. */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expandPaths, totalBytes } from "../../src/backends/files/paths.ts";
import { IoError, UsageError } from "../../src/core/fault.ts";
import { tempFolder } from "./temp-folder.ts";

async function folderWith(...names: readonly string[]): Promise<(name: string) => string> {
  const folder = await tempFolder();
  await mkdir(join(folder, "sub"));
  for (const name of names) await writeFile(join(folder, name), "");
  return (name) => join(folder, name);
}

describe("expandPaths", () => {
  it("keeps the order of paths, sorts the files of a glob, and names none twice", async () => {
    const at = await folderWith("c.log", "a.log", "b.log.gz", "sub/d.log");
    expect(await expandPaths([at("c.log"), at("*.log")])).toEqual([at("c.log"), at("a.log")]);
    expect(await expandPaths([at("*")])).toEqual([at("a.log"), at("b.log.gz"), at("c.log")]);
    expect(await expandPaths([at("**/d.log")])).toEqual([at("sub/d.log")]);
  });

  it("takes a file whose name looks like a pattern for that file", async () => {
    const at = await folderWith("[a].log", "a.log");
    expect(await expandPaths([at("[a].log")])).toEqual([at("[a].log")]);
  });

  it("refuses what is missing, a folder, and a glob without a match", async () => {
    const at = await folderWith("a.log");
    const refused = async (name: string): Promise<string> => {
      const error = await expandPaths([at(name)]).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UsageError);
      return (error as UsageError).message.replaceAll(at("x").slice(0, -1), "");
    };
    expect(await refused("b.log")).toBe('read "b.log": no such file');
    expect(await refused("a.log/x")).toBe('read "a.log/x": no such file');
    expect(await refused("sub")).toBe('read "sub": it is a folder (hint: "sub/*" names its files)');
    expect(await refused("*.gz")).toBe('read "*.gz": no file matches');
    expect(await refused("s*")).toBe('read "s*": no file matches');
  });
});

describe("totalBytes", () => {
  it("adds up what is stored", async () => {
    const at = await folderWith("a.log");
    await writeFile(at("b.log"), "12345");
    expect(await totalBytes([at("a.log"), at("b.log")])).toBe(5);
  });

  it("refuses a file that may not be read, before anything is made for it", async () => {
    const at = await folderWith("a.log");
    // Rights do not bind root.
    const denied = Object.assign(new Error("EACCES: permission denied, access 'a.log'"), { code: "EACCES" });
    const hint = "the user that runs this needs the right to read it, and to enter the folders above it";
    await expect(totalBytes([at("a.log")], () => Promise.reject(denied))).rejects.toThrow(
      new IoError("denied", `read "${at("a.log")}": permission denied (hint: ${hint})`),
    );
  });

  it("waits for nobody who would write into a pipe", async () => {
    const at = await folderWith("a.log");
    execFileSync("mkfifo", [at("pipe")]);
    expect(await totalBytes([at("a.log"), at("pipe")])).toBe(0);
  });
});
