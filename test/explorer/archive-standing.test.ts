/**
 * Goal: what a verification has found stays told until one that looked at the same finds it mended.
 * Method: verifications of other days, of all of them, and less deep ones, after one with findings.
 */
import { describe, expect, it } from "vitest";
import { type FindingKind, findingOf } from "../../src/archive/verify/finding.ts";
import { type Looked, NOTHING_FOUND, standingAfter } from "../../src/cli/explore/archive/standing-findings.ts";

const ALL = {};
const ofDay = (day: string): Looked["span"] => ({ since: Date.parse(day), until: Date.parse(day) + 86_400_000 });
const FIRST = ofDay("2020-12-22");

function finding(hour: string | null, kind: FindingKind = "altered") {
  return findingOf(kind, "local", { hour, object: `vault/v1/local/${hour}`, what: "it is wrong" });
}

function looked(span: Looked["span"], findings: Looked["findings"] = [], level: Looked["level"] = "hashes"): Looked {
  return { level, span, findings, total: findings.length };
}

function hoursAfter(...each: readonly Looked[]): (string | null)[] {
  const { found } = each.reduce(standingAfter, NOTHING_FOUND);
  return found.map(({ finding: { hour } }) => hour);
}

const NOON = "2020-12-22T12:00:00Z";

describe("what verifications have found", () => {
  const found = looked(ALL, [finding(NOON), finding("undated")]);

  it.each([
    ["stands after another day was verified", looked(ofDay("2020-12-23")), [NOON, "undated"]],
    ["is mended by a clean one of its day", looked(FIRST), ["undated"]],
    ["is mended by a clean one of all days", looked(ALL), []],
    ["is told once where it is found again", looked(FIRST, [finding(NOON)]), [NOON, "undated"]],
  ] as const)("%s", (_, next, expected) => {
    expect(hoursAfter(found, next)).toEqual(expected);
  });

  it("stands after one that looked less deep", () => {
    const deep = looked(ALL, [finding(NOON, "lines")], "full");
    expect(hoursAfter(deep, looked(ALL))).toEqual([NOON]);
    expect(hoursAfter(deep, looked(ALL, [], "full"))).toEqual([]);
  });

  it("that has no day stands until all days were verified, unless it is that nothing is signed", () => {
    const chain = looked(ALL, [finding(null, "chain"), finding(null, "no_digest")]);
    expect(hoursAfter(chain, looked(FIRST))).toEqual([null]);
    expect(hoursAfter(chain, looked(ALL))).toEqual([]);
  });

  it("is counted where it is more than is kept", () => {
    const many = {
      ...looked(
        ALL,
        Array.from({ length: 1000 }, () => finding(NOON)),
      ),
      total: 1200,
    };
    const after = standingAfter(
      standingAfter(NOTHING_FOUND, many),
      looked(ofDay("2020-12-23"), [finding("2020-12-23T00:00:00Z")]),
    );
    expect([after.found.length, after.untold, after.found[0]?.finding.hour]).toEqual([
      1000,
      201,
      "2020-12-23T00:00:00Z",
    ]);
    expect(standingAfter(after, looked(ALL))).toEqual(NOTHING_FOUND);
  });
});
