/**
 * Goal: what somebody writes as SQL reads one file and nothing else; whatever else it tries is refused in one line, and a
 * stop at any moment is no end of an answer.
 * Method: a list of hostile statements and one of mistakes, on a session over a file of our own.
 */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqlSession, type SqlSession } from "../../../src/counts/sql/sql-session.ts";
import type { SqlValue } from "../../../src/counts/sql/sql-value.ts";
import { openDuckDb, sqlText } from "../../../src/counts/tables/duck-db.ts";
import { tempFolder } from "../../backends/temp-folder.ts";

const NEVER = new AbortController().signal;

let folder = "";
let session: SqlSession;
beforeEach(async () => {
  folder = await tempFolder();
  const path = join(folder, "facts.parquet");
  const options = { memoryLimit: "100MB", spillDirectory: join(folder, "spill") };
  const db = await openDuckDb(options, 1);
  await db.run(`COPY (SELECT range AS n, 'a' AS event FROM range(10)) TO ${sqlText(path)} (FORMAT parquet)`);
  db.close();
  session = await openSqlSession(options, path);
});
afterEach(() => session.close());

async function ask(sql: string, signal = NEVER): Promise<(readonly SqlValue[])[]> {
  const rows: (readonly SqlValue[])[] = [];
  for await (const portion of (await session.ask(sql, signal)).portions()) rows.push(...portion);
  return rows;
}

/** The message of a refusal. */
async function refusal(sql: string): Promise<string> {
  const error: unknown = await ask(sql).catch((reason: unknown) => reason);
  expect({ sql, error }).toEqual({ sql, error: expect.objectContaining({ name: "UsageError" }) });
  const { message } = error as Error;
  expect(message).toMatch(/^ask SQL: [^\n]+ \(hint: [^\n]+\)$/);
  return message;
}

describe("a session", () => {
  it("reads the facts", async () => {
    expect(await ask("SELECT sum(n), event FROM facts GROUP BY event")).toEqual([[45, "a"]]);
    expect(await ask("WITH x AS (FROM facts) SELECT count(*) FROM x WHERE n > 4;")).toEqual([[5]]);
  });

  it("reaches nothing else", async () => {
    const secret = join(folder, "secret.csv");
    await writeFile(secret, "a,b\n1,swordfish\n");
    const out = join(folder, "out");
    const statements = [
      `SELECT * FROM read_csv('${secret}')`,
      `SELECT * FROM read_text('${secret}')`,
      `SELECT * FROM read_blob('${secret}')`,
      `SELECT * FROM '${secret}'`,
      `SELECT * FROM read_parquet('${folder}/*.parquet')`,
      `SELECT * FROM glob('${folder}/*')`,
      `SELECT * FROM sniff_csv('${secret}')`,
      `SELECT * FROM parquet_metadata('${secret}')`,
      "SELECT * FROM read_csv('http://127.0.0.1:1/x')",
      `SELECT * FROM query('COPY facts TO ''${out}''')`,
      `COPY facts TO '${out}'`,
      `COPY (SELECT 1) TO '${out}'`,
      `EXPORT DATABASE '${out}'`,
      `ATTACH '${out}'`,
      "INSTALL httpfs",
      "LOAD httpfs",
      "SET memory_limit = '100GB'",
      "SET enable_external_access = true",
      "RESET lock_configuration",
      "PRAGMA memory_limit = '100GB'",
      "CREATE TABLE x AS SELECT 1",
      "DROP VIEW facts",
      "INSERT INTO facts VALUES (1)",
      "EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1",
      "PREPARE p AS SELECT 1",
      "BEGIN",
      "CALL pragma_version()",
      "SELECT 1; SELECT 2",
      `SELECT 1; COPY facts TO '${out}'`,
      "SELECT getenv('HOME')",
      "SELECT * FROM fact",
      "SELECT * FROM dictionary",
      "SELECT $1",
    ];
    for (const statement of statements) expect(await refusal(statement)).not.toContain("swordfish");
    expect((await readdir(folder)).toSorted()).toEqual(["facts.parquet", "secret.csv"]);
    expect(await ask("SELECT count(*) FROM facts")).toEqual([[10]]);
  });

  it("tells mistakes in one line", async () => {
    for (const [statement, message] of [
      ["SELEC 1", 'syntax error at or near "SELEC"'],
      ["SELECT nope FROM facts", 'column "nope" not found'],
      ["SELECT * FROM nothing", "the view facts is all that there is"],
      ["", "it is empty"],
      [" \n", "it is empty"],
      ["  -- nothing", "it is empty"],
      [";", "it is empty"],
      ["SELECT 'x'::INTEGER", "Could not convert"],
      ["SELECT 1/", "syntax error"],
      ["SELECT error('line\none\u001b[2J')", "line"],
    ] as const) {
      expect(await refusal(statement)).toContain(message);
    }
  });

  it("gives up what takes more memory than there is", async () => {
    await expect(ask("SELECT list(range || 'x') FROM range(100000000)")).rejects.toMatchObject({
      name: "IoError",
      code: "full",
      message: expect.stringMatching(/^ask SQL: Out of Memory [^\n]*ask for less/),
    });
  });

  it("is stopped at any moment, and what was given by then is not taken for all", async () => {
    const reason = new Error("stopped");
    const fast = "SELECT range AS n FROM range(100000000000)";
    // Behind its first rows it looks for more for hours: once that is interrupted, DuckDB says that there are no more.
    const stuck = `${fast} WHERE range < 300000 OR range % 1000000007 = 1`;
    for (const [select, afterMs] of [
      [fast, 1],
      [fast, 30],
      [stuck, 300],
    ] as const) {
      const stop = new AbortController();
      const answer = await session.ask(select, stop.signal);
      setTimeout(() => stop.abort(reason), afterMs);
      const reading = (async () => {
        for await (const portion of answer.portions()) expect(portion.length).toBeGreaterThan(0);
      })();
      await expect(reading).rejects.toBe(reason);
    }

    const again = new AbortController();
    setTimeout(() => again.abort(reason), 200);
    const endless = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b";
    await expect(ask(endless, again.signal)).rejects.toBe(reason);
    await expect(ask("SELECT 1", again.signal)).rejects.toBe(reason);

    // Before DuckDB has begun, when it forgets that it was interrupted.
    const early = new AbortController();
    const asking = ask(endless, early.signal);
    early.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });

  it("refuses values that nobody can read", async () => {
    expect(await refusal("SELECT repeat('x', 9000000) AS v")).toContain("a value of more than 8388608 characters");
    expect(await ask("SELECT length(repeat('x', 9000000)) AS v")).toEqual([[9_000_000]]);
  });
});
