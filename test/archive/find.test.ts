/**
 * Goal: a search gives exactly the lines of the span, and reads no more than it must.
 * Method: properties against a plain filter over all lines, in objects of several blocks, in the write-ahead log, the
 * vault, or both; the borders by hand.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spanOfHour } from "../../src/archive/span.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { hourOf } from "../../src/core/hour.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS, KIB } from "../../src/core/units.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { type FindCost, findLines } from "./find-lines.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { arbitraryHistory, archiveAfter, POOL } from "./sample-history.ts";
import { putPlan, sealAll, storeWithout } from "./sample-vault.ts";

interface Span {
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

async function archiveOf(objects: readonly (readonly Line[])[]): Promise<ObjectStore> {
  const store = createMemoryStore();
  for (const [index, lines] of objects.entries()) await putObject(store, lines, { sequence: index + 1 });
  return store;
}

async function find(
  store: ObjectStore,
  span: Span,
  matches: (text: string) => boolean = () => true,
): Promise<{ found: string[]; cost: FindCost }> {
  const found: string[] = [];
  const cost = await findLines(store, { ...span, matches: (line) => matches(bytesOf(line).toString()) }, (line) =>
    found.push(bytesOf(line).toString("utf8", 0, 20)),
  );
  return { found, cost };
}

const OPEN: Span = { sinceMs: null, untilMs: null };

/** A line whose text tells it from others; `size` lets a few of them fill a block. */
function lineAt(timeMs: number | null, text: string, size = 0): Line {
  return sampleLine(text.padEnd(size), { timeMs });
}

