/** Goal: a control file is made once, whole, for its owner only. Method: real files, also by many at once. */
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createControlFile, readControlFile } from "../../src/backends/files/control-file.ts";
import { tempFolder } from "./temp-folder.ts";

describe("a control file", () => {
  it("is made with its folders, readable by its owner only", async () => {
    const path = join(await tempFolder(), "ctl/key");
    expect(await readControlFile(path)).toBeNull();
    expect(await createControlFile(path, "secret\n")).toBe("secret\n");
    expect(await readControlFile(path)).toBe("secret\n");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is never changed: whoever comes later gets what is there", async () => {
    const path = join(await tempFolder(), "key");
    await createControlFile(path, "first");
    expect(await createControlFile(path, "second")).toBe("first");
    expect(await readControlFile(path)).toBe("first");
  });

  it("is whole for everybody, also where many make it at once", async () => {
    const folder = await tempFolder();
    for (let round = 0; round < 20; round += 1) {
      const path = join(folder, `key-${round}`);
      const texts = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(64));
      const held = await Promise.all(texts.map((text) => createControlFile(path, text)));
      expect(new Set(held)).toEqual(new Set([await readControlFile(path)]));
      expect(texts).toContain(held[0]);
    }
    expect(await readdir(folder)).toHaveLength(20);
  });

  it("says which file cannot be made", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "file"), "");
    await expect(createControlFile(join(folder, "file/key"), "x")).rejects.toThrow(`create "${folder}/file/key": `);
    await expect(readControlFile(folder)).rejects.toThrow(`read "${folder}": `);
  });
});
