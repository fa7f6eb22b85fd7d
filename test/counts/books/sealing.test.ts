/**
 * Goal: a row says that it is sealed only where no hour of it can still change by lines that are on their way.
 * Method: books with open hours and a clock, against spans on every border.
 */
import { describe, expect, it } from "vitest";
import type { SealedPlan } from "../../../src/archive/sealed-plan.ts";
import { UNDATED_HOUR } from "../../../src/core/hour.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/core/units.ts";
import { isSealed, sealedThrough, sealingOf } from "../../../src/counts/books/sealing.ts";
import type { StreamBook } from "../../../src/counts/books/stream-book.ts";

const DAY = Date.UTC(2020, 11, 22) / DAY_MS;
const HOUR = DAY * 24;
const LATENESS_MS = 10 * MINUTE_MS;
/** Everything of the day before is due, and of this day until nine. */
const NOW_MS = (HOUR + 9) * HOUR_MS + LATENESS_MS;

function book(unsealed: readonly number[], { hasSealed = true, isRecord = false } = {}): StreamBook {
  const object = { name: "wal/x", sizeBytes: 1, createdAtMs: 0, stream: "x", ingestDay: "", writer: "", sequence: 1 };
  return {
    stream: "x",
    plans: hasSealed ? [{ isRecord } as SealedPlan] : [],
    tail: [{ object: { ...object, firstHour: 0, lastHour: 0 }, hours: unsealed, unsealed }],
  };
}

function span(fromDay: number, toDay: number) {
  return { period: "7d", fromDay, toDay } as const;
}

describe("a span", () => {
  it.each([
    ["all of whose hours are due and sealed is sealed", [HOUR + 1], span(DAY - 7, DAY), true],
    ["with an open hour at its end is not", [HOUR - 1], span(DAY - 7, DAY), false],
    ["with an open hour at its start is not", [HOUR - 7 * 24], span(DAY - 7, DAY), false],
    ["with an open hour before it is", [HOUR - 7 * 24 - 1], span(DAY - 7, DAY), true],
    ["with an open hour after it is", [HOUR], span(DAY - 7, DAY), true],
    ["that is not over is not, though nothing is open", [], span(DAY - 6, DAY + 1), false],
    ["has nothing to do with lines without time", [UNDATED_HOUR], span(DAY - 7, DAY), true],
  ] as const)("%s", (_, unsealed, asked, expected) => {
    expect(isSealed(sealingOf([book(unsealed)], NOW_MS, LATENESS_MS), asked)).toBe(expected);
  });

  it("is open by the lines of any stream", () => {
    const sealing = sealingOf([book([]), book([HOUR - 5])], NOW_MS, LATENESS_MS);
    expect(isSealed(sealing, span(DAY - 7, DAY))).toBe(false);
  });

  it("is not sealed before its last hour is due, nor where nothing ever was", () => {
    const midnight = HOUR * HOUR_MS;
    const at = (nowMs: number) => isSealed(sealingOf([book([])], nowMs, LATENESS_MS), span(DAY - 7, DAY));
    expect([at(midnight + LATENESS_MS - 1), at(midnight + LATENESS_MS)]).toEqual([false, true]);
    const nothing = sealingOf([book([], { hasSealed: false })], NOW_MS, LATENESS_MS);
    expect(isSealed(nothing, span(DAY - 7, DAY))).toBe(false);
  });
});

describe("sealed through", () => {
  it.each([
    ["the first open hour", [HOUR + 3, HOUR + 5], HOUR + 5, "2020-12-22T03:00:00Z"],
    ["the last due hour", [], HOUR + 8, "2020-12-22T09:00:00Z"],
    ["the end of the newest hour's day", [], HOUR - 20, "2020-12-22T00:00:00Z"],
    ["nothing, where no hour is filed", [], null, null],
  ] as const)("%s", (_, unsealed, newestHour, expected) => {
    expect(sealedThrough(sealingOf([book(unsealed)], NOW_MS, LATENESS_MS), newestHour)).toBe(expected);
  });

  it("nothing, where nothing is sealed, or no line was", () => {
    for (const change of [{ hasSealed: false }, { isRecord: true }]) {
      expect(sealedThrough(sealingOf([book([], change)], NOW_MS, LATENESS_MS), HOUR)).toBeNull();
    }
  });
});
