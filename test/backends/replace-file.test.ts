/** Goal: a file gets its text whole, and nothing is left beside it. Method: real files, also where none may be made. */
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { removeUnfinished, replaceFile, replaceNamedFile } from "../../src/backends/files/replace-file.ts";
import { tempFolder } from "./temp-folder.ts";

describe("replacing a file", () => {
  it("gives it the text and the rights, there before or not", async () => {
    const folder = await tempFolder();
    const path = join(folder, "a");
    await replaceFile(path, "first", 0o600);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await replaceFile(path, "second", 0o640);
    expect(await readFile(path, "utf8")).toBe("second");
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("leaves a reader with the text that it has opened", async () => {
    const path = join(await tempFolder(), "a");
    await writeFile(path, "first");
    const { ino } = await stat(path);
    await replaceFile(path, "second", 0o600);
    expect((await stat(path)).ino).not.toBe(ino);
  });

  it("says which file cannot be replaced, and leaves nothing behind", async () => {
    const folder = await tempFolder();
    await expect(replaceFile(join(folder, "none/a"), "x", 0o600)).rejects.toThrow(`replace "${folder}/none/a": `);
    await mkdir(join(folder, "b"));
    await expect(replaceFile(join(folder, "b"), "x", 0o600)).rejects.toThrow(`replace "${folder}/b": `);
    expect(await readdir(folder)).toEqual(["b"]);
  });

  it("that a user names leaves it its rights, whatever the mask, and takes the place of nothing else", async () => {
    const folder = await tempFolder();
    for (const [name, mode] of [
      ["own", 0o600],
      ["all", 0o666],
    ] as const) {
      await writeFile(join(folder, name), "before");
      await chmod(join(folder, name), mode);
      await replaceNamedFile(join(folder, name), "after", 0o644);
      expect(await readFile(join(folder, name), "utf8")).toBe("after");
      expect((await stat(join(folder, name))).mode & 0o777).toBe(mode);
    }
    await symlink("own", join(folder, "link"));
    await mkdir(join(folder, "folder"));
    await expect(replaceNamedFile(join(folder, "link"), "x", 0o644)).rejects.toThrow("it is a symbolic link");
    await expect(replaceNamedFile(join(folder, "folder"), "x", 0o644)).rejects.toThrow("it is a folder");
    expect(await readFile(join(folder, "own"), "utf8")).toBe("after");
    expect((await readdir(folder)).toSorted()).toEqual(["all", "folder", "link", "own"]);
  });

  it("leaves what a killed process began to whoever is alone there next, and nothing else is touched", async () => {
    const folder = await tempFolder();
    for (const name of ["a", ".a.0b0c8a3e", ".b.0b0c8a3e", "a.1"]) await writeFile(join(folder, name), "x");
    await removeUnfinished(join(folder, "a"));
    expect((await readdir(folder)).toSorted()).toEqual([".b.0b0c8a3e", "a", "a.1"]);
  });
});
