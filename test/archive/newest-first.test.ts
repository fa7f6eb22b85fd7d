/**
 * Goal: a search that begins with the newest lines finds each line once, says from which time on it knows all, and stops where
 * it may not go on; lines are counted by time without being looked at.
 * Method: objects of blocks of known lines, which overlap in time, in the write-ahead log and in the vault.
 */
import { describe, expect, it } from "vitest";
import { findPlaces, type LineSpan } from "../../src/archive/find.ts";
import { type Buckets, countTimes } from "../../src/archive/line-times.ts";
import { searchNewestFirst } from "../../src/archive/newest-first.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, KIB } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject } from "./sample-archive.ts";

const OPEN: LineSpan = { sinceMs: null, untilMs: null };
const START_MS = Math.floor(SAMPLE_MS / HOUR_MS) * HOUR_MS;

/** Each is a block by itself; the number is its minute. */
function blocksAt(...minutes: readonly number[]): Line[] {
  return minutes.map((minute) => sampleLine(`${minute}:`.padEnd(700 * KIB), { timeMs: START_MS + minute * 60_000 }));
}

async function archiveOf(objects: readonly (readonly Line[])[]): Promise<ObjectStore> {
  const store = createMemoryStore();
  for (const [index, lines] of objects.entries()) await putObject(store, lines, { sequence: index + 1 });
  return store;
}

async function search(store: ObjectStore, span: Partial<LineSpan> = {}, mostBytes = Number.POSITIVE_INFINITY) {
  const seen: string[] = [];
  const frontiers: number[] = [];
  const query = { ...OPEN, ...span, matches: () => true, mostBytes };
  const isWhole = await searchNewestFirst(await findPlaces(store, query), query, {
    visit: ({ buffer, start }) => seen.push(buffer.toString("utf8", start, start + 4).split(":")[0] ?? ""),
    endOfBlock: async (_, frontierMs) => void frontiers.push((frontierMs - START_MS) / 60_000),
  });
  return { seen: seen.join(" "), frontiers, isWhole };
}

describe("a search for the newest lines", () => {
  it("goes from block to block by time, whatever object they are in, and finds repeats once", async () => {
    const store = await archiveOf([blocksAt(10, 40, 20), blocksAt(30, 40, 50)]);
    expect(await search(store)).toEqual({
      seen: "50 40 30 20 10",
      frontiers: [40, 40, 30, 20, 10, Number.NEGATIVE_INFINITY],
      isWhole: true,
    });
  });

  it("looks at no block beyond its span or its bytes", async () => {
    const store = await archiveOf([blocksAt(10, 40, 20), blocksAt(30, 50)]);
    const span = { sinceMs: START_MS + 20 * 60_000, untilMs: START_MS + 40 * 60_000 };
    expect(await search(store, span)).toEqual({
      seen: "30 20",
      frontiers: [20, Number.NEGATIVE_INFINITY],
      isWhole: true,
    });
    expect(await search(store, {}, 1)).toEqual({ seen: "50", frontiers: [40], isWhole: false });
  });
});

describe("a count of lines by time", () => {
  it("puts each line of the span into its bucket", async () => {
    const minutes = [0, 1, 14, 15, 16, 44, 59];
    const store = await archiveOf([
      minutes.map((minute) => sampleLine(`${minute}`, { timeMs: START_MS + minute * 60_000 })),
    ]);
    const count = async (span: LineSpan): Promise<number[]> => {
      const buckets: Buckets = { fromMs: START_MS, stepMs: 15 * 60_000, counts: [0, 0, 0, 0] };
      const options = { ...span, signal: new AbortController().signal, endOfBlock: () => Promise.resolve() };
      await countTimes(await findPlaces(store, { ...span, matches: () => true }), buckets, options);
      return buckets.counts;
    };
    expect(await count(OPEN)).toEqual([3, 2, 1, 1]);
    expect(await count({ sinceMs: START_MS + 60_000, untilMs: START_MS + 44 * 60_000 })).toEqual([2, 2, 0, 0]);
  });
});
