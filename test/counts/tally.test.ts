/** Goal: the summary of a run balances, whatever came in. Method: by hand, and a property over lines and their repeats. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QUARANTINE_REASONS } from "../../src/core/fault.ts";
import { createTally } from "../../src/counts/tally.ts";
import type { DerivedEvent } from "../../src/derive/derived-event.ts";

function events(...names: readonly string[]): DerivedEvent[] {
  return names.map((event) => ({ event, operation: "none", detail: "" }));
}

describe("a tally", () => {
  it("says what became of each line, in order of names", () => {
    const tally = createTally();
    tally.add(null, events("rest_request", "record_read"));
    tally.add(null, events("git_push"));
    tally.add(null, []);
    tally.add("not_utf8", []);
    tally.add("not_json", []);
    tally.add("not_json", []);
    const snapshot = tally.snapshot();
    expect(snapshot).toEqual({
      linesIn: 6,
      archived: 6,
      duplicates: 0,
      quarantined: { not_json: 2, not_utf8: 1 },
      eventless: 1,
      events: { git_push: 1, record_read: 1, rest_request: 1 },
    });
    expect(Object.keys(snapshot.events)).toEqual(["git_push", "record_read", "rest_request"]);
    expect(Object.keys(snapshot.quarantined)).toEqual(["not_json", "not_utf8"]);
  });

  it("counts nothing of a repeat, and names nothing that is left without a count", () => {
    const tally = createTally();
    for (const _ of [1, 2]) {
      tally.add(null, events("git_push", "record_update"));
      tally.add("no_time", []);
      tally.add(null, []);
    }
    tally.repeat(null, events("git_push", "record_update"));
    tally.repeat("no_time", []);
    tally.repeat(null, []);
    const once = { quarantined: { no_time: 1 }, eventless: 1, events: { git_push: 1, record_update: 1 } };
    expect(tally.snapshot()).toEqual({ linesIn: 6, archived: 3, duplicates: 3, ...once });
    tally.repeat(null, events("git_push", "record_update"));
    tally.repeat("no_time", []);
    tally.repeat(null, []);
    const nothing = { quarantined: {}, eventless: 0, events: {} };
    expect(tally.snapshot()).toEqual({ linesIn: 6, archived: 0, duplicates: 6, ...nothing });
  });

  it("balances: received = archived + duplicates, archived = counted + eventless + quarantined (I3)", () => {
    const line = fc.oneof(
      fc.constantFrom(...QUARANTINE_REASONS).map((reason) => ({ reason, names: [] as string[] })),
      fc.subarray(["a", "b"]).map((names) => ({ reason: null, names })),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(line, fc.boolean()), { maxLength: 50 }), (lines) => {
        const tally = createTally();
        for (const [{ reason, names }] of lines) tally.add(reason, events(...names));
        for (const [{ reason, names }, isRepeat] of lines) if (isRepeat) tally.repeat(reason, events(...names));
        const { linesIn, archived, duplicates, quarantined, eventless, events: counted } = tally.snapshot();
        const kept = lines.filter(([, isRepeat]) => !isRepeat).map(([each]) => each);
        const withEvents = kept.filter(({ names }) => names.length > 0).length;
        const quarantinedLines = Object.values(quarantined).reduce((sum, count) => sum + count, 0);
        expect([linesIn, archived + duplicates]).toEqual([lines.length, lines.length]);
        expect(archived).toBe(withEvents + eventless + quarantinedLines);
        expect(counted["a"] ?? 0).toBe(kept.filter(({ names }) => names.includes("a")).length);
      }),
      { numRuns: 200 },
    );
  });
});
