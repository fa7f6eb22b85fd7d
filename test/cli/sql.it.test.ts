/**
 * Goal: `archive sql` answers as `counts` does, from sealed and unsealed lines alike; nothing that is written in SQL
 * reaches a file, the network, an extension or a limit; columns that tell persons apart are there only where opened.
 * Method: the program as a user starts it; `counts` is the yardstick; a list of hostile statements.
 */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../backends/temp-folder.ts";
import { generated } from "./generated.ts";
import { countsOf, expectOneLine, logtally, type Outcome, run, startLogtally } from "./logtally.ts";

let archive = "";
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "logtally-test-"));
  const { path } = await generated("--lines", "3000", "--republish", "0.05");
  await run(archive, [path]);
});

afterAll(() => rm(archive, { recursive: true }));

const sql = (select: string, ...more: readonly string[]): Promise<Outcome> =>
  logtally(["archive", "sql", select, "--archive", archive, ...more]);

async function rows(select: string, ...more: readonly string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await sql(select, "--format", "json", ...more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Record<string, unknown>[];
}

const BY_EVENT = "SELECT event, count(*) AS events FROM facts GROUP BY event ORDER BY event";

describe("SQL over facts", () => {
  it("counts what counts counts, before and after a seal", async () => {
    const expected = Object.entries(await countsOf(archive)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const counted = async () => (await rows(BY_EVENT)).map(({ event, events }) => [event, events]);
    expect(await counted()).toEqual(expected);
    expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
    expect(await counted()).toEqual(expected);
    // The same lines in another stream count once.
    const { path } = await generated("--lines", "3000", "--republish", "0.05");
    const other = await logtally(["run", "--archive", archive, "--set", "name=other", "--from", path]);
    expect(other).toMatchObject({ code: 0 });
    expect(await counted()).toEqual(expected);
  });

  it("has the columns that a deployment lets be seen row by row", async () => {
    const columns = async (...more: readonly string[]) =>
      Object.keys((await rows("FROM facts LIMIT 1", ...more))[0] ?? {});
    const shared = ["time", "event", "operation", "detail", "instance", "plan"];
    const visible = [...shared, "root_group", "project", "category", "visitor_pseudonym", "log", "id"];
    expect(await columns()).toEqual(visible);
    const opened = await columns("--set", "reporting.identifiable=[user]");
    expect(opened.toSorted()).toEqual([...visible, "own_group", "user_pseudonym"].toSorted());
    const managed = ["--set", "deployment=self_managed"];
    expect(await columns(...managed)).toEqual([...shared, "category", "log", "id"]);

    const refused = await sql("SELECT count(DISTINCT user_pseudonym) FROM facts");
    expect(refused.code).toBe(2);
    expectOneLine(refused.stderr, "does not let rows by user be reported", "reporting.identifiable=[user]");
    const groups = await sql("SELECT root_group FROM facts", ...managed);
    expectOneLine(groups.stderr, "rows by group");
  });

  it("folds the groups of persons where counts does", async () => {
    const fold = ["--set", "reporting.fold_personal=true"];
    const counts = await logtally([
      "counts",
      "--archive",
      archive,
      "--by",
      "group",
      "--period",
      "all",
      "--format",
      "json",
      "--no-sessions",
      ...fold,
    ]);
    const expected: Record<string, number> = {};
    const found = JSON.parse(counts.stdout) as {
      readonly rows: readonly { readonly key: string; readonly count: number }[];
    };
    for (const { key, count } of found.rows) expected[key] = (expected[key] ?? 0) + count;
    const answered = await rows("SELECT root_group, count(*) AS events FROM facts GROUP BY ALL", ...fold);
    expect(Object.fromEntries(answered.map((row) => [row["root_group"], row["events"]]))).toEqual(expected);
    expect(Object.keys(expected)).toContain("(personal)");
  });

  it("takes a span by the times of the facts", async () => {
    const [all] = await rows("SELECT count(*) AS n, min(time) AS first, max(time) AS last FROM facts");
    const middle = "2020-12-22T08:20:00Z";
    const [before] = await rows("SELECT count(*) AS n, max(time) AS last FROM facts", "--until", middle);
    const [after] = await rows("SELECT count(*) AS n, min(time) AS first FROM facts", "--since", middle);
    expect(Number(before?.["n"]) + Number(after?.["n"])).toBe(all?.["n"]);
    expect(Number(before?.["n"])).toBeGreaterThan(0);
    expect(String(before?.["last"]) < middle && middle <= String(after?.["first"])).toBe(true);
  });

  it("gives the ids of the lines that tell of events", async () => {
    const [row] = await rows("SELECT id FROM facts WHERE event = 'git_push' ORDER BY id LIMIT 1");
    const find = await logtally(["archive", "find", "--event", "git_push", "--meta", "--archive", archive]);
    const ids = find.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { readonly id: string }).id);
    expect(row?.["id"]).toBe(ids.toSorted()[0]);
  });

  it("writes each kind of value in each format", async () => {
    const select =
      "SELECT 1::BIGINT AS n, 9007199254740993 AS big, 1.5 AS d, NULL AS nothing, true AS b, 'a,\"b\"' AS t, [1, 2] AS l, " +
      "{'k': 'v'} AS s, TIMESTAMP '2020-12-22 08:00:00.5' AS at";
    expect(await rows(select)).toEqual([
      {
        n: 1,
        big: "9007199254740993",
        d: 1.5,
        nothing: null,
        b: true,
        t: 'a,"b"',
        l: [1, 2],
        s: { k: "v" },
        at: "2020-12-22T08:00:00.5Z",
      },
    ]);
    const csv = await sql(select, "--format", "csv");
    expect(csv.stdout).toBe(
      'n,big,d,nothing,b,t,l,s,at\n1,9007199254740993,1.5,,true,"a,""b""","[1,2]","{""k"":""v""}",2020-12-22T08:00:00.5Z\n',
    );
    expect((await sql("SELECT 1 AS a, 'x' AS b")).stdout).toBe("a  b\n1  x\n");
    expect((await sql("SELECT 1 AS a WHERE false", "--format", "json")).stdout).toBe("[]\n");
    const long = await sql("SELECT range AS n FROM range(5000)");
    expect(long.stdout.trimEnd().split("\n")).toHaveLength(1001);
    expect(long.stderr).toContain("there are more");
    const whole = await rows("SELECT range AS n FROM range(5000)");
    expect(whole).toHaveLength(5000);
  });
});

