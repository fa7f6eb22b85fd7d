/** Goal: a time means what it says, in UTC, and what is no time is refused. Method: a table. */
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { instantBefore } from "../../src/cli/options/instant.ts";

const NOW_MS = Date.UTC(2020, 11, 24, 12);
const parse = instantBefore(NOW_MS);

describe("an instant", () => {
  it.each([
    ["2020-12-22T09:30:00Z", Date.UTC(2020, 11, 22, 9, 30)],
    ["2020-12-22T09:30:00.250Z", Date.UTC(2020, 11, 22, 9, 30, 0, 250)],
    ["2020-12-22T09:30Z", Date.UTC(2020, 11, 22, 9, 30)],
    ["2020-12-22T09:30:00+02:00", Date.UTC(2020, 11, 22, 7, 30)],
    ["2020-12-22T09:30:00", Date.UTC(2020, 11, 22, 9, 30)],
    ["2020-12-22 09:30", Date.UTC(2020, 11, 22, 9, 30)],
    ["2020-12-22", Date.UTC(2020, 11, 22)],
    ["2020-02-29", Date.UTC(2020, 1, 29)],
    ["2h", NOW_MS - 2 * 3_600_000],
    ["7d", NOW_MS - 7 * 86_400_000],
    ["90m", NOW_MS - 90 * 60_000],
    ["0s", NOW_MS],
  ])("reads %s", (text, timeMs) => {
    expect(parse(text)).toBe(timeMs);
  });

  it.each([
    "",
    "yesterday",
    "2h ago",
    "-2h",
    "1.5h",
    "2w",
    "2020",
    "2020-12",
    "2020-12-22  09:30",
    "2020-12-22 ",
    "2020-12-22T25:00:00Z",
    "2020-13-01",
    "2020-02-30",
    "2021-02-29",
    "2020-02-30T10:00:00Z",
    "20-12-22",
    "1608629400",
  ])("refuses %j", (text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });
});
