import { describe, expect, test } from "vitest";
import { countsCsv } from "../../../src/counts/formats/csv.ts";
import { row } from "../sample-rows.ts";

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
