/**
 * Goal: the facts that SQL is asked of are all there, and whoever stops the command gets none of them.
 * Method: an archive in memory, half sealed; the file is counted by DuckDB.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { columnsFor } from "../../../src/counts/sql/fact-columns.ts";
import { openDuckDb, sqlParquet } from "../../../src/counts/tables/duck-db.ts";
import { tempFolder } from "../../backends/temp-folder.ts";
import { apiLine, testArchive } from "../facts/sealed-archive.ts";

const NEVER = new AbortController().signal;
const AT_MS = Date.UTC(2020, 11, 22, 9);
const SELECTION = {
  columns: columnsFor({ deployment: "saas", opened: [] }).shown,
  sinceMs: null,
  untilMs: null,
  foldsPersonal: false,
};

async function linesIn(path: string): Promise<number> {
  const db = await openDuckDb({ memoryLimit: "100MB", spillDirectory: `${path}.spill` }, 1);
  const [row] = await db.query(`SELECT count(DISTINCT id) AS n FROM ${sqlParquet([path])}`);
  db.close();
  return Number(row?.["n"]);
}

it("has the facts that are sealed and those that are not, and is not begun once the command is stopped", async () => {
  const archive = await testArchive();
  const folder = await tempFolder();
  await archive.add([apiLine(AT_MS), apiLine(AT_MS + 1)]);
  await archive.seal();
  await archive.add([apiLine(AT_MS + 2)]);
  const path = join(folder, "facts.parquet");
  await archive.counting((counts) => counts.writeFacts(SELECTION, path, NEVER));
  expect(await linesIn(path)).toBe(3);

  const reason = new Error("stopped");
  const stopped = join(folder, "stopped.parquet");
  const writing = archive.counting((counts) => counts.writeFacts(SELECTION, stopped, AbortSignal.abort(reason)));
  await expect(writing).rejects.toBe(reason);
  expect(existsSync(stopped)).toBe(false);
});
