/**
 * Goal: Prometheus and its textfile collector take the counts as they are, whatever stands in a key, and find each series
 * again at the next look.
 * Method: the text against a strict reader of the format, which is first seen to refuse what Prometheus would.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CountRow } from "../../../src/counts/cube.ts";
import type { CountsHeader } from "../../../src/counts/formats/counts-header.ts";
import { countsPrometheus, type PrometheusContext } from "../../../src/counts/formats/prometheus.ts";
import { row } from "../sample-rows.ts";
import { exposedSamples } from "./exposition.ts";
import { HEADER } from "./sample-header.ts";

const CONTEXT: PrometheusContext = { header: HEADER, pipeline: "local", segment: "plan", periods: ["28d", "7d"] };

/** Samples of the rows' own metrics: name, key and period → value. */
function seriesOf(rows: readonly CountRow[], context = CONTEXT): Record<string, number> {
  const samples = exposedSamples(countsPrometheus(context, rows));
  const ofRows = samples.filter(({ name }) => !name.startsWith("logtally_counts_"));
  return Object.fromEntries(
    ofRows.map(({ name, labels, value }) => [`${name} ${labels["event"]} ${labels["key"]} ${labels["period"]}`, value]),
  );
}

describe("the text", () => {
  it("has help, type, labels and numbers", () => {
    expect(countsPrometheus({ ...CONTEXT, periods: ["7d"] }, [row()])).toMatchInlineSnapshot(`
      "# HELP logtally_counts_info What the counts are of; always 1.
      # TYPE logtally_counts_info gauge
      logtally_counts_info{segment="plan",pipeline="local",deployment="saas",gitlab_instance="gprd",level="aggregate",catalogue="sha256:abc"} 1
      # HELP logtally_counts_as_of_timestamp_seconds End of all periods: nothing at or after it counts.
      # TYPE logtally_counts_as_of_timestamp_seconds gauge
      logtally_counts_as_of_timestamp_seconds{segment="plan",pipeline="local"} 1608768000
      # HELP logtally_counts_sealed_through_timestamp_seconds Everything before it is sealed.
      # TYPE logtally_counts_sealed_through_timestamp_seconds gauge
      logtally_counts_sealed_through_timestamp_seconds{segment="plan",pipeline="local"} 1608760800
      # HELP logtally_events Events in the period, each once.
      # TYPE logtally_events gauge
      logtally_events{event="git_push",segment="plan",key="gold",period="7d",pipeline="local"} 12
      # HELP logtally_unique_users Distinct users of these events, exact. Events without user add none.
      # TYPE logtally_unique_users gauge
      logtally_unique_users{event="git_push",segment="plan",key="gold",period="7d",pipeline="local"} 3
      "
    `);
  });

  it("says nothing of what is not known", () => {
    const header = { ...HEADER, instance: null, sealedThrough: null };
    const text = countsPrometheus({ ...CONTEXT, header }, []);
    expect(exposedSamples(text).map(({ name }) => name)).toEqual([
      "logtally_counts_info",
      "logtally_counts_as_of_timestamp_seconds",
    ]);
    expect(text).not.toContain("gitlab_instance");
    expect(text).not.toContain("as_of_digest");
    expect(text).not.toContain("widened");
  });

  it("names what is answered only because the owner has opened it", () => {
    const header: CountsHeader = { ...HEADER, level: "identifiable", widened: ["group"] };
    const [info] = exposedSamples(countsPrometheus({ ...CONTEXT, header }, []));
    expect(info).toMatchObject({ name: "logtally_counts_info", labels: { level: "identifiable", widened: "group" } });
  });

  it("names the digest that it is as of", () => {
    const header = { ...HEADER, asOfDigest: { sequence: 12, sha256: "ab" } };
    expect(countsPrometheus({ ...CONTEXT, header }, [])).toContain('as_of_digest="12"');
  });

  it("has sessions where they are counted", () => {
    const series = seriesOf([row({ sessions: 4 }), row({ key: "free", sessions: null })]);
    expect(Object.entries(series).filter(([name]) => name.startsWith("logtally_sessions"))).toEqual([
      ["logtally_sessions git_push gold 28d", 0],
      ["logtally_sessions git_push gold 7d", 4],
    ]);
  });

  it("has no key, but the spread, of totals without names", () => {
    const rows = [
      row({ segment: "user", key: null, per_user: { mean: 2.67, median: 2.5, max: 5 } }),
      row({ event: "login", segment: "user", key: null, per_user: null }),
    ];
    expect(seriesOf(rows, { ...CONTEXT, periods: ["7d"] })).toEqual({
      "logtally_events git_push undefined 7d": 12,
      "logtally_events login undefined 7d": 12,
      "logtally_unique_users git_push undefined 7d": 3,
      "logtally_unique_users login undefined 7d": 3,
      "logtally_events_per_user_mean git_push undefined 7d": 2.67,
      "logtally_events_per_user_median git_push undefined 7d": 2.5,
      "logtally_events_per_user_max git_push undefined 7d": 5,
    });
  });
});

