/**
 * Goal: a file has its name only when it is whole, and what a killed process had begun is no part of it.
 * Method: files in a temporary folder; a kill is a writer that nobody finishes. What is written is read by zstd itself.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { expect, it } from "vitest";
import { createHourFiles } from "../../src/backends/files/hour-files.ts";
import { tempFolder } from "./temp-folder.ts";

const text = async (path: string): Promise<string> => zstdDecompressSync(await readFile(path)).toString();

it("files appear whole, and without what a killed writer had begun", async () => {
  const folder = join(await tempFolder(), "lines");
  const killed = createHourFiles(folder);
  await killed.append("2020-12-22/09.ndjson.zst", Buffer.from("killed\n"));
  expect(await readdir(join(folder, "2020-12-22"))).toEqual(["09.ndjson.zst.unfinished"]);

  const files = createHourFiles(folder);
  for (const part of ["a\n", "b\n"]) await files.append("2020-12-22/09.ndjson.zst", Buffer.from(part));
  await files.append("undated.ndjson.zst", Buffer.from("c\n"));
  await files.finish();
  expect(await readdir(join(folder, "2020-12-22"))).toEqual(["09.ndjson.zst"]);
  expect(await text(join(folder, "2020-12-22/09.ndjson.zst"))).toBe("a\nb\n");
  expect(await text(join(folder, "undated.ndjson.zst"))).toBe("c\n");

  await files.append("2020-12-22/09.ndjson.zst", Buffer.from("again\n"));
  expect(await text(join(folder, "2020-12-22/09.ndjson.zst"))).toBe("a\nb\n");
  await files.finish();
  expect(await text(join(folder, "2020-12-22/09.ndjson.zst"))).toBe("again\n");
});

it("a folder that cannot be written is told", async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, "2020-12-22"), "");
  await expect(createHourFiles(folder).append("2020-12-22/09.ndjson.zst", Buffer.from("a"))).rejects.toMatchObject({
    name: "IoError",
    message: expect.stringContaining(join(folder, "2020-12-22")),
  });
  await mkdir(join(folder, "undated.ndjson.zst.unfinished"));
  await expect(createHourFiles(folder).append("undated.ndjson.zst", Buffer.from("a"))).rejects.toMatchObject({
    name: "IoError",
  });
});
