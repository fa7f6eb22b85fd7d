/**
 * Goal: the guide's tables say of a deployment what is there, what is there in part, and what a rule forbids.
 * Method: reports of facts made by hand, at their borders.
 */
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../../src/core/units.ts";
import { CARRIED_SEGMENTS, type CarriedRow } from "../../../src/counts/coverage/carried.ts";
import { type CoverageFacts, coverageReport } from "../../../src/counts/coverage/coverage-report.ts";

const FACTS: CoverageFacts = {
  asOf: "2020-12-24",
  days: 14,
  policy: { deployment: "saas", opened: [] },
  catalogue: "sha256:abc",
  events: ["git_push", "login"],
  carried: [],
  history: { lines: 7, first_day: "2020-11-26", last_day: "2020-12-23", sealed_through: null },
  daysWithLines: [],
  look: { lines: 0, objects: 0, is_all: true, users: [], logs: [] },
};

function pushes(events: number, plan: number): CarriedRow {
  const all = { instance: events, plan, group: events, session: events, user: events, project: 0, category: events };
  return { event: "git_push", events, carried: all };
}

/** `days`: `YYYY-MM-DD`, or the first and the last of several. */
function periodsOf(days: readonly (string | readonly [string, string])[], asOf = FACTS.asOf) {
  const daysWithLines = days.flatMap((each) => {
    const [first, last] = typeof each === "string" ? [each, each] : each;
    const [from, to] = [Date.parse(first) / DAY_MS, Date.parse(last) / DAY_MS];
    return Array.from({ length: to - from + 1 }, (_, n) => from + n);
  });
  const { periods } = coverageReport({ ...FACTS, asOf, daysWithLines });
  return periods.map(
    ({ period, availability, from, days: all, days_with_lines: seen }) =>
      `${period} ${availability} from ${from.slice(0, 10)}, ${seen} of ${all}`,
  );
}

describe("availability", () => {
  it.each([
    [3, 3, "available", 1],
    [3, 2, "in_part", 0.6666],
    [20_000, 19_999, "in_part", 0.9999],
    [20_000, 1, "in_part", 0],
    [3, 0, "not_carried", 0],
  ])("of %i events with %i plans is %s, a share of %d", (events, carried, availability, share) => {
    const row = coverageReport({ ...FACTS, carried: [pushes(events, carried)] }).availability[1];
    expect(row).toEqual({ event: "git_push", segment: "plan", availability, events, carried, share });
  });

  it("has a row for every event of the catalogue by every segment, also of what was not seen", () => {
    const { availability } = coverageReport({ ...FACTS, carried: [pushes(1, 1)] });
    expect(availability.map(({ event, segment }) => `${event} ${segment}`)).toEqual(
      FACTS.events.flatMap((event) => CARRIED_SEGMENTS.map((segment) => `${event} ${segment}`)),
    );
    const logins = availability.filter(({ event }) => event === "login");
    const none = { event: "login", availability: "not_seen", events: 0, carried: 0, share: null };
    expect(logins).toEqual(CARRIED_SEGMENTS.map((segment) => ({ ...none, segment })));
  });
});

describe("levels", () => {
  it("are available, opened or not possible by a rule", () => {
    const policy = { deployment: "self_managed", opened: ["group"] } as const;
    const { levels } = coverageReport({ ...FACTS, policy });
    expect(levels).toHaveLength(18);
    expect(levels.filter(({ rule }) => rule !== null)).toEqual([
      { segment: "group", level: "identifiable", availability: "widened", rule: "self-managed-group" },
      { segment: "session", level: "identifiable", availability: "not_possible", rule: "self-managed-session" },
      { segment: "user", level: "identifiable", availability: "not_possible", rule: "self-managed-user" },
      { segment: "project", level: "identifiable", availability: "not_possible", rule: "self-managed-group" },
    ]);
    expect(levels.filter(({ availability }) => availability === "available")).toHaveLength(14);
  });
});

describe("periods", () => {
  it("are available where every day has lines, and in progress where only the first ones have none", () => {
    expect(periodsOf([["2020-11-26", "2020-12-23"]])).toEqual([
      "all available from 2020-11-26, 28 of 28",
      "28d available from 2020-11-26, 28 of 28",
      "7d available from 2020-12-17, 7 of 7",
      "daily available from 2020-12-10, 14 of 14",
    ]);
    expect(periodsOf([["2020-12-17", "2020-12-23"]])).toEqual([
      "all available from 2020-12-17, 7 of 7",
      "28d in_progress from 2020-11-26, 7 of 28",
      "7d available from 2020-12-17, 7 of 7",
      "daily in_progress from 2020-12-10, 7 of 14",
    ]);
  });

  it("are what their own days are, whatever stray line there is before", () => {
    expect(periodsOf(["2001-01-01", ["2020-12-19", "2020-12-23"]])).toEqual([
      "all in_part from 2001-01-01, 6 of 7297",
      "28d in_progress from 2020-11-26, 5 of 28",
      "7d in_progress from 2020-12-17, 5 of 7",
      "daily in_progress from 2020-12-10, 5 of 14",
    ]);
  });

  it("are there in part where a day between has no lines, or the last", () => {
    expect(
      periodsOf([
        ["2020-11-01", "2020-12-18"],
        ["2020-12-20", "2020-12-23"],
      ]),
    ).toEqual([
      "all in_part from 2020-11-01, 52 of 53",
      "28d in_part from 2020-11-26, 27 of 28",
      "7d in_part from 2020-12-17, 6 of 7",
      "daily in_part from 2020-12-10, 13 of 14",
    ]);
    expect(periodsOf([["2020-11-01", "2020-12-22"]]).every((each) => each.includes("in_part"))).toBe(true);
  });

  it("have no lines where none of their days has, also long after the archive's last", () => {
    const days = [["2020-12-19", "2020-12-23"]] as const;
    expect(periodsOf(days, "2021-06-01")).toEqual([
      "all in_part from 2020-12-19, 5 of 164",
      "28d not_seen from 2021-05-04, 0 of 28",
      "7d not_seen from 2021-05-25, 0 of 7",
      "daily not_seen from 2021-05-18, 0 of 14",
    ]);
    for (const none of [periodsOf([]), periodsOf(["2020-12-24"])]) {
      expect(none.every((each) => each.includes("not_seen"))).toBe(true);
    }
  });
});