describe("a series", () => {
  it("that has come to nothing in one period is 0 there, and not gone", () => {
    expect(seriesOf([row({ period: "28d", count: 5, unique_users: 2 })])).toEqual({
      "logtally_events git_push gold 28d": 5,
      "logtally_events git_push gold 7d": 0,
      "logtally_unique_users git_push gold 28d": 2,
      "logtally_unique_users git_push gold 7d": 0,
    });
  });

  it("of any key is read as it was", () => {
    const char = fc.constantFrom("\\", '"', "\n", "\r", "n", ",", "}", "{", "=", " ", "é", "\u0000", "\u{1f680}", "#");
    const key = fc.string({ unit: char, maxLength: 12 });
    const keys = fc.uniqueArray(fc.tuple(key, fc.constantFrom("git_push", "login")), {
      maxLength: 8,
      selector: (pair) => pair.join("/"),
    });
    fc.assert(
      fc.property(keys, (pairs) => {
        const rows = pairs.map(([each, event], at) => row({ key: each, event, count: at + 1 }));
        const expected = pairs.flatMap(([each, event], at) => [
          [event, each, "28d", 0],
          [event, each, "7d", at + 1],
        ]);
        const read = exposedSamples(countsPrometheus(CONTEXT, rows)).filter(({ name }) => name === "logtally_events");
        expect(read.map(({ labels: { event, key: of, period }, value }) => [event, of, period, value])).toEqual(
          expected,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("the reader of these tests", () => {
  const HEAD = "# HELP a b\n# TYPE a gauge\n";

  it.each([
    ["no LF at the end", `${HEAD}a 1`, "not ended"],
    ["a sample before its type", "a 1\n", "not under its own TYPE"],
    ["a sample of another metric", `${HEAD}b 1\n`, "not under its own TYPE"],
    ["a metric in two places", `${HEAD}a 1\n# HELP b c\n# TYPE b gauge\nb 1\n# HELP a b\n`, "in two places"],
    ["two types", `${HEAD}# TYPE a gauge\n`, "two TYPE"],
    ["an unknown type", "# HELP a b\n# TYPE a number\na 1\n", "no type"],
    ["a series twice", `${HEAD}a{x="1",y="2"} 1\na{y="2",x="1"} 2\n`, "twice"],
    ["a label twice", `${HEAD}a{x="1",x="2"} 1\n`, "no labels"],
    ["a quote that is not escaped", `${HEAD}a{x="1"2"} 1\n`, "no labels"],
    ["a backslash that is not escaped", `${HEAD}a{x="\\u0001"} 1\n`, "no labels"],
    ["a name that is none", `${HEAD}a{x-y="1"} 1\n`, "no labels"],
    ["a time stamp", `${HEAD}a 1 1608681600000\n`, "no sample"],
    ["no number", `${HEAD}a null\n`, "no sample"],
    ["an empty line", `${HEAD}\na 1\n`, "no sample"],
  ])("refuses %s", (_name, text, why) => {
    expect(() => exposedSamples(text)).toThrow(why);
  });
});
