import { describe, expect, test } from "vitest";
import { countsCsv, countsJson, countsTable } from "../../src/counts/count-report.ts";
import type { CountQuery, CountRow } from "../../src/counts/cube.ts";

const QUERY: CountQuery = {
  by: "plan",
  events: null,
  periods: ["all", "28d", "7d", "daily"],
  days: 7,
  asOf: "2020-12-24",
};

const SPANS = {
  all: "2000-01-01T00:00:00Z",
  "28d": "2020-11-26T00:00:00Z",
  "7d": "2020-12-17T00:00:00Z",
  daily: "2020-12-23T00:00:00Z",
};

function row(change: Partial<CountRow> = {}): CountRow {
  return {
    event: "git_push",
    segment: "plan",
    key: "gold",
    period: "7d",
    from: SPANS[change.period ?? "7d"],
    to: "2020-12-24T00:00:00Z",
    count: 12,
    unique_users: 3,
    sessions: null,
    sealed: false,
    ...change,
  };
}

function day(date: string, count: number, change: Partial<CountRow> = {}): CountRow {
  return row({ period: "daily", from: `2020-12-${date}T00:00:00Z`, count, ...change });
}

describe("json", () => {
  test("is the documented shape", () => {
    const header = {
      asOf: "2020-12-24",
      deployment: "saas",
      instance: "gprd",
      level: "aggregate",
      catalogue: "sha256:abc",
      pseudonymKey: "0123abcd",
    } as const;
    expect(countsJson(header, [row()])).toMatchInlineSnapshot(`
      "{
        "as_of": "2020-12-24",
        "deployment": "saas",
        "instance": "gprd",
        "level": "aggregate",
        "catalogue": "sha256:abc",
        "pseudonym_key": "0123abcd",
        "sealed_through": null,
        "rows": [
          {
            "event": "git_push",
            "segment": "plan",
            "key": "gold",
            "period": "7d",
            "from": "2020-12-17T00:00:00Z",
            "to": "2020-12-24T00:00:00Z",
            "count": 12,
            "unique_users": 3,
            "sessions": null,
            "sealed": false
          }
        ]
      }
      "
    `);
  });

  test("says null for several instances and for no key, and an empty list for no rows", () => {
    const header = {
      asOf: "2020-12-24",
      deployment: "self_managed",
      instance: null,
      level: "aggregate",
      catalogue: "sha256:abc",
      pseudonymKey: null,
    } as const;
    expect(JSON.parse(countsJson(header, []))).toMatchObject({ instance: null, pseudonym_key: null, rows: [] });
  });
});

describe("csv", () => {
  test("has a header line, empty fields for null and a final LF", () => {
    expect(countsCsv([row(), row({ segment: "user", key: null, sessions: 4, sealed: true })])).toMatchInlineSnapshot(`
      "event,segment,key,period,from,to,count,unique_users,sessions,sealed
      git_push,plan,gold,7d,2020-12-17T00:00:00Z,2020-12-24T00:00:00Z,12,3,,false
      git_push,user,,7d,2020-12-17T00:00:00Z,2020-12-24T00:00:00Z,12,3,4,true
      "
    `);
    expect(countsCsv([])).toBe("event,segment,key,period,from,to,count,unique_users,sessions,sealed\n");
  });

  test.each([
    ["a,b", '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ["two\nlines", '"two\nlines"'],
    ["a\rb", '"a\rb"'],
    ["=1+1", "=1+1"],
    ["plain é", "plain é"],
  ])("quotes %j by RFC 4180", (key, field) => {
    expect(
      countsCsv([row({ key })])
        .split("git_push,plan,")[1]
        ?.split(",7d,")[0],
    ).toBe(field);
  });
});

describe("table", () => {
  const rows = [
    row({ period: "28d", count: 1234567, unique_users: 900 }),
    row({ count: 12 }),
    row({ period: "all", count: 1234567, unique_users: 1000 }),
    day("17", 1000),
    day("19", 1),
    day("23", 400),
    row({ key: "(unknown)", period: "all", count: 5, unique_users: 0 }),
    row({ event: "rest_request", key: "プラン", period: "all", count: 77, unique_users: 7 }),
    day("22", 3, { event: "rest_request", key: "プラン" }),
  ];

  test("has a line for each event and key, numbers right-aligned, days as a sparkline", () => {
    expect(countsTable(rows, QUERY)).toMatchInlineSnapshot(`
      "event         plan        all time    28 days  7 days  users  daily 2020-12-17 to 2020-12-23
      git_push      gold       1,234,567  1,234,567      12  1,000  █·▁···▄
      git_push      (unknown)          5          0       0      0  ·······
      rest_request  プラン            77          0       0      7  ·····█·
      "
    `);
  });

  test("has the columns asked for; users are those of the widest period", () => {
    expect(countsTable(rows, { ...QUERY, periods: ["7d", "28d"] })).toMatchInlineSnapshot(`
      "event         plan         28 days  7 days  users
      git_push      gold       1,234,567      12    900
      git_push      (unknown)          0       0      0
      rest_request  プラン             0       0      0
      "
    `);
    expect(countsTable(rows, { ...QUERY, periods: ["daily"], days: 2 })).toMatchInlineSnapshot(`
      "event         plan       daily 2020-12-22 to 2020-12-23
      git_push      gold       ·█
      git_push      (unknown)  ··
      rest_request  プラン     █·
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
      "event     plan      7 days  users
      git_push  été           12      3
      git_push  été           12      3
      git_push  🚀            12      3
      git_push  ｆｕｌｌ      12      3
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
      "event     all time  users  mean/user  median/user  max/user
      git_push        17      3       2.67            2         5
      login           12      0
      "
    `);
  });

  test("nothing in a key reaches the terminal as a command", () => {
    const key = "\u001b[31mred\u001b[0m\u009b2J\r\n\u0000\u007f\u202etxt\u2028";
    const table = countsTable([row({ key, period: "all" })], { ...QUERY, periods: ["all"] });
    expect(table.split("\n")).toHaveLength(3);
    expect(table).toContain("\\u001b[31mred\\u001b[0m\\u009b2J\\u000d\\u000a\\u0000\\u007f\\u202etxt\\u2028");
  });
});
