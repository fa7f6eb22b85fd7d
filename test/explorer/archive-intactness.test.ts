/**
 * Goal: whoever asks whether an archive is intact gets an answer that is never better than what was looked at.
 * Method: answers of the server in all their states, made by hand.
 */
import { describe, expect, it } from "vitest";
import { type FindingKind, findingOf } from "../../src/archive/verify/finding.ts";
import type { HoursAnswer, StreamMonth, Verified } from "../../src/explorer/archive-answers.ts";
import { contradictionText, intactnessOf } from "../../src/explorer/page/archive/intactness.ts";
import { namedFaults } from "../../src/explorer/page/archive/named-faults.ts";

const STREAM: StreamMonth = { stream: "local", days: [], sealed_through: null, signed_at: "2020-12-23T00:05:00Z" };
const VERIFIED: Verified = {
  at: "2020-12-23T09:00:00.000Z",
  level: "hashes",
  since: null,
  until: null,
  findings: 0,
  objects: 6,
  not_signed: 0,
  verdict: "verified: nothing is missing, extra or altered",
};
const DAY = { since: "2020-12-22T00:00:00.000Z", until: "2020-12-23T00:00:00.000Z" };

function answer(changes: Partial<HoursAnswer>): HoursAnswer {
  return {
    month: "2020-12",
    months: { first: "2020-12", last: "2020-12" },
    newest_whole_day: "2020-12-22",
    streams: [STREAM],
    problems: [],
    archive: { vault_objects: 9, vault_bytes: 9, wal_objects: 0, wal_bytes: 0 },
    verified: [],
    findings: [],
    findings_total: 0,
    now: "2020-12-23T09:03:00.000Z",
    remarks: [],
    ...changes,
  };
}

const PROBLEM = {
  stream: "local",
  hour: null,
  object: null,
  row: null,
  id: null,
  what: "",
  expected: null,
  found: null,
};

function found(kind: FindingKind): Partial<HoursAnswer> {
  const finding = findingOf(kind, "local", { hour: "2020-12-22T00:00:00Z", object: "vault/v1/x", what: "it is wrong" });
  return { findings: [finding], findings_total: 1, verified: [{ ...VERIFIED, findings: 1 }] };
}

describe("whether an archive is intact", () => {
  it.each([
    ["all that is signed was verified", { verified: [VERIFIED] }, "good", "Yes, all days are intact"],
    ["a day was verified", { verified: [{ ...VERIFIED, ...DAY }, VERIFIED] }, "good", "Yes, 2020-12-22 is intact"],
    ["nothing was verified yet", {}, "warn", "Nothing seems to be missing of the days of 2020-12, but not verified"],
    [
      "a signed object that is missing",
      found("missing"),
      "bad",
      "No, 2020-12-22 is not intact: 1 signed object missing.",
    ],
    ["one that was altered", found("altered"), "bad", "No, 2020-12-22 is not intact: 1 finding."],
    ["an unknown signer", found("key"), "bad", "No, 2020-12-22 is not proved to be intact: 1 finding."],
    [
      "a finding of a day, though another was verified since",
      { ...found("missing"), verified: [{ ...VERIFIED, ...DAY }] },
      "bad",
      "is not intact",
    ],
    [
      "nothing signed, which was verified",
      { ...found("no_digest"), streams: [{ ...STREAM, signed_at: null }] },
      "warn",
      "nothing of it is signed",
    ],
    [
      "a day of which nothing is signed",
      { verified: [{ ...VERIFIED, ...DAY, objects: 0 }] },
      "warn",
      "Nothing is proved",
    ],
    [
      "something missing, though an older verification was good",
      { verified: [VERIFIED], problems: [PROBLEM] },
      "bad",
      "Not intact",
    ],
    ["nothing signed", { streams: [{ ...STREAM, signed_at: null }] }, "warn", "nothing of it is signed"],
    ["an empty archive", { streams: [] }, "warn", "nothing in the archive yet"],
  ] as const)("%s", (_, changes, tone, words) => {
    const { answer: said, ...rest } = intactnessOf(answer(changes));
    expect(said).toContain(words);
    expect(rest.tone).toBe(tone);
  });

  it("says what is not signed beside what is proved", () => {
    const { more } = intactnessOf(answer({ verified: [{ ...VERIFIED, not_signed: 3 }] }));
    expect(more).toContain("3 objects not signed yet");
  });

  it("says of how many days names were looked at since", () => {
    expect(intactnessOf(answer({ verified: [VERIFIED] })).more).toContain(
      "only names and sizes were looked at, of the days of 2020-12",
    );
  });

  it.each([
    ["of a clean verification where something is missing now", VERIFIED, true, "That was before what is missing now"],
    ["of one of a day", { ...VERIFIED, ...DAY }, true, "or of another day"],
    ["of one that found something", { ...VERIFIED, findings: 1 }, true, null],
    ["where nothing is missing", VERIFIED, false, null],
  ] as const)("what is said beside the words %s", (_, verified, isWrongNow, words) => {
    const said = contradictionText(verified, isWrongNow);
    if (words === null) expect(said).toBe("");
    else expect(said).toContain(words);
  });

  it("names each object once, and nothing where it is only that nobody has signed", () => {
    const [finding] = found("missing").findings ?? [];
    if (finding === undefined) throw new Error("no finding");
    const nothingSigned = findingOf("no_digest", "vault", { object: "vault/", what: "no digest at all" });
    const told = { problems: [PROBLEM], findings: [finding, nothingSigned], findings_total: 2 };
    expect(namedFaults(told)).toEqual({ faults: [PROBLEM, finding], total: 2 });
    const again = { ...told, problems: [{ ...PROBLEM, object: finding.object }] };
    expect(namedFaults(again)).toEqual({ faults: again.problems, total: 1 });
  });
});
