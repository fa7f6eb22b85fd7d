/**
 * Goal: databases that spill at the same time keep out of each other's way, and a file is read for what is in it, wherever
 * it lies. One that cannot be opened is no fault of the program.
 * Method: two databases with little memory and much to sort; files in folders whose names mean something to DuckDB; a
 * database that refuses.
 */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it, vi } from "vitest";
import { IoError } from "../../../src/core/fault.ts";
import { openDuckDb, sqlParquet, sqlText } from "../../../src/counts/tables/duck-db.ts";
import { tempFolder } from "../../backends/temp-folder.ts";

const ROWS = 3_000_000;

describe("a database", () => {
  it("spills apart from others, and leaves nothing behind", async () => {
    const folder = await tempFolder();
    const options = { memoryLimit: "60MB", spillDirectory: join(folder, "spill") };
    const databases = await Promise.all([openDuckDb(options, 1), openDuckDb(options, 1)]);
    const words = ["a", "b"];
    await Promise.all(
      databases.map(({ run }, index) =>
        run(`CREATE TABLE t AS SELECT md5('${words[index]}' || range::VARCHAR) AS text FROM range(${ROWS})`),
      ),
    );
    expect((await readdir(folder)).length).toBe(2);
    for (const [index, { query }] of databases.entries()) {
      const wrong = `SELECT count(*) AS wrong FROM range(${ROWS}) ANTI JOIN t ON text = md5('${words[index]}' || range::VARCHAR)`;
      expect(await query(wrong)).toEqual([{ wrong: 0n }]);
    }
    for (const { close } of databases) close();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(["no database", "no connection"])("that cannot be opened is told, and left closed: %s", async (what) => {
    using create = vi.spyOn(DuckDBInstance, "create");
    using connect = vi.spyOn(DuckDBInstance.prototype, "connect");
    using close = vi.spyOn(DuckDBInstance.prototype, "closeSync");
    const refuses = what === "no database" ? create : connect;
    refuses.mockRejectedValueOnce(new Error("Out of Memory Error: failed to allocate data"));
    const opening = openDuckDb({ memoryLimit: "60MB", spillDirectory: "no-spill" }, 1);
    await expect(opening).rejects.toThrow(IoError);
    await expect(opening).rejects.toMatchObject({ code: "full" });
    expect(close).toHaveBeenCalledTimes(what === "no database" ? 0 : 1);
  });
});

describe("a Parquet file", () => {
  it.each(["plan=gold", "a*b", "a?b", "a[b]", "it's"])("in a folder %j is read for what is in it", async (name) => {
    const folder = join(await tempFolder(), name);
    await mkdir(folder);
    // What a pattern would find too.
    const other = join(folder, "..", name.replace(/[*?]/, "x"));
    await mkdir(other, { recursive: true });
    const db = await openDuckDb({ memoryLimit: "60MB", spillDirectory: join(folder, "spill") }, 1);
    const path = join(folder, "facts.parquet");
    for (const place of new Set([path, join(other, "facts.parquet")])) {
      await db.run(`COPY (SELECT 'free' AS plan) TO ${sqlText(place)} (FORMAT parquet)`);
    }
    expect(await db.query(`SELECT plan FROM ${sqlParquet([path])}`)).toEqual([{ plan: "free" }]);
    db.close();
  });
});
