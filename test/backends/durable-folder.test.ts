/** Goal: folders are made with all above them, or that fails and ends. Method: on the real file system. */
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolderDurably } from "../../src/backends/files/durable-folder.ts";
import { tempFolder } from "./temp-folder.ts";

it("makes a folder and those above it, whoever else does so at the same time", async () => {
  const path = join(await tempFolder(), "a/b/c");
  await Promise.all([1, 2, 3].map(() => makeFolderDurably(path)));
  expect((await stat(path)).isDirectory()).toBe(true);
  await makeFolderDurably(path);
});

it("fails where a file is in the way", async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, "file"), "");
  await expect(makeFolderDurably(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolderDurably(join(folder, "file/a"))).rejects.toMatchObject({ code: "EEXIST" });
});

// Linux says there that the parent is missing, though it is not.
it("fails where the system makes none, and ends", async () => {
  await expect(makeFolderDurably("/proc/logtally/a")).rejects.toThrow(/mkdir/);
});
