/**
 * Goal: every repeat is found and nothing else, in one pass or many, whether the lines before lie in the write-ahead log
 * or in the vault; and no guess is made where nobody can tell any more.
 * Method: generated objects and sealings against a set of ids; the number of ids that a pass holds is a parameter.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInPass, planIdPasses, type SizedObject } from "../../src/archive/id-pass.ts";
import { createIdSet } from "../../src/archive/id-set.ts";
import { findRepeats } from "../../src/archive/repeats.ts";
import { findRunLines } from "../../src/archive/run-lines.ts";
import { spanOfHour } from "../../src/archive/span.ts";
import { parseWalName } from "../../src/archive/wal-name.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ArchivedLine } from "../../src/core/archived-line.ts";
import { hourOf } from "../../src/core/hour.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { arbitraryHistory, archiveAfter, type Deed, type History, POOL } from "./sample-history.ts";
import { putPlan, sealAll, storeWithout } from "./sample-vault.ts";

const objects = fc.array(fc.array(fc.constantFrom(...POOL, ...POOL.slice(0, 40)), { minLength: 1, maxLength: 60 }), {
  maxLength: 5,
});

interface Archive {
  readonly store: ObjectStore;
  readonly earlier: readonly (readonly Line[])[];
  readonly newer: readonly (readonly Line[])[];
}

async function archiveOf(earlier: Archive["earlier"], newer: Archive["newer"]): Promise<Archive> {
  const store = createMemoryStore();
  for (const [index, lines] of earlier.entries()) await putObject(store, lines, { writer: "old", sequence: index + 1 });
  for (const [index, lines] of newer.entries()) await putObject(store, lines, { writer: "new", sequence: index + 1 });
  return { store, earlier, newer };
}

const NEVER = new AbortController().signal;

/** `object.row bytes id`, sorted: passes come in no order that anyone relies on. Null where nobody can tell. */
async function foundRepeats(
  store: ObjectStore,
  { idsPerPass, objects, later = [] }: { idsPerPass?: number | undefined; objects?: number; later?: string[] } = {},
): Promise<string[] | null> {
  const written = (await walObjects(store)).filter(({ writer }) => writer === "new").length;
  const run = { writer: "new", objects: objects ?? written, later: new Set(later) };
  const lines = await findRunLines(store, run, NEVER);
  if (lines === null) return null;
  const found: string[] = [];
  const note = (line: ArchivedLine): number =>
    found.push(repeatText(parseWalName(line.object)?.sequence, line.row, line));
  expect(await findRepeats(lines, note, NEVER, idsPerPass)).toBe(true);
  return found.sort();
}

function repeatText(sequence: number | undefined, row: number, line: Line | ArchivedLine): string {
  return `${sequence}.${row} ${bytesOf(line).toString("latin1", 0, 20)} ${"meta" in line ? line.meta.id : line.id}`;
}

function naiveRepeats({ earlier, newer }: Archive): string[] {
  const seen = new Set(earlier.flat().map(({ id }) => id));
  const found: string[] = [];
  for (const [index, lines] of newer.entries()) {
    for (const [row, line] of lines.entries()) {
      if (seen.has(line.id)) found.push(repeatText(index + 1, row, line));
      seen.add(line.id);
    }
  }
  return found.sort();
}

describe("findRepeats", () => {
  it.each([
    ["one pass", undefined],
    ["several passes", 60],
  ])("finds exactly the lines whose id came before, in %s", async (_, idsPerPass) => {
    await fc.assert(
      fc.asyncProperty(objects, objects, async (earlier, newer) => {
        const archive = await archiveOf(earlier, newer);
        expect(await foundRepeats(archive.store, { idsPerPass })).toEqual(naiveRepeats(archive));
      }),
      { numRuns: 40 },
    );
  });

  it("leaves nothing of an object that came before once more", async () => {
    const archive = await archiveOf([POOL], [POOL]);
    expect(await foundRepeats(archive.store, { idsPerPass: 60 })).toHaveLength(POOL.length);
  });

  it("reads no object of other hours", async () => {
    const old = [sampleLine("old", { timeMs: SAMPLE_MS - 86_400_000 })];
    const archive = await archiveOf([old, [sampleLine("x")]], [[sampleLine("x"), sampleLine("y")]]);
    const read = new Set<string>();
    const store: ObjectStore = {
      ...archive.store,
      read(name, start, end) {
        read.add(name);
        return archive.store.read(name, start, end);
      },
    };
    expect(await foundRepeats(store)).toHaveLength(1);
    expect([...read].some((name) => name.includes("2020122109"))).toBe(false);
    expect(read.size).toBe(2);
  });
});

