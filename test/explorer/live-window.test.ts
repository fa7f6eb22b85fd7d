/**
 * Goal: what was written lately is told by when it was written, exactly, and no more is kept in mind than can be asked for.
 * Method: batches of made-up times and events, and reports of them at a time.
 */
import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/cli/explore/live/batch.ts";
import { BUCKET_MS, createLiveWindow, MOST_MINUTES } from "../../src/cli/explore/live/live-window.ts";

const NOW_MS = Date.parse("2026-01-02T03:04:05Z");
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** A batch that was written so long ago. */
function batch(agoMs: number, rest: Partial<Batch> & { readonly writer?: string } = {}): Batch {
  const { writer = "w1", ...others } = rest;
  return {
    object: { stream: "s", writer, createdAtMs: NOW_MS - agoMs },
    objects: 1,
    lines: 10,
    rawBytes: 1000,
    lookedLines: 10,
    events: new Map(),
    quarantined: [],
    lagsMs: new Float64Array(),
    rest: null,
    ...others,
  };
}

function reportOf(minutes: number, ...batches: readonly Batch[]) {
  const window = createLiveWindow();
  for (const each of batches) window.add(each);
  return window.report(NOW_MS, minutes);
}

/** Places of a list that are not zero. */
const filled = (values: readonly number[]) => values.flatMap((value, at) => (value === 0 ? [] : [[at, value]]));

describe("the window of what was written", () => {
  it("has a place for each ten seconds, the last one under way", () => {
    const { from, lines, bucket_seconds } = reportOf(5, batch(0), batch(4 * SECOND_MS), batch(6 * SECOND_MS));
    expect({ from, bucket_seconds, places: lines.length }).toEqual({
      from: "2026-01-02T02:59:10.000Z",
      bucket_seconds: 10,
      places: 30,
    });
    expect(filled(lines)).toEqual([
      [28, 10],
      [29, 20],
    ]);
  });

  it("leaves out what was written before, in every figure", () => {
    const old = batch(5 * MINUTE_MS + 2 * BUCKET_MS, {
      events: new Map([["git_push", 3]]),
      writer: "old",
      lagsMs: Float64Array.of(5),
      quarantined: [{ id: "a".repeat(32), log: "unknown", reason: "not_json" }],
    });
    expect(reportOf(5, old)).toMatchObject({
      totals: { lines: 0, raw_bytes: 0, objects: 0, looked_lines: 0, quarantined: 0 },
      events: [],
      series: [],
      writers: [],
      newest_quarantined: [],
      lag: null,
    });
    expect(reportOf(15, old)).toMatchObject({
      totals: { lines: 10, objects: 1, quarantined: 1 },
      events: [{ event: "git_push", count: 3 }],
      lag: { median_ms: 5, worst_ms: 5 },
    });
  });

  it("tells the lines a second over the last minute", () => {
    // 03:03:00 to 03:04:05, in whole places of ten seconds.
    const { lines_per_second, raw_bytes_per_second } = reportOf(
      5,
      batch(0),
      batch(65 * SECOND_MS),
      batch(66 * SECOND_MS),
    );
    expect(lines_per_second).toBeCloseTo(20 / 65);
    expect(raw_bytes_per_second).toBeCloseTo(2000 / 65);
  });

  it("names the five most frequent events, and puts the others together", () => {
    const counts = { a: 7, b: 6, c: 5, d: 4, e: 3, f: 2, g: 1 };
    const { series, events } = reportOf(
      5,
      batch(0, { events: new Map(Object.entries(counts)) }),
      batch(30 * SECOND_MS, { events: new Map([["g", 1]]) }),
    );
    expect(events.map(({ event, count }) => `${event} ${count}`)).toEqual([
      "a 7",
      "b 6",
      "c 5",
      "d 4",
      "e 3",
      "f 2",
      "g 2",
    ]);
    expect(series.map(({ event }) => event)).toEqual(["a", "b", "c", "d", "e", null]);
    expect(filled(series[5]?.counts ?? [])).toEqual([
      [26, 1],
      [29, 3],
    ]);
  });

  it("counts an object once that is looked at in parts", () => {
    const further = { objects: 0, lines: 0, rawBytes: 0, lookedLines: 6 };
    const { totals, writers } = reportOf(5, batch(0, { lookedLines: 4 }), batch(0, further));
    expect(totals).toEqual({ lines: 10, raw_bytes: 1000, objects: 1, looked_lines: 10, quarantined: 0 });
    expect(writers).toMatchObject([{ writer: "w1", lines: 10, objects: 1 }]);
  });

  it("tells the delay of the newest batch alone", () => {
    const lags = (...ms: number[]) => ({ lagsMs: Float64Array.from(ms) });
    const newest = batch(SECOND_MS, lags(100, 200, 900));
    expect(reportOf(5, newest, batch(20 * SECOND_MS, lags(5000))).lag).toEqual({ median_ms: 200, worst_ms: 900 });
    expect(reportOf(5, newest, batch(0, lags())).lag).toEqual({ median_ms: 200, worst_ms: 900 });
  });

  it("names the writers, the last one first", () => {
    const { writers } = reportOf(5, batch(0), batch(40 * SECOND_MS), batch(20 * SECOND_MS, { writer: "w2" }));
    expect(writers).toEqual([
      { writer: "w1", stream: "s", last_written: "2026-01-02T03:04:05.000Z", objects: 2, lines: 20 },
      { writer: "w2", stream: "s", last_written: "2026-01-02T03:03:45.000Z", objects: 1, lines: 10 },
    ]);
  });

  it("forgets what nobody can ask for any more", () => {
    const window = createLiveWindow();
    window.add(batch(MOST_MINUTES * MINUTE_MS - BUCKET_MS));
    window.add(batch(0));
    window.forget(NOW_MS);
    expect(window.report(NOW_MS, MOST_MINUTES).totals.objects).toBe(2);
    window.forget(NOW_MS + 3 * BUCKET_MS);
    expect(window.report(NOW_MS, MOST_MINUTES).totals.objects).toBe(1);
  });
});
