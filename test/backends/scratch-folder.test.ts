/**
 * Goal: scratch files do not pile up, however processes end, and nobody else's are touched.
 * Method: a folder with what others have left there, old and young.
 */
import { mkdir, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createScratchFolder } from "../../src/backends/files/scratch-folder.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { tempFolder } from "./temp-folder.ts";

const NOW_MS = Date.UTC(2020, 11, 24);
const UUID = "0b0c8a3e-5d3f-4f0e-9b1a-2f8f5f1c7d6e";

it("removes what killed processes left a week ago, and its own at once", async () => {
  const folder = await tempFolder();
  const lefts: readonly (readonly [name: string, ageMs: number])[] = [
    [`logtally-${UUID}`, 8 * DAY_MS],
    [`logtally-${UUID.replace("0", "1")}`, 6 * DAY_MS],
    [`logtally-${UUID}.txt`, 8 * DAY_MS],
    ["logtally-archive", 8 * DAY_MS],
  ];
  for (const [name] of lefts) await writeFile(join(folder, name), "x");
  await mkdir(join(folder, `logtally-spill-${UUID}-2`));
  await writeFile(join(folder, `logtally-spill-${UUID}-2`, "duckdb_temp_storage-0.tmp"), "x");
  for (const [name, ageMs] of [...lefts, [`logtally-spill-${UUID}-2`, 8 * DAY_MS] as const]) {
    const at = new Date(NOW_MS - ageMs);
    await utimes(join(folder, name), at, at);
  }
  const scratch = createScratchFolder(folder, () => NOW_MS);
  expect((await scratch.collect((path) => writeFile(path, "bytes"))).toString()).toBe("bytes");
  expect((await readdir(folder)).toSorted()).toEqual(
    [`logtally-${UUID.replace("0", "1")}`, `logtally-${UUID}.txt`, "logtally-archive"].toSorted(),
  );
});

it("works where what others left cannot be listed, or not be looked at", async () => {
  const folder = join(await tempFolder(), "made/by/it");
  const collect = (): Promise<Buffer> =>
    createScratchFolder(folder, () => NOW_MS).collect((path) => writeFile(path, "bytes"));
  expect((await collect()).toString()).toBe("bytes");
  // A link to itself leads nowhere, and no look at it succeeds.
  await symlink(`logtally-${UUID}`, join(folder, `logtally-${UUID}`));
  expect((await collect()).toString()).toBe("bytes");
  expect(await readdir(folder)).toEqual([`logtally-${UUID}`]);
});
