/**
 * Goal: a replay brings exactly the lines back that a search finds, each once, also where they lie in several streams,
 * half sealed, or half removed; and wherever it is killed, going on gives the same set.
 * Method: a property over histories of archives, with few ids in memory and kills at any portion; a search is the yardstick.
 * Rate, notes and estimate by hand.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LineSpan } from "../../../src/archive/find.ts";
import { estimateReplay } from "../../../src/archive/replay/estimate.ts";
import { createPacedSink } from "../../../src/archive/replay/paced-sink.ts";
import { bytesToRead, type ReplaySink, replayStretch } from "../../../src/archive/replay/replay.ts";
import { planReplay } from "../../../src/archive/replay/replay-plan.ts";
import { type HourSpan, isHourDone, parseReplayState, withHours } from "../../../src/archive/replay/replay-state.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import type { ArchivedLine } from "../../../src/core/archived-line.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { GIB, HOUR_MS, KIB } from "../../../src/core/units.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../../segment/sample-line.ts";
import { findLines } from "../find-lines.ts";
import { putObject, walObjects } from "../sample-archive.ts";
import { arbitraryHistory, archiveAfter } from "../sample-history.ts";
import { sealAll } from "../sample-vault.ts";

const NEVER = new AbortController().signal;
const OPEN: LineSpan = { sinceMs: null, untilMs: null };

/** By which a line is told from others. */
function keyOf(line: ArchivedLine): string {
  return `${line.meta.id} ${bytesOf(line).toString("latin1", 0, 30)}`;
}

async function found(store: ObjectStore, span: LineSpan): Promise<string[]> {
  const lines: string[] = [];
  await findLines(store, { ...span, matches: () => true }, (line) => lines.push(keyOf(line)));
  return lines.toSorted();
}

/** What files that appear with their hours would hold, after kills at these numbers of hands. */
async function replayed(
  store: ObjectStore,
  span: LineSpan,
  { idsPerPass = 1000, killAt = [] as readonly number[] } = {},
): Promise<{ lines: string[]; bytes: number; expectedBytes: number }> {
  const kept: string[] = [];
  let done: HourSpan[] = [];
  for (const mostHands of [...killAt, Number.POSITIVE_INFINITY]) {
    let hands = 0;
    let bytes = 0;
    let unfinished: string[] = [];
    const killed = new Error("killed");
    const sink: ReplaySink = {
      take(lines) {
        hands += 1;
        if (hands > mostHands) throw killed;
        unfinished.push(...lines.map(keyOf));
        return Promise.resolve();
      },
      endStretch({ fromHour, toHour }) {
        hands += 1;
        if (hands > mostHands) throw killed;
        kept.push(...unfinished);
        unfinished = [];
        done = withHours(done, [fromHour, toHour]);
        return Promise.resolve();
      },
    };
    const stretches = await planReplay(store, span, NEVER, idsPerPass);
    const isDone = (hour: number): boolean => isHourDone({ done }, hour);
    const onBytes = (more: number): void => void (bytes += more);
    const query = { ...span, matches: () => true };
    try {
      for (const stretch of stretches) await replayStretch(stretch, { query, sink, isDone, onBytes, signal: NEVER });
      return { lines: kept.toSorted(), bytes, expectedBytes: bytesToRead(stretches) };
    } catch (error) {
      if (error !== killed) throw error;
    }
  }
  throw new Error("never reached");
}

