/**
 * Goal: as many users as there are, counts need no more memory than they may have, and an answer that does not fit is
 * refused.
 * Method: a database with little memory, and facts of more users than fit into it, made by SQL; the same by a plain query
 * with enough of it.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../src/core/units.ts";
import { type CountQuery, cubeRows } from "../../src/counts/cube.ts";
import type { DaySources } from "../../src/counts/days/day-rows.ts";
import { periodSpans } from "../../src/counts/period.ts";
import { USER_KEY } from "../../src/counts/sessions/session-days.ts";
import { openDuckDb, sqlText } from "../../src/counts/tables/duck-db.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { AS_OF, AS_OF_MS } from "./sample-facts.ts";

const AS_OF_DAY = AS_OF_MS / DAY_MS;

const QUERY: CountQuery = {
  by: "user",
  level: "aggregate",
  events: null,
  periods: ["28d", "7d"],
  days: 1,
  asOf: AS_OF,
  withSessions: false,
  foldsPersonal: false,
};

const SPANS = periodSpans(QUERY.periods, QUERY.days, QUERY.asOf);
const CUBE = {
  query: QUERY,
  spans: SPANS,
  days: Array.from({ length: 10 }, (_, ago) => AS_OF_DAY - 1 - ago),
  isSealed: () => true,
};

/** Of ten days; nobody did every tenth. */
const many = (facts: number): string => `
  SELECT make_timestamp_ms(${AS_OF_MS} - 1 - (range % 10) * ${DAY_MS}) AS time,
    CASE WHEN range % 3 = 0 THEN 'git_push' ELSE 'login' END AS event,
    CASE WHEN range % 10 <> 5 THEN md5((hash(range) % ${facts / 2})::VARCHAR)::UUID END AS "user"
  FROM range(${facts})`;

function sourcesIn(path: string): DaySources {
  return {
    rolled: [],
    runs: [],
    single: { files: [{ stream: "local", paths: [path] }], origins: [], days: [] },
    shared: { files: [], origins: [], days: [] },
    hasConflicts: false,
  };
}

test("users that do not fit into memory are counted in parts", { timeout: 3 * MINUTE_MS }, async () => {
  const folder = await tempFolder();
  const path = join(folder, "facts.parquet");
  const rich = await openDuckDb({ memoryLimit: "1GB", spillDirectory: join(folder, "rich") }, 2);
  await rich.run(`COPY (${many(4_000_000)}) TO ${sqlText(path)} (FORMAT parquet)`);
  const expected = await rich.query(`
    WITH by_user AS (
      SELECT event, span, "user", count(*) AS events
      FROM read_parquet(${sqlText(path)}), (VALUES ('28d', 28), ('7d', 7)) spans(span, days)
      WHERE time >= make_timestamp_ms(${AS_OF_MS}) - to_days(days::INTEGER) GROUP BY ALL
    )
    SELECT event, span, sum(events)::INTEGER AS count, count("user")::INTEGER AS users,
      (median(events) FILTER ("user" IS NOT NULL))::DOUBLE AS median,
      (max(events) FILTER ("user" IS NOT NULL))::INTEGER AS max
    FROM by_user GROUP BY ALL ORDER BY ALL`);
  rich.close();

  const poor = await openDuckDb({ memoryLimit: "48MB", spillDirectory: join(folder, "poor") }, 2);
  const rows = await cubeRows(poor, sourcesIn(path), "key", CUBE);
  poor.close();
  expect(
    rows.map(({ event, period, count, unique_users: users, per_user: spread }) => ({
      event,
      span: period,
      count,
      users,
      median: spread?.median,
      max: spread?.max,
    })),
  ).toEqual(expected);
});

test("more rows than an answer may have are refused, with what to do", { timeout: 3 * MINUTE_MS }, async () => {
  const folder = await tempFolder();
  const path = join(folder, "facts.parquet");
  const db = await openDuckDb({ memoryLimit: "1GB", spillDirectory: join(folder, "spill") }, 2);
  await db.run(`COPY (${many(1_200_000)}) TO ${sqlText(path)} (FORMAT parquet)`);
  const query: CountQuery = { ...QUERY, level: "identifiable" };
  await expect(cubeRows(db, sourcesIn(path), USER_KEY, { ...CUBE, query })).rejects.toMatchObject({
    name: "UsageError",
    message: expect.stringMatching(/^count by user: the answer has more than 500000 rows \(hint: /),
  });
  db.close();
});
