/**
 * Goal: whoever counts the facts by SQL, as the page on warehouses has it, comes to the numbers of `counts`.
 * Method: its statements for DuckDB, in their order, on an archive with sessions, late revisions, ids in conflict and facts
 * by two catalogues, and on the one that the page makes; rows held against what the program answers.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { CountRow } from "../src/counts/cube.ts";
import { type DuckDb, openDuckDb, type Row } from "../src/counts/tables/duck-db.ts";
import { tempFolder } from "./backends/temp-folder.ts";
import { generated } from "./cli/generated.ts";
import { FIXTURES, logtally, run } from "./cli/logtally.ts";
import { blocksOf } from "./page-blocks.ts";

const PAGE = join(import.meta.dirname, "../docs/how-to/warehouse.md");
/** As the page has them. */
const [ARCHIVE, AS_OF] = ["my-archive", "2024-05-03"];

/** Of the section on DuckDB: the views, then the two questions. */
let statements: readonly string[];
beforeAll(async () => {
  const page = await readFile(PAGE, "utf8");
  const section = page.slice(page.indexOf("\n## DuckDB\n"), page.indexOf("\n## BigQuery\n"));
  statements = blocksOf(section)
    .filter(({ language }) => language === "sql")
    .map(({ text }) => text);
});

/** The answers of the page to both questions: events with users, and sessions. `digest` is that of the catalogue. */
async function answersOfPage(
  archive: string,
  asOf: string,
  digest: string,
): Promise<readonly [readonly Row[], readonly Row[]]> {
  const db = await openDuckDb({ memoryLimit: "512MB", spillDirectory: join(await tempFolder(), "spill") }, 2);
  try {
    await loadJson(db);
    const [facts = "", standing = "", events = "", sessions = ""] = statements.map((text) =>
      text.replaceAll(`'${ARCHIVE}/`, `'${archive}/`).replaceAll(AS_OF, asOf).replaceAll("DIGEST", digest),
    );
    await db.run(`${facts}; ${standing}`);
    return [await db.query(events), await db.query(sessions)];
  } finally {
    db.close();
  }
}

/** It comes with the library; nothing is fetched. */
async function loadJson({ run: runSql }: DuckDb): Promise<void> {
  await runSql("LOAD json");
}

async function expectAgreement(archive: string, asOf: string): Promise<readonly CountRow[]> {
  const asked = ["--archive", archive, "--by", "plan", "--period", "28d", "--as-of", asOf];
  const { code, stdout } = await logtally(["counts", ...asked, "--json"]);
  expect(code).toBe(0);
  const { rows, catalogue } = JSON.parse(stdout) as { rows: CountRow[]; catalogue: string };
  const [events, sessions] = await answersOfPage(archive, asOf, catalogue.replace("sha256:", ""));
  expect(events.map((row) => textOf(row, "events", "users"))).toEqual(
    rows.map(({ event, key, count, unique_users: users }) => `${event} ${key}: ${count}, ${users}`),
  );
  expect(sessions.map((row) => textOf(row, "sessions"))).toEqual(
    rows.filter(({ sessions: some }) => some !== 0).map((row) => `${row.event} ${row.key}: ${row.sessions}`),
  );
  return rows;
}

function textOf(row: Row, ...figures: readonly string[]): string {
  return `${String(row["event"])} ${String(row["plan"])}: ${figures.map((name) => String(row[name])).join(", ")}`;
}

/** Two records of one entry of Cloud Logging, by other plans: an id with two contents. */
function entries(): string {
  return ["gold", "silver", "bronze"]
    .map((plan) => {
      const record = {
        time: "2020-12-23T10:00:00.000Z",
        route: "/api/:version/projects",
        method: "GET",
        status: 200,
        params: [],
        "meta.subscription_plan": plan,
      };
      const entry = {
        insertId: "one",
        logName: "projects/p/logs/rails.api",
        timestamp: "2020-12-23T10:00:00Z",
        jsonPayload: record,
      };
      return `${JSON.stringify(entry)}\n`;
    })
    .join("");
}

describe("DuckDB", () => {
  it("counts what the page's own archive has", async () => {
    const archive = join(await tempFolder(), "archive");
    await run(archive, [join(FIXTURES, "local/*/input.ndjson")]);
    await logtally(["seal", "--archive", archive]);
    expect((await expectAgreement(archive, AS_OF)).length).toBeGreaterThan(0);
  });

  it("counts days of traffic, sealed in two revisions, with ids in conflict and facts by two catalogues", async () => {
    const folder = await tempFolder();
    const { path, truth } = await generated("--seconds", "172800", "--users", "10", "--seed", "3");
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    const [early, late] = [join(folder, "early.ndjson"), join(folder, "late.ndjson")];
    await writeFile(early, `${lines.filter((_, index) => index % 5 !== 0).join("\n")}\n`);
    await writeFile(late, `${lines.filter((_, index) => index % 5 === 0).join("\n")}\n${entries()}`);
    const archive = join(folder, "archive");
    for (const part of [early, late]) {
      await run(archive, [part]);
      expect(await logtally(["seal", "--archive", archive])).toMatchObject({ code: 0 });
    }
    const { stderr } = await logtally(["counts", "--archive", archive]);
    expect(stderr).toContain("1 id came with different bytes");
    const team = join(folder, "team.yaml");
    await writeFile(
      team,
      "version: 1\nevents:\n  rest_request: { description: x, log: rails.api, when: { status: 200 } }\n",
    );
    const rebuilt = await logtally(["facts", "rebuild", "--archive", archive, "--catalogue", team]);
    expect(rebuilt).toMatchObject({ code: 0 });
    const catalogues = (await readdir(join(archive, "facts"))).filter((name) => name.startsWith("catalogue="));
    expect(catalogues).toHaveLength(2);
    expect((await expectAgreement(archive, truth.as_of)).length).toBeGreaterThan(20);
  });
});