/** Repeats among the lines that writer `new` has put, where those of `later` do not count. */
function repeatsIn(deeds: readonly Deed[]): string[] {
  const puts = deeds.flatMap((deed, index) => ("put" in deed ? [{ ...deed, sequence: index + 1 }] : []));
  const seen = new Set(puts.flatMap(({ put, writer }) => (writer === "old" ? put.map(({ id }) => id) : [])));
  const found: string[] = [];
  const newer = puts.filter(({ writer }) => writer === "new").toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
  for (const { put, sequence } of newer) {
    for (const [row, line] of put.entries()) {
      if (seen.has(line.id)) found.push(repeatText(sequence, row, line));
      seen.add(line.id);
    }
  }
  return found.sort();
}

function objectsOf(deeds: readonly Deed[], writer: string): number {
  return deeds.filter((deed) => "put" in deed && deed.writer === writer).length;
}

describe("findRepeats in an archive that is being sealed", () => {
  const histories = arbitraryHistory(["old", "old", "new", "later"], ["a", "b"]);
  const found = async (history: History, idsPerPass?: number): Promise<string[] | null> =>
    foundRepeats(await archiveAfter(history), {
      idsPerPass,
      objects: objectsOf(history.deeds, "new"),
      later: ["later"],
    });

  it.each([
    ["one pass", undefined],
    ["several passes", 60],
  ])("finds them exactly, whatever is sealed, in %s", async (_, idsPerPass) => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        expect(await found({ ...history, removed: [] }, idsPerPass)).toEqual(repeatsIn(history.deeds));
      }),
      { numRuns: 150 },
    );
  });

  it("finds them exactly or not at all, where sealed objects are gone", async () => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const repeats = await found(history);
        if (repeats !== null) expect(repeats).toEqual(repeatsIn(history.deeds));
        known += repeats === null ? 0 : 1;
      }),
      { numRuns: 200 },
    );
    expect(known).toBeGreaterThan(100);
  });

  it("finds them exactly in the vault alone, where the run is not sealed", async () => {
    await fc.assert(
      fc.asyncProperty(histories, histories, async (before, after) => {
        const earlier = before.deeds.filter((deed) => !("put" in deed) || deed.writer === "old");
        const run = after.deeds.filter((deed) => "put" in deed);
        const history = { ...before, deeds: [...earlier, ...run] };
        expect(await found(history)).toEqual(repeatsIn(history.deeds));
      }),
      { numRuns: 100 },
    );
  });

  it("reads of the vault only hours that the run has lines of, though one of these is years away", async () => {
    const store = createMemoryStore();
    for (let hour = 0; hour < 30; hour += 1) {
      await putObject(store, [sampleLine(`${hour}`, { timeMs: SAMPLE_MS + hour * HOUR_MS })], {
        writer: "old",
        sequence: hour + 1,
      });
    }
    const old = await walObjects(store);
    await sealAll(store, old);
    await putObject(
      store,
      [sampleLine("29", { timeMs: SAMPLE_MS + 29 * HOUR_MS }), sampleLine("x", { timeMs: null })],
      {
        writer: "new",
      },
    );
    const read = new Set<string>();
    const watched = storeWithout(
      { ...store, read: (name, start, end) => (read.add(name), store.read(name, start, end)) },
      new Set(old.map(({ name }) => name)),
    );
    expect(await foundRepeats(watched)).toHaveLength(1);
    expect([...read].filter((name) => name.endsWith(".ndjson.zst"))).toHaveLength(3);
    expect([...read].filter((name) => name.includes("2020-12-22"))).toEqual([]);
  });

  it("reads what is sealed once, in the vault", async () => {
    const store = createMemoryStore();
    await putObject(store, [sampleLine("x"), sampleLine("y")], { writer: "old" });
    await putPlan(store, spanOfHour("local", hourOf(SAMPLE_MS), 1), await walObjects(store));
    await putObject(store, [sampleLine("x")], { writer: "new" });
    const lines = await findRunLines(store, { writer: "new", objects: 1, later: new Set() }, NEVER);
    expect(lines?.earlier.map(({ name }) => name.split("/", 1)[0])).toEqual(["vault"]);
  });

  it("does not take for new what a plan left out since it had a line of the run", async () => {
    const store = createMemoryStore();
    for (const writer of ["new", "old"]) {
      await putObject(store, [sampleLine("x")], { writer });
      await sealAll(store, await walObjects(store));
    }
    expect(await foundRepeats(store)).toHaveLength(1);
  });

  it("does not miss objects of other hours that a plan has mixed with the run", async () => {
    const store = createMemoryStore();
    const gone = await putObject(store, [sampleLine("w", { timeMs: SAMPLE_MS - HOUR_MS })], { writer: "old" });
    await putObject(store, [sampleLine("x")], { writer: "old", sequence: 2 });
    await putObject(store, [sampleLine("x")], { writer: "new" });
    await sealAll(store, await walObjects(store), 24);
    expect(await foundRepeats(storeWithout(store, new Set([gone])))).toHaveLength(1);
  });

  it("makes no pass over hours that the run has no line of", async () => {
    const store = createMemoryStore();
    const lines = Array.from({ length: 10 }, (_, hour) => sampleLine("x", { timeMs: SAMPLE_MS + hour * HOUR_MS }));
    const old = await putObject(store, lines, { writer: "old" });
    await putObject(store, [sampleLine("x")], { writer: "new" });
    const read: string[] = [];
    const watched = {
      ...store,
      read: (name: string, start: number, end: number) => (read.push(name), store.read(name, start, end)),
    };
    expect(await foundRepeats(watched, { idsPerPass: 5 })).toHaveLength(1);
    // To learn its size, and in three parts of the one hour its block table and its ids.
    expect(read.filter((name) => name === old)).toHaveLength(7);
  });

  it("gives up where a plan has mixed lines of the run with others, and these are gone", async () => {
    const store = createMemoryStore();
    const old = await putObject(store, [sampleLine("x")], { writer: "old" });
    const own = await putObject(store, [sampleLine("x"), sampleLine("y")], { writer: "new" });
    await sealAll(store, await walObjects(store));
    expect(await foundRepeats(store)).toHaveLength(1);
    expect(await foundRepeats(storeWithout(store, new Set([old])))).toBeNull();
    expect(await foundRepeats(storeWithout(store, new Set([own])), { objects: 1 })).toBeNull();
  });
});

