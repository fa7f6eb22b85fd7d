import { describe, expect, test } from "vitest";
import { countsTable } from "../../src/cli/counts/counts-table.ts";
import type { CountQuery } from "../../src/counts/cube.ts";
import { day, QUERY, row } from "../counts/sample-rows.ts";

describe("table", () => {
  const rows = [
    row({ period: "28d", count: 1234567, unique_users: 900 }),
    row({ count: 12 }),
    row({ period: "all", count: 1234567, unique_users: 1000, sessions: 34_567 }),
    day("17", 1000),
    day("19", 1),
    day("23", 400),
    row({ key: "(unknown)", period: "all", count: 5, unique_users: 0 }),
    row({ event: "rest_request", key: "プラン", period: "all", count: 77, unique_users: 7 }),
    day("22", 3, { event: "rest_request", key: "プラン" }),
  ];

  test("has a line for each event and key, numbers right-aligned, days as a sparkline", () => {
    expect(countsTable(rows, QUERY)).toMatchInlineSnapshot(`
      "event         plan        all time    28 days  7 days  users all time  sessions all time  daily 2020-12-17 to 2020-12-23
      git_push      gold       1,234,567  1,234,567      12           1,000             34,567  █·▁···▄
      git_push      (unknown)          5          0       0               0                  0  ·······
      rest_request  プラン            77          0       0               7                  0  ·····█·
      "
    `);
  });

  test("has the columns asked for; users are those of the widest period", () => {
    expect(countsTable(rows, { ...QUERY, periods: ["7d", "28d"] })).toMatchInlineSnapshot(`
      "event         plan         28 days  7 days  users 28 days  sessions 28 days
      git_push      gold       1,234,567      12            900                 0
      git_push      (unknown)          0       0              0                 0
      rest_request  プラン             0       0              0                 0
      "
    `);
    expect(countsTable(rows, { ...QUERY, periods: ["daily"], days: 2 })).toMatchInlineSnapshot(`
      "event         plan       count  daily 2020-12-22 to 2020-12-23
      git_push      gold       1,401  ·█
      git_push      (unknown)      0  ··
      rest_request  プラン         3  █·
      "
    `);
  });

  test("marks and emoji keep the columns in line", () => {
    const keys = ["e\u0301te\u0301", "été", "\u{1f680}", "ｆｕｌｌ"];
    const table = countsTable(
      keys.map((key) => row({ key })),
      { ...QUERY, periods: ["7d"] },
    );
    expect(table).toMatchInlineSnapshot(`
      "event     plan      7 days  users 7 days  sessions 7 days
      git_push  été           12             3                0
      git_push  été           12             3                0
      git_push  🚀            12             3                0
      git_push  ｆｕｌｌ      12             3                0
      "
    `);
  });

  test("thirty thousand lines fit into the time limit of a test", () => {
    const many = Array.from({ length: 30_000 }, (_, n) => row({ key: `project ${n}` }));
    expect(countsTable(many, QUERY).split("\n")).toHaveLength(30_002);
  });

  test("by user there is no key, but the distribution", () => {
    const byUser = [
      row({ segment: "user", key: null, period: "all", count: 17, per_user: { mean: 2.67, median: 2, max: 5 } }),
      row({ event: "login", segment: "user", key: null, period: "all", unique_users: 0, per_user: null }),
    ];
    expect(countsTable(byUser, { ...QUERY, by: "user", periods: ["all"] })).toMatchInlineSnapshot(`
      "event     all time  users all time  sessions all time  mean/user  median/user  max/user
      git_push        17               3                  0       2.67            2         5
      login           12               0                  0
      "
    `);
  });

  test("by session there is a key for each at identifiable level, and none in totals", () => {
    const key = "0123456789abcdef0123456789abcdef@2020-12-23T09:00:00.000Z";
    const query: CountQuery = { ...QUERY, by: "session", periods: ["all"] };
    const rows = [row({ segment: "session", key, period: "all", count: 2, unique_users: 1, sessions: 1 })];
    expect(countsTable(rows, { ...query, level: "identifiable" })).toContain(`git_push  ${key}`);
    const totals = countsTable([row({ segment: "session", key: null, period: "all", sessions: 7 })], query);
    expect(totals).toMatchInlineSnapshot(`
      "event     all time  users all time  sessions all time
      git_push        12               3                  7
      "
    `);
  });

  test("has no sessions where they were left out", () => {
    expect(countsTable(rows, { ...QUERY, withSessions: false })).not.toContain("sessions");
  });

  test("nothing in a key reaches the terminal as a command", () => {
    const key = "\u001b[31mred\u001b[0m\u009b2J\r\n\u0000\u007f\u202etxt\u2028";
    const table = countsTable([row({ key, period: "all" })], { ...QUERY, periods: ["all"] });
    expect(table.split("\n")).toHaveLength(3);
    expect(table).toContain("\\u001b[31mred\\u001b[0m\\u009b2J\\u000d\\u000a\\u0000\\u007f\\u202etxt\\u2028");
  });
});