describe("hostile SQL", () => {
  it("reaches nothing", async () => {
    const folder = await tempFolder();
    const secret = join(folder, "secret.csv");
    await writeFile(secret, "a,b\n1,swordfish\n");
    const statements = [
      `SELECT * FROM read_csv('${secret}')`,
      `COPY facts TO '${join(folder, "out")}'`,
      `SELECT 1; COPY facts TO '${join(folder, "out")}'`,
      "SET enable_external_access = true",
      "SELECT * FROM dictionary",
    ];
    for (const statement of statements) {
      const { code, stdout, stderr } = await sql(statement, "--format", "json");
      expect({ statement, code, stdout }).toEqual({ statement, code: 2, stdout: "" });
      expectOneLine(stderr, "logtally: ask SQL: ");
      expect(stderr).not.toContain("swordfish");
    }
    expect(await readdir(folder)).toEqual(["secret.csv"]);
  });

  it("and a mistake is told in one line", async () => {
    const { code, stdout, stderr } = await sql("SELEC 1");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expectOneLine(stderr, 'syntax error at or near "SELEC"');
  });

  it("neither takes all memory nor all time, and leaves nothing behind", async () => {
    const before = await scratch();
    const large = await sql("SELECT list(range || 'x') FROM range(100000000)");
    expect(large.code).toBe(3);
    expectOneLine(large.stderr, "Out of Memory", "ask for less");
    const long = await sql("SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b", "--timeout", "1");
    expect(long.code).toBe(2);
    expectOneLine(long.stderr, "no whole answer after 1 s");
    expect(await scratch()).toEqual(before);
  });

  it("is stopped by a signal, also in the middle of an answer, which is not taken for whole", async () => {
    const select = "SELECT range AS n FROM range(100000000000)";
    const { child, ended } = startLogtally(["archive", "sql", select, "--archive", archive, "--format", "csv"]);
    child.stdout?.once("data", () => child.kill("SIGINT"));
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain("what is printed is not all");
  });

  it("needs an archive", async () => {
    const { code, stderr } = await logtally([
      "archive",
      "sql",
      "SELECT 1",
      "--archive",
      join(await tempFolder(), "none"),
    ]);
    expect(code).toBe(2);
    expectOneLine(stderr, "no such folder");
  });
});

/** What processes have left in the system's folder. */
async function scratch(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => /^logtally-(?!test-)/.test(name)).toSorted();
}