describe("passes", () => {
  const object = (firstHour: number, lastHour: number, rows: number): SizedObject => ({
    object: {
      name: "",
      stream: "",
      sizeBytes: 0,
      firstHour,
      lastHour,
      rows,
      rawBytes: null,
      mayRunAhead: false,
      mayBeQuarantined: false,
      onlyHours: null,
      sealed: null,
      open: () => Promise.reject(new Error("read")),
    },
    rows,
  });

  it("follow the hours, so that objects in order of time are read a few times at the most", () => {
    const objects = Array.from({ length: 100 }, (_, hour) => object(hour, hour + 1, 50));
    const passes = planIdPasses(objects, 200);
    expect(Math.max(...passes.map(({ rows }) => rows))).toBeLessThanOrEqual(200);
    expect(passes.reduce((sum, pass) => sum + pass.objects.length, 0)).toBeLessThan(200);
  });

  it("are parts by hash where one hour holds too many", () => {
    expect(planIdPasses([object(7, 7, 950)], 100)).toMatchObject(
      Array.from({ length: 10 }, (_, part) => ({ fromHour: 7, toHour: 8, part, parts: 10 })),
    );
  });

  it("take each id exactly once, and only where an object of its hour is at hand", () => {
    const hours = fc.tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 90 }),
    );
    fc.assert(
      fc.property(fc.array(hours, { minLength: 1, maxLength: 12 }), fc.integer(), (spans, second) => {
        const objects = spans.map(([first, length, rows]) => object(first, first + length, rows));
        const passes = planIdPasses(objects, 100);
        for (const each of objects) {
          for (let hour = each.object.firstHour; hour <= each.object.lastHour; hour += 1) {
            const taking = passes.filter((pass) => isInPass(pass, Int32Array.of(hour, second, 0, 0), 0));
            expect(taking).toHaveLength(1);
            expect(taking[0]?.objects).toContain(each);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("a set of ids", () => {
  it("says of each id whether it was there, up to its size", () => {
    const word = fc.constantFrom(0, 1, -1, 0x7fff_ffff, -0x8000_0000);
    const id = fc.tuple(fc.constantFrom(1, 2), word, word, word);
    fc.assert(
      fc.property(fc.array(id, { maxLength: 100 }), (ids) => {
        const set = createIdSet(100);
        const model = new Set<string>();
        const words = Int32Array.from(ids.flat());
        for (const [index, each] of ids.entries()) {
          expect(set.add(words, index * each.length)).toBe(!model.has(each.join(" ")));
          model.add(each.join(" "));
        }
        expect(set.size).toBe(model.size);
      }),
      { numRuns: 200 },
    );
  });

  it("refuses one too many, and is empty after clearing", () => {
    const set = createIdSet(1);
    const ids = Int32Array.of(1, 1, 1, 1, 1, 1, 1, 2);
    expect(set.add(ids, 0)).toBe(true);
    expect(() => set.add(ids, 4)).toThrow("holds 1 already");
    expect(set.add(ids, 0)).toBe(false);
    set.clear();
    expect(set.size).toBe(0);
    expect(set.add(ids, 4)).toBe(true);
  });
});