describe("replay", () => {
  it("brings back what a search finds, each line once, wherever it is killed", async () => {
    const bound = fc.option(fc.integer({ min: -1, max: 22 }), { nil: null });
    const at = (hours: number | null): number | null => (hours === null ? null : SAMPLE_MS + hours * HOUR_MS);
    const kills = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        arbitraryHistory(["aa", "bb"], ["local", "other"]),
        bound,
        bound,
        fc.constantFrom(3, 20, 1000),
        kills,
        async (history, since, until, idsPerPass, killAt) => {
          const store = await archiveAfter(history);
          const span = { sinceMs: at(since), untilMs: at(until) };
          const { lines, bytes, expectedBytes } = await replayed(store, span, { idsPerPass, killAt });
          expect(lines).toEqual(await found(store, span));
          expect(bytes).toBe(expectedBytes);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("takes all variants of an id, and of each variant one", async () => {
    const store = createMemoryStore();
    const line = sampleLine("twice");
    const variant = sampleLine("other bytes", { id: line.id });
    await putObject(store, [line, variant, line], {});
    await putObject(store, [variant, line], { sequence: 2, stream: "other" });
    const { lines } = await replayed(store, OPEN);
    expect(lines).toEqual([`${line.id} other bytes`, `${line.id} twice`]);
  });

  it("goes on after its lines were sealed, without one lost or twice", async () => {
    const store = createMemoryStore();
    const lines = Array.from({ length: 40 }, (_, n) => sampleLine(`line ${n}`, { timeMs: SAMPLE_MS + n * HOUR_MS }));
    for (const [index, line] of lines.entries()) await putObject(store, [line], { sequence: index + 1 });
    const expected = await found(store, OPEN);
    let done: HourSpan[] = [];
    const kept: string[] = [];
    const sink: ReplaySink = {
      take: (taken) => Promise.resolve(void kept.push(...taken.map(keyOf))),
      endStretch: ({ fromHour, toHour }) => Promise.resolve(void (done = withHours(done, [fromHour, toHour]))),
    };
    const options = { query: { ...OPEN, matches: () => true }, sink, onBytes: () => undefined, signal: NEVER };
    const isDone = (hour: number): boolean => isHourDone({ done }, hour);
    for (const stretch of (await planReplay(store, OPEN, NEVER, 5)).slice(0, 3)) {
      await replayStretch(stretch, { ...options, isDone });
    }
    await sealAll(store, await walObjects(store), 24);
    for (const stretch of await planReplay(store, OPEN, NEVER, 5)) await replayStretch(stretch, { ...options, isDone });
    expect(kept.toSorted()).toEqual(expected);
  });

  it("holds no more than a few blocks, whatever is asked for", async () => {
    const store = createMemoryStore();
    const lines = Array.from({ length: 60 }, (_, n) => sampleLine(`${n}`.padEnd(600 * KIB), { timeMs: SAMPLE_MS }));
    await putObject(store, lines, {});
    const sizes: number[] = [];
    const sink: ReplaySink = {
      take: (taken) => Promise.resolve(void sizes.push(taken.length)),
      endStretch: () => Promise.resolve(),
    };
    const query = { ...OPEN, matches: (line: ArchivedLine) => line.row % 10 === 0 };
    for (const stretch of await planReplay(store, OPEN, NEVER)) {
      await replayStretch(stretch, { query, sink, isDone: () => false, onBytes: () => undefined, signal: NEVER });
    }
    // Each of the six lines holds its block, of which eight mebibytes may be held.
    expect(sizes.length).toBe(1);
    sizes.length = 0;
    for (const stretch of await planReplay(store, OPEN, NEVER)) {
      const all = { ...OPEN, matches: () => true };
      await replayStretch(stretch, { query: all, sink, isDone: () => false, onBytes: () => undefined, signal: NEVER });
    }
    expect(Math.max(...sizes)).toBeLessThan(20);
  });

  it("ends at a stop between two blocks, with the signal's reason", async () => {
    const store = createMemoryStore();
    await putObject(store, [sampleLine("a".padEnd(700 * KIB)), sampleLine("b".padEnd(700 * KIB))], {});
    const stop = new AbortController();
    const reason = new Error("stopped");
    const [stretch] = await planReplay(store, OPEN, NEVER);
    const sink: ReplaySink = { take: () => Promise.resolve(), endStretch: () => Promise.resolve() };
    const query = {
      ...OPEN,
      matches() {
        stop.abort(reason);
        return true;
      },
    };
    expect(stretch).toBeDefined();
    if (stretch === undefined) return;
    const options = { query, sink, isDone: () => false, onBytes: () => undefined, signal: stop.signal };
    await expect(replayStretch(stretch, options)).rejects.toBe(reason);
  });
});

describe("a rate", () => {
  it("is kept, in even slices, and ends with the signal", async () => {
    let nowMs = 0;
    const clock = { monotonicMs: () => nowMs, sleep: (ms: number) => Promise.resolve(void (nowMs += ms)) };
    const taken: (readonly [atMs: number, lines: number])[] = [];
    const sink: ReplaySink = {
      take: (lines) => Promise.resolve(void taken.push([nowMs, lines.length])),
      endStretch: () => Promise.resolve(),
    };
    const stop = new AbortController();
    const paced = createPacedSink(sink, 100, clock, stop.signal);
    const lines = Array.from({ length: 110 }, () => ({}) as ArchivedLine);
    await paced.take(lines);
    await paced.take(lines);
    expect(taken.reduce((sum, [, count]) => sum + count, 0)).toBe(220);
    expect(taken.map(([, count]) => count).every((count) => count <= 25)).toBe(true);
    for (const [atMs] of taken) {
      const before = taken.filter(([earlier]) => earlier <= atMs).reduce((sum, [, count]) => sum + count, 0);
      expect(before).toBeLessThanOrEqual(25 + atMs / 10);
    }
    stop.abort(new Error("stopped"));
    await expect(paced.take(lines)).rejects.toThrow("stopped");
  });
});

describe("the note of a replay", () => {
  it("joins hours that touch, and keeps others apart", () => {
    const after = (...spans: readonly HourSpan[]): readonly HourSpan[] =>
      spans.reduce<readonly HourSpan[]>((done, span) => withHours(done, span), []);
    expect(after([5, 7], [9, 11])).toEqual([
      [5, 7],
      [9, 11],
    ]);
    expect(after([9, 11], [5, 7], [7, 9])).toEqual([[5, 11]]);
    expect(after([0, 1], [5, 7], [4, 9])).toEqual([
      [0, 1],
      [4, 9],
    ]);
    expect([4, 5, 6, 7].map((hour) => isHourDone({ done: [[5, 7]] }, hour))).toEqual([false, true, true, false]);
  });

  it("is not believed when it is something else", () => {
    const state = {
      format: 1,
      replay: "0123456789abcdef",
      asked: {},
      started_at: "2020-12-22T00:00:00.000Z",
      expires_at: null,
      done: [[1, 2]],
      lines: 1,
      rejected: 0,
      is_complete: false,
    };
    expect(parseReplayState(JSON.stringify(state))).toEqual(state);
    for (const change of [
      { format: 2 },
      { done: [[1]] },
      { done: 1 },
      { lines: "1" },
      { asked: null },
      { replay: 1 },
    ]) {
      expect(parseReplayState(JSON.stringify({ ...state, ...change }))).toBeNull();
    }
    for (const text of ["", "null", "[]", JSON.stringify(state).slice(0, -9)])
      expect(parseReplayState(text)).toBeNull();
  });
});

describe("the estimate", () => {
  it("adds up what is read by storage class, and what that costs", async () => {
    const store = createMemoryStore();
    await putObject(store, [sampleLine("a".padEnd(700 * KIB)), sampleLine("b".padEnd(700 * KIB))], {});
    await sealAll(store, await walObjects(store));
    const classes: ObjectStore = {
      ...store,
      async *list(prefix) {
        for await (const object of store.list(prefix)) yield { ...object, storageClass: "COLDLINE" };
      },
    };
    const stretches = await planReplay(classes, OPEN, NEVER);
    const prices = { COLDLINE: { perGib: 1000, perTenThousandReads: 50 } };
    const estimate = await estimateReplay(classes, stretches, prices);
    const bytes = bytesToRead(stretches);
    expect(estimate).toMatchObject({ lines: 2, objects: 1, stored_bytes: bytes, requests: 6 });
    expect(estimate.charge_usd).toBeCloseTo((bytes / GIB) * 1000 + 6 * 0.005, 9);
    expect(estimate.classes).toEqual([
      { class: "COLDLINE", stored_bytes: bytes, requests: 6, charge_usd: estimate.charge_usd },
    ]);
    expect(await estimateReplay(classes, stretches, {})).toMatchObject({ charge_usd: null });
    expect(await estimateReplay(store, stretches, prices)).toMatchObject({ charge_usd: null, classes: [] });
  });
});
