/**
 * Goal: the guide's tables say of a deployment what is there, what is there in part, and what a rule forbids.
 * Method: reports of facts made by hand, at their borders.
 */
import { describe, expect, it } from "vitest";
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
  look: { lines: 0, objects: 0, is_all: true, users: [], logs: [] },
};

function pushes(events: number, plan: number): CarriedRow {
  const all = { instance: events, plan, group: events, session: events, user: events, project: 0, category: events };
  return { event: "git_push", events, carried: all };
}

function periodsOf(first: string | null, asOf = FACTS.asOf) {
  const { periods } = coverageReport({ ...FACTS, asOf, history: { ...FACTS.history, first_day: first } });
  return periods.map(({ period, availability, from }) => `${period} ${availability} from ${from.slice(0, 10)}`);
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
  it("are in progress where the archive begins within them", () => {
    expect(periodsOf("2020-11-26")).toEqual([
      "all available from 2020-11-26",
      "28d available from 2020-11-26",
      "7d available from 2020-12-17",
      "daily available from 2020-12-10",
    ]);
    expect(periodsOf("2020-12-17")).toEqual([
      "all available from 2020-12-17",
      "28d in_progress from 2020-11-26",
      "7d available from 2020-12-17",
      "daily in_progress from 2020-12-10",
    ]);
  });

  it.each([[null], ["2020-12-24"]])("have no lines where the first is of %s", (first) => {
    expect(periodsOf(first).every((each) => each.includes("not_seen"))).toBe(true);
  });
});
