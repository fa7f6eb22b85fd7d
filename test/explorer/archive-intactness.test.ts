/**
 * Goal: whoever asks whether an archive is intact gets an answer that is never better than what was looked at.
 * Method: answers of the server in all their states, made by hand.
 */
import { describe, expect, it } from "vitest";
import type { HoursAnswer, StreamMonth, Verified } from "../../src/explorer/archive-answers.ts";
import { intactnessOf } from "../../src/explorer/page/archive/intactness.ts";

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
    verified: null,
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

describe("whether an archive is intact", () => {
  it.each([
    ["all that is signed was verified", { verified: VERIFIED }, "good", "Yes, all days are intact"],
    ["a day was verified", { verified: { ...VERIFIED, ...DAY } }, "good", "Yes, 2020-12-22 is intact"],
    ["nothing was verified yet", {}, "warn", "not verified since"],
    [
      "a finding",
      { verified: { ...VERIFIED, findings: 1 } },
      "bad",
      "No, all days are not proved to be intact: 1 finding",
    ],
    [
      "a day of which nothing is signed",
      { verified: { ...VERIFIED, ...DAY, objects: 0 } },
      "warn",
      "Nothing is proved",
    ],
    [
      "something missing, though an older verification was good",
      { verified: VERIFIED, problems: [PROBLEM] },
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
    const { more } = intactnessOf(answer({ verified: { ...VERIFIED, not_signed: 3 } }));
    expect(more).toContain("3 objects not signed yet");
  });
});
