/** Goal: the summary of a run says all that became of its lines, to people and to programs. Method: whole texts. */
import { describe, expect, it } from "vitest";
import { runEventsText, runSummaryJson, runSummaryText } from "../../src/cli/run/run-summary.ts";
import type { RunSummary } from "../../src/cli/run/worker.ts";
import { NOTHING_INDEXED } from "../../src/indexing/line-indexer.ts";

const SUMMARY: RunSummary = {
  pipeline: "local",
  linesIn: 12_345,
  archived: 12_000,
  duplicates: 345,
  quarantined: { not_json: 1000, no_time: 2 },
  eventless: 7,
  events: { git_fetch: 1, git_push: 11_000 },
  objects: 2,
  rawBytes: 3 * 1024 ** 2,
  storedBytes: 512 * 1024,
  index: null,
  elapsedMs: 1500,
  isInterrupted: false,
};

const EMPTY: RunSummary = {
  pipeline: "local",
  linesIn: 0,
  archived: 0,
  duplicates: 0,
  quarantined: {},
  eventless: 0,
  events: {},
  objects: 0,
  rawBytes: 0,
  storedBytes: 0,
  index: null,
  elapsedMs: 0,
  isInterrupted: false,
};

describe("the summary of a run", () => {
  it("is a table for people", () => {
    expect(runSummaryText(SUMMARY)).toBe(
      [
        "pipeline local   lines  in 1.5 s, 8,230 a second",
        "lines in        12,345  3.0 MiB, written as 512.0 KiB (6.0:1) in 2 objects",
        "archived        12,000  new to the archive",
        "duplicates         345  came before or twice; kept, counted once",
        "quarantined      1,002  kept whole, no event: not_json 1,000, no_time 2",
        "eventless            7  kept, nothing in them to count",
        "",
      ].join("\n"),
    );
    expect(runEventsText(SUMMARY)).toBe("event       count\ngit_fetch       1\ngit_push   11,000\n");
  });

  it("of an empty input divides nothing by nothing", () => {
    expect(runSummaryText(EMPTY)).toBe(
      [
        "pipeline local  lines  in 0.0 s, 0 a second",
        "lines in            0",
        "archived            0",
        "duplicates          0",
        "quarantined         0",
        "eventless           0",
        "",
      ].join("\n"),
    );
    expect(runEventsText(EMPTY)).toBe("no events\n");
  });

  it("does not give for none the duplicates that nobody knows", () => {
    expect(runSummaryText({ ...SUMMARY, duplicates: null })).toMatch(
      /^duplicates +0 {2}not known: .*; no count changes/m,
    );
    expect(JSON.parse(runSummaryJson({ ...SUMMARY, duplicates: null }))).toMatchObject({ duplicates: null });
  });

  it("says of an index what was masked by kind, and of one that was away that lines wait", () => {
    const maskedKinds = new Map([
      ["token", 9],
      ["jwt", 1200],
    ]);
    const index = { indexed: 5000, rejected: 2, repeats: 3, masked: 800, maskedKinds, spilled: 1, isComplete: true };
    expect(runSummaryText({ ...SUMMARY, index })).toMatch(
      /^indexed +5,000 {2}2 of them in the quarantine of the index; 3 were there already; something masked in 800: jwt 1,200, token 9; 1 object had to wait in the archive$/m,
    );
    expect(JSON.parse(runSummaryJson({ ...SUMMARY, index }))).toMatchObject({
      index_masked: 800,
      index_masked_kinds: { jwt: 1200, token: 9 },
    });
    const away = { ...NOTHING_INDEXED, spilled: 2, isComplete: false };
    expect(runSummaryText({ ...SUMMARY, index: away })).toMatch(
      /^indexed +0 {2}2 objects had to wait in the archive$/m,
    );
    expect(runSummaryText({ ...SUMMARY, index: { ...away, spilled: 0 } })).toMatch(/^indexed +0 *$/m);
  });

  it("is one line of JSON for programs", () => {
    const text = runSummaryJson({ ...SUMMARY, isInterrupted: true });
    expect(text.indexOf("\n")).toBe(text.length - 1);
    expect(JSON.parse(text)).toEqual({
      pipeline: "local",
      lines_in: 12_345,
      archived: 12_000,
      duplicates: 345,
      quarantined: { not_json: 1000, no_time: 2 },
      eventless: 7,
      events: { git_fetch: 1, git_push: 11_000 },
      objects: 2,
      raw_bytes: 3_145_728,
      stored_bytes: 524_288,
      elapsed_s: 1.5,
      lines_per_s: 8230,
      interrupted: true,
    });
  });
});