describe("findLines", () => {
  it("takes a span from its first millisecond to before its last", async () => {
    const times = [-1, 0, 1, 9, 10, 11];
    const store = await archiveOf([times.map((ms) => lineAt(SAMPLE_MS + ms, `${ms}`)), [lineAt(null, "undated")]]);
    const since = { sinceMs: SAMPLE_MS, untilMs: null };
    const until = { sinceMs: null, untilMs: SAMPLE_MS + 10 };
    expect((await find(store, { ...since, ...until, sinceMs: SAMPLE_MS })).found).toEqual(["0", "1", "9"]);
    expect((await find(store, since)).found).toEqual(["0", "1", "9", "10", "11"]);
    expect((await find(store, until)).found).toEqual(["-1", "0", "1", "9"]);
    expect((await find(store, OPEN)).found).toEqual([...times.map(String), "undated"]);
    expect((await find(store, { sinceMs: SAMPLE_MS, untilMs: SAMPLE_MS })).found).toEqual([]);
  });

  it("loses no line by skipping blocks", async () => {
    const time = fc.option(fc.integer({ min: 0, max: 20 }), { nil: null });
    const size = fc.constantFrom(0, 0, 300 * KIB, 600 * KIB);
    const objects = fc.array(fc.array(fc.tuple(time, size), { minLength: 1, maxLength: 6 }), { maxLength: 3 });
    const span = fc.record({ sinceMs: time, untilMs: time });
    await fc.assert(
      fc.asyncProperty(objects, span, async (plan, { sinceMs, untilMs }) => {
        const lines = plan.map((each, object) =>
          each.map(([ms, bytes], row) => lineAt(ms === null ? null : SAMPLE_MS + ms, `${object}.${row} `, bytes)),
        );
        const expected = plan.flatMap((each, object) =>
          each.flatMap(([ms], row) => {
            const isIn = (sinceMs === null || (ms ?? -1) >= sinceMs) && (untilMs === null || (ms ?? 99) < untilMs);
            return isIn ? [`${object}.${row}`] : [];
          }),
        );
        const shifted = {
          sinceMs: sinceMs === null ? null : SAMPLE_MS + sinceMs,
          untilMs: untilMs === null ? null : SAMPLE_MS + untilMs,
        };
        const { found } = await find(await archiveOf(lines), shifted);
        expect(found.map((text) => text.trim())).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("reads only the blocks that can match", async () => {
    const store = await archiveOf([
      [lineAt(SAMPLE_MS, "a", 700 * KIB), lineAt(SAMPLE_MS + 10, "b", 700 * KIB), lineAt(null, "c", 700 * KIB)],
    ]);
    const all = await find(store, OPEN);
    const one = await find(store, { sinceMs: SAMPLE_MS + 1, untilMs: SAMPLE_MS + 11 });
    expect(one.found.map((text) => text.trim())).toEqual(["b"]);
    expect([all.cost, one.cost]).toEqual([
      { objects: 1, blocks: 3 },
      { objects: 1, blocks: 1 },
    ]);
  });

  it("gives a repeated line once, and all variants of a conflict", async () => {
    const line = sampleLine("twice");
    const variant = sampleLine("other bytes", { id: line.id });
    const twin = sampleLine("twice", { id: line.id.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")) });
    const store = await archiveOf([[line, line, variant], [twin], [variant, line]]);
    expect((await find(store, OPEN)).found).toEqual(["twice", "other bytes", "twice"]);
  });

  it("asks its question of lines in the span only", async () => {
    const store = await archiveOf([[lineAt(SAMPLE_MS, "in"), lineAt(SAMPLE_MS + 1, "out"), lineAt(SAMPLE_MS, "no")]]);
    const asked: string[] = [];
    const { found } = await find(store, { sinceMs: null, untilMs: SAMPLE_MS + 1 }, (text) => {
      asked.push(text);
      return text !== "no";
    });
    expect(found).toEqual(["in"]);
    expect(asked).toEqual(["in", "no"]);
  });

  it("waits for the reader after each block", async () => {
    const store = await archiveOf([[lineAt(SAMPLE_MS, "a", 700 * KIB), lineAt(SAMPLE_MS, "b", 700 * KIB)]]);
    const trace: string[] = [];
    await findLines(
      store,
      { ...OPEN, matches: () => true },
      (line) => trace.push(bytesOf(line).toString("utf8", 0, 1)),
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        trace.push("taken");
      },
    );
    expect(trace).toEqual(["a", "taken", "b", "taken"]);
  });
});

describe("findLines in the vault", () => {
  const variantOf = (id: string, text: Buffer): string => `${id} ${text.toString("latin1", 0, 20)} ${text.length}`;

  it("gives each line once, wherever it lies", async () => {
    const time = fc.option(fc.constantFrom(...POOL.map(({ timeMs }) => timeMs ?? SAMPLE_MS)), { nil: null });
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(["aa", "bb"], ["a", "b"]), time, time, async (history, sinceMs, untilMs) => {
        const store = await archiveAfter(history);
        const found: string[] = [];
        await findLines(store, { sinceMs, untilMs, matches: () => true }, (line) =>
          found.push(variantOf(line.meta.id, bytesOf(line))),
        );
        const isIn = ({ timeMs }: Line): boolean =>
          (sinceMs === null && untilMs === null) ||
          (timeMs !== null && (sinceMs === null || timeMs >= sinceMs) && (untilMs === null || timeMs < untilMs));
        const lines = history.deeds.flatMap((deed) => ("put" in deed ? deed.put.filter(isIn) : []));
        const expected = new Set(lines.map((line) => variantOf(line.id, bytesOf(line))));
        expect(found.toSorted()).toEqual([...expected].toSorted());
      }),
      { numRuns: 150 },
    );
  });

  it("goes by streams, spans and plans, then by write-ahead objects", async () => {
    const store = createMemoryStore();
    for (const stream of ["b", "a"]) {
      await putObject(store, [lineAt(SAMPLE_MS + HOUR_MS, `${stream} later`), lineAt(null, `${stream} undated`)], {
        stream,
      });
      await putObject(store, [lineAt(SAMPLE_MS, `${stream} first`)], { stream, sequence: 2 });
      await sealAll(store, await walObjects(store, stream));
      await putObject(store, [lineAt(SAMPLE_MS, `${stream} late`)], { stream, sequence: 3 });
      await sealAll(store, (await walObjects(store, stream)).slice(2));
      await putObject(store, [lineAt(SAMPLE_MS, `${stream} new`)], { stream, sequence: 4 });
    }
    const { found } = await find(store, OPEN);
    const sealed = (stream: string): string[] =>
      ["undated", "first", "late", "later"].map((text) => `${stream} ${text}`);
    expect(found).toEqual([...sealed("a"), ...sealed("b"), "a new", "b new"]);
  });

  it("needs neither objects that are sealed, nor manifests and segments of hours that cannot match", async () => {
    const store = createMemoryStore();
    const days = [-3, -2, -1, 0, 1].map((day) => SAMPLE_MS + day * DAY_MS);
    for (const [index, ms] of days.entries())
      await putObject(store, [lineAt(ms, `day ${index}`)], { sequence: index + 1 });
    // Filed four days before the time that it has.
    const future = sampleLine("ahead", { timeMs: SAMPLE_MS, hour: hourOf(days[0] ?? 0) + 2, lane: "future" });
    await putObject(store, [future], { sequence: 9 });
    const objects = await walObjects(store);
    await sealAll(store, objects);
    const read = new Set<string>();
    const watched = storeWithout(
      { ...store, read: (name, start, end) => (read.add(name), store.read(name, start, end)) },
      new Set(objects.map(({ name }) => name)),
    );
    const { found, cost } = await find(watched, { sinceMs: SAMPLE_MS, untilMs: SAMPLE_MS + 1 });
    expect(found).toEqual(["ahead", "day 3"]);
    expect(cost.objects).toBe(2);
    const segments = [...read].filter((name) => name.endsWith(".ndjson.zst"));
    expect(segments.map((name) => name.slice(0, 27)).toSorted()).toEqual(
      ["vault/v1/local/2020-12-19/1", "vault/v1/local/2020-12-22/0"].flatMap((name) => [name, name]),
    );
    expect([...read].some((name) => name.includes("2020-12-23"))).toBe(false);
  });

  it("does not read an object again of which a plan has found that all came before", async () => {
    const store = createMemoryStore();
    for (const sequence of [1, 2]) {
      await putObject(store, [lineAt(SAMPLE_MS, "twice")], { sequence });
      await sealAll(store, await walObjects(store));
    }
    const { found, cost } = await find(store, OPEN);
    expect(found).toEqual(["twice"]);
    expect(cost.objects).toBe(1);
  });

  it("takes from an object that is sealed in part only the lines of its other hours", async () => {
    const store = createMemoryStore();
    const lines = [lineAt(SAMPLE_MS, "sealed"), lineAt(SAMPLE_MS + HOUR_MS, "open")];
    await putObject(store, lines, {});
    await putPlan(store, spanOfHour("local", hourOf(SAMPLE_MS), 1), await walObjects(store));
    const asked: string[] = [];
    await find(store, OPEN, (text) => asked.push(text) > 0);
    expect(asked).toEqual(["sealed", "open"]);
    const before = await find(store, { sinceMs: null, untilMs: SAMPLE_MS + 1 });
    expect(before).toMatchObject({ found: ["sealed"], cost: { objects: 1 } });
  });
});
