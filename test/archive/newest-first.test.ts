/**
 * Goal: a search that begins with the newest lines finds each line once, says from which time on it knows all, and stops where
 * it may not go on; lines are counted by time without being looked at.
 * Method: objects of blocks of known lines, which overlap in time, by hand; properties over histories that are sealed in part,
 * against a search in the order of the objects, and against every line looked at.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FindQuery, findPlaces, type LineSpan, searchPlaces } from "../../src/archive/find.ts";
import { isTakenFrom } from "../../src/archive/line-object.ts";
import { type Buckets, countTimes } from "../../src/archive/line-times.ts";
import { type NewestQuery, searchNewestFirst } from "../../src/archive/newest-first.ts";
import { spanOfHour } from "../../src/archive/span.ts";
import { eachLine } from "../../src/archive/wal-reader.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import { hourOf } from "../../src/core/hour.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS, KIB, MINUTE_MS } from "../../src/core/units.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { arbitraryHistory, archiveAfter, POOL } from "./sample-history.ts";
import { putPlan } from "./sample-vault.ts";

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

const UNLIMITED: NewestQuery & FindQuery = { ...OPEN, matches: () => true, mostBytes: Number.POSITIVE_INFINITY };

/** Times as of lines of histories, or none. */
const arbitraryTime = fc.option(fc.constantFrom(...POOL.map(({ timeMs }) => timeMs ?? SAMPLE_MS)), {
  nil: null,
  freq: 1,
});

async function search(store: ObjectStore, limits: Partial<NewestQuery & FindQuery> = {}) {
  const seen: string[] = [];
  const frontiers: number[] = [];
  const query = { ...UNLIMITED, ...limits };
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
    expect(await search(store, { mostBytes: 1 })).toEqual({ seen: "50", frontiers: [40], isWhole: false });
    expect(await search(store, { blocksOf: async () => new Set([0]) })).toMatchObject({ seen: "30 10", isWhole: true });
  });

  it("ends between two blocks once nobody wants it any more", async () => {
    const stop = new AbortController();
    const matches = (): boolean => {
      stop.abort();
      return true;
    };
    const store = await archiveOf([blocksAt(10, 40, 20)]);
    expect(await search(store, { matches, signal: stop.signal })).toMatchObject({ seen: "40", isWhole: false });
  });

  it("asks of the same lines and finds the same as any search, none of them later than it has said", async () => {
    const nameOf = (line: ArchivedLine): string => `${line.meta.id} ${bytesOf(line).toString("latin1", 0, 20)}`;
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(["aa", "bb"], ["a", "b"]), arbitraryTime, arbitraryTime, async (...given) => {
        const [history, sinceMs, untilMs] = given;
        const store = await archiveAfter(history);
        const asking = () => {
          const asked: string[] = [];
          const found: string[] = [];
          const matches = (line: ArchivedLine): boolean => asked.push(nameOf(line)) > 0;
          return { asked, found, query: { ...UNLIMITED, sinceMs, untilMs, matches } };
        };
        const [usual, newest] = [asking(), asking()];
        const places = await findPlaces(store, usual.query);
        await searchPlaces(places, usual.query, {
          visit: (line) => usual.found.push(nameOf(line)),
          endOfBlock: () => Promise.resolve(),
          onBytes: () => undefined,
        });
        let latestMs = Number.POSITIVE_INFINITY;
        await searchNewestFirst(places, newest.query, {
          visit: (line) => {
            newest.found.push(nameOf(line));
            expect(line.meta.timeMs ?? 0).toBeLessThanOrEqual(latestMs);
          },
          endOfBlock: async (_, frontierMs) => void (latestMs = frontierMs),
        });
        expect(newest.found.toSorted()).toEqual(usual.found.toSorted());
        expect(newest.asked.toSorted()).toEqual(usual.asked.toSorted());
      }),
      { numRuns: 100 },
    );
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

  it("counts a line where it is taken from, and one that runs ahead at its own time", async () => {
    const at = (hours: number) => ({ timeMs: START_MS + hours * HOUR_MS });
    const ahead = sampleLine("ahead", { ...at(5), hour: hourOf(START_MS), lane: "future" });
    const store = await archiveOf([[sampleLine("sealed", at(0)), sampleLine("open", at(1))], [ahead]]);
    await putPlan(store, spanOfHour("local", hourOf(START_MS), 1), await walObjects(store));
    const buckets: Buckets = { fromMs: START_MS, stepMs: 2 * HOUR_MS, counts: [0, 0, 0] };
    const options = { ...OPEN, signal: new AbortController().signal, endOfBlock: () => Promise.resolve() };
    await countTimes(await findPlaces(store, UNLIMITED), buckets, options);
    expect(buckets.counts).toEqual([2, 0, 1]);
  });

  it("knows by tables what looking at every line would tell", async () => {
    const steps = fc.constantFrom(15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, 2 * DAY_MS);
    const history = arbitraryHistory(["aa", "bb"], ["a", "b"]);
    await fc.assert(
      fc.asyncProperty(history, arbitraryTime, arbitraryTime, steps, async (deeds, sinceMs, untilMs, stepMs) => {
        const query = { ...UNLIMITED, sinceMs, untilMs };
        const places = await findPlaces(await archiveAfter(deeds), query);
        const fromMs = Math.floor(SAMPLE_MS / stepMs) * stepMs;
        const bucketsOf = (): Buckets => ({
          fromMs,
          stepMs,
          counts: Array.from({ length: DAY_MS / HOUR_MS }, () => 0),
        });
        const [byTables, byLines] = [bucketsOf(), bucketsOf().counts];
        const options = { sinceMs, untilMs, signal: new AbortController().signal };
        await countTimes(places, byTables, { ...options, endOfBlock: () => Promise.resolve() });
        for (const { object } of places) {
          const segment = await object.open();
          const count = (line: ArchivedLine): void => {
            const { timeMs } = line.meta;
            if (timeMs === null || !isTakenFrom(object, line)) return;
            if ((sinceMs !== null && timeMs < sinceMs) || (untilMs !== null && timeMs >= untilMs)) return;
            const at = Math.floor((timeMs - fromMs) / stepMs);
            if (at < byLines.length) byLines[at] = (byLines[at] ?? 0) + 1;
          };
          for (const block of segment.blocks) await eachLine(object, segment, block, count);
        }
        expect(byTables.counts).toEqual(byLines);
      }),
      { numRuns: 100 },
    );
  });
});
