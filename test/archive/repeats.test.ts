/**
 * Goal: every repeat is found and nothing else, in one pass or many.
 * Method: generated objects against a set of ids; the number of ids that a pass holds is a parameter.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInPass, planIdPasses, type SizedObject } from "../../src/archive/id-pass.ts";
import { createIdSet } from "../../src/archive/id-set.ts";
import { findRepeats } from "../../src/archive/repeats.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { Line } from "../../src/core/line.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { KIB } from "../../src/core/units.ts";
import { bytesOf, SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";

/** Lines of several hours and of none; some long, so that objects have several blocks; conflicts among them. */
const POOL: readonly Line[] = Array.from({ length: 200 }, (_, n) => {
  const timeMs = n % 9 === 0 ? null : SAMPLE_MS + (n % 5) * 3_600_000;
  const line = sampleLine(n % 50 === 7 ? Buffer.alloc(600 * KIB, `${n}`) : `line ${n}`, { timeMs });
  return n % 10 === 1 ? sampleLine(`other bytes ${n}`, { timeMs, id: line.id }) : line;
});

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

/** `sequence.row bytes id`, sorted: passes come in no order that anyone relies on. */
async function foundRepeats({ store }: Archive, idsPerPass?: number): Promise<string[]> {
  const all = await walObjects(store);
  const found: string[] = [];
  await findRepeats(
    store,
    all.filter(({ writer }) => writer === "old"),
    all.filter(({ writer }) => writer === "new"),
    (line) => {
      const sequence = all.find(({ name }) => name === line.object)?.sequence ?? 0;
      found.push(`${sequence}.${line.row} ${bytesOf(line).toString("latin1", 0, 20)} ${line.meta.id}`);
    },
    new AbortController().signal,
    idsPerPass,
  );
  return found.sort();
}

function naiveRepeats({ earlier, newer }: Archive): string[] {
  const seen = new Set(earlier.flat().map(({ id }) => id));
  const found: string[] = [];
  for (const [index, lines] of newer.entries()) {
    for (const [row, line] of lines.entries()) {
      if (seen.has(line.id)) found.push(`${index + 1}.${row} ${bytesOf(line).toString("latin1", 0, 20)} ${line.id}`);
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
        expect(await foundRepeats(archive, idsPerPass)).toEqual(naiveRepeats(archive));
      }),
      { numRuns: 40 },
    );
  });

  it("leaves nothing of an object that came before once more", async () => {
    const archive = await archiveOf([POOL], [POOL]);
    expect(await foundRepeats(archive, 60)).toHaveLength(POOL.length);
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
    expect(await foundRepeats({ ...archive, store })).toHaveLength(1);
    expect([...read].some((name) => name.includes("2020122109"))).toBe(false);
    expect(read.size).toBe(2);
  });
});

describe("passes", () => {
  const object = (firstHour: number, lastHour: number, rows: number): SizedObject => ({
    object: { name: "", sizeBytes: 0, stream: "s", ingestDay: "", writer: "", sequence: 1, firstHour, lastHour },
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
