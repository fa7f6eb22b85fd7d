/**
 * Goal: in an archive in a folder nobody but its owner can read a key, and whoever may read the folder can read the rest.
 * Method: an archive with everything in it, written under the usual umask; the mode of each file against docs/security.md.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { FIXTURES, filesBelow, logtally } from "../cli/logtally.ts";
import { rowsOf } from "./role-table.ts";

const PAGE = join(FIXTURES, "../docs/security.md");
const MODE_BITS = 0o777;

let umask: number;
beforeEach(() => {
  umask = process.umask(0o022);
});
afterEach(() => {
  process.umask(umask);
});

it("files of an archive have the modes that the page tells", async () => {
  const archive = join(await tempFolder(), "archive");
  const input = join(FIXTURES, "local/*/input.ndjson");
  for (const args of [["run", "--from", input], ["seal"], ["sign"], ["counts"]]) {
    expect(await logtally([...args, "--archive", archive])).toMatchObject({ code: 0 });
  }
  const rows = rowsOf(await readFile(PAGE, "utf8"), "| files of an archive | mode | so that |");
  const told = rows.map(([name = "", mode = ""]) => ({
    pattern: new RegExp(`^${name.replaceAll("`", "").replaceAll(".", "\\.").replaceAll("*", ".*")}$`),
    mode: mode.replaceAll("`", ""),
    files: 0,
  }));
  for (const file of await filesBelow(archive)) {
    const row = told.find(({ pattern }) => pattern.test(file));
    if (row !== undefined) row.files += 1;
    const { mode } = await stat(join(archive, file));
    expect(`${file} ${(mode & MODE_BITS).toString(8).padStart(4, "0")}`).toBe(`${file} ${row?.mode}`);
  }
  expect(told.filter(({ files }) => files === 0)).toEqual([]);
});
