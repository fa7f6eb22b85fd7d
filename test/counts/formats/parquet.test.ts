/**
 * Goal: a warehouse reads the counts from Parquet with the right types, nulls and texts, and what they are of.
 * Method: files of sample rows, read back: their rows, their schema, and their own metadata.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScratchFolder } from "../../../src/backends/files/scratch-folder.ts";
import type { CountRow } from "../../../src/counts/cube.ts";
import { countsParquet } from "../../../src/counts/formats/parquet.ts";
import { type DuckDb, openDuckDb, type Row, sqlParquet, sqlText } from "../../../src/counts/tables/duck-db.ts";
import { row } from "../sample-rows.ts";
import { HEADER } from "./sample-header.ts";

let folder: string;
let db: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logtally-parquet-"));
  db = await openDuckDb({ memoryLimit: "512MB", spillDirectory: join(folder, "read") }, 1);
});
afterAll(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

async function written(rows: readonly CountRow[], header = HEADER): Promise<Buffer> {
  const scratch = createScratchFolder(join(folder, "scratch"), () => 0);
  return countsParquet(header, rows, { memoryLimit: "512MB", spillDirectory: join(folder, "spill"), scratch });
}

async function pathOf(rows: readonly CountRow[], header = HEADER): Promise<string> {
  const path = join(folder, "counts.parquet");
  await writeFile(path, await written(rows, header));
  return path;
}

async function readBack(rows: readonly CountRow[]): Promise<readonly Row[]> {
  const times = ["from", "to"].map((name) => `epoch_ms("${name}")::BIGINT AS "${name}"`).join(", ");
  return db.query(`SELECT * REPLACE (${times}) FROM ${sqlParquet([await pathOf(rows)])}`);
}

describe("the rows", () => {
  it("are there in their order, with null for what is absent", async () => {
    const rows = [
      row({ key: "z", sessions: 4, sealed: true }),
      row({ segment: "user", key: null, per_user: { mean: 2.67, median: 2.5, max: 5 } }),
      row({ key: "a", count: Number.MAX_SAFE_INTEGER }),
    ];
    const [from, to] = [BigInt(Date.parse("2020-12-17")), BigInt(Date.parse("2020-12-24"))];
    const shared = { event: "git_push", period: "7d", from, to, unique_users: 3n };
    const noSpread = { per_user_mean: null, per_user_median: null, per_user_max: null };
    expect(await readBack(rows)).toEqual([
      { ...shared, segment: "plan", key: "z", count: 12n, sessions: 4n, sealed: true, ...noSpread },
      {
        ...shared,
        segment: "user",
        key: null,
        count: 12n,
        sessions: null,
        sealed: false,
        per_user_mean: 2.67,
        per_user_median: 2.5,
        per_user_max: 5n,
      },
      {
        ...shared,
        segment: "plan",
        key: "a",
        count: BigInt(Number.MAX_SAFE_INTEGER),
        sessions: null,
        sealed: false,
        ...noSpread,
      },
    ]);
  });

  it("keep every key as it is", async () => {
    const keys = ["it's", 'say "hi"', "", "two\nlines", "プラン \u{1f680}", "a\u0000b", "\\", "null", " a "];
    const read = await readBack(keys.map((key) => row({ key })));
    expect(read.map((each) => each["key"])).toEqual(keys);
  });

  it("may be none", async () => {
    expect(await readBack([])).toEqual([]);
  });

  it("give the same bytes each time", async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => row({ key: String(at), count: at + 1 }));
    expect((await written(rows)).equals(await written(rows))).toBe(true);
  });
});

describe("the file", () => {
  it("has whole numbers of 64 bits, and instants in UTC", async () => {
    const schema = await db.query(`
      SELECT name, type, converted_type AS kind, logical_type LIKE '%isAdjustedToUTC=1%' AS utc
      FROM parquet_schema(${sqlText(await pathOf([row()]))}) WHERE type IS NOT NULL`);
    expect(schema.map(({ name, type, kind, utc }) => [name, type, kind, utc].join(" ").trim())).toMatchInlineSnapshot(`
      [
        "event BYTE_ARRAY UTF8",
        "segment BYTE_ARRAY UTF8",
        "key BYTE_ARRAY UTF8",
        "period BYTE_ARRAY UTF8",
        "from INT64 TIMESTAMP_MICROS true",
        "to INT64 TIMESTAMP_MICROS true",
        "count INT64 INT_64",
        "unique_users INT64 INT_64",
        "sessions INT64 INT_64",
        "sealed BOOLEAN",
        "per_user_mean DOUBLE",
        "per_user_median DOUBLE",
        "per_user_max INT64 INT_64",
      ]
    `);
  });

  it.each([
    ["quotes", { ...HEADER, instance: `it's "x" \\ \u0001 é` }],
    ["a digest", { ...HEADER, asOfDigest: { sequence: 3, sha256: "ab" }, sealedThrough: null }],
  ])("says in its metadata what it is of, with %s", async (_name, header) => {
    const path = sqlText(await pathOf([], header));
    const pairs = await db.query(`SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${path})`);
    expect(pairs.map(({ key, value }) => [key, JSON.parse(String(value))])).toEqual([
      [
        "logtally",
        {
          as_of: "2020-12-24",
          as_of_digest: header.asOfDigest,
          deployment: "saas",
          instance: header.instance,
          level: "aggregate",
          widened: [],
          catalogue: "sha256:abc",
          pseudonym_key: "0123abcd",
          sealed_through: header.sealedThrough,
        },
      ],
    ]);
  });
});
