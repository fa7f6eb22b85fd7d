/**
 * Goal: an object waits from its mark until it is noted as done, whoever writes which note, how often and in which order.
 * Method: on a store in memory and on a folder; a property over notes of several workers in any order.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIndexMarkers } from "../../src/archive/index-markers.ts";
import { walObjectName } from "../../src/archive/wal-name.ts";
import { createFolderStore } from "../../src/backends/files/folder-store.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { IndexMarkers } from "../../src/core/index-markers.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";

/** Name of an object; writers whose names begin alike are the ones that could be mixed up. */
function objectOf(sequence: number, { writer = "aa", ingestDay = "2021-01-01" } = {}): string {
  return walObjectName({ stream: "local", ingestDay, writer, sequence, firstHour: 446_000, lastHour: 446_000 });
}

async function waiting(markers: IndexMarkers): Promise<string[]> {
  const names: string[] = [];
  for await (const name of markers.waiting()) names.push(name);
  return names;
}

const STORES: readonly (readonly [string, () => Promise<ObjectStore>])[] = [
  ["memory", async () => createMemoryStore()],
  ["a folder", async () => createFolderStore(await tempFolder(), () => 0)],
];

describe.each(STORES)("markers in %s", (_store, open) => {
  it("name what waits and is not done, by the names of the objects", async () => {
    const markers = createIndexMarkers(await open(), "local");
    expect(await waiting(markers)).toEqual([]);
    const [first, second, third] = [objectOf(1), objectOf(2), objectOf(3)];
    for (const object of [second, third, first]) await markers.mark(object);
    expect(await waiting(markers)).toEqual([first, second, third]);
    await markers.finish(second);
    expect(await waiting(markers)).toEqual([first, third]);
    expect([await markers.isDone(first), await markers.isDone(second)]).toEqual([false, true]);
    await markers.finish(first);
    await markers.finish(third);
    expect(await waiting(markers)).toEqual([]);
  });

  it("may be written again by anybody, and change nothing then", async () => {
    const store = await open();
    const [one, other] = [createIndexMarkers(store, "local"), createIndexMarkers(store, "local")];
    await one.mark(objectOf(1));
    await other.mark(objectOf(1));
    expect(await waiting(other)).toEqual([objectOf(1)]);
    await other.finish(objectOf(1));
    await one.finish(objectOf(1));
    await one.mark(objectOf(1));
    expect(await waiting(one)).toEqual([]);
    expect(await one.isDone(objectOf(1))).toBe(true);
  });

  it("of one stream are none of another's", async () => {
    const store = await open();
    await createIndexMarkers(store, "local").mark(objectOf(1));
    expect(await waiting(createIndexMarkers(store, "loc"))).toEqual([]);
    expect(await waiting(createIndexMarkers(store, "local"))).toEqual([objectOf(1)]);
  });

  it("are no objects of the archive, and need none", async () => {
    const store = await open();
    const markers = createIndexMarkers(store, "local");
    const object = await putObject(store, [sampleLine("one")], {});
    await markers.mark(object);
    expect(await waiting(markers)).toEqual([object]);
    await markers.finish(object);
    expect((await walObjects(store)).map(({ name }) => name)).toEqual([object]);
  });
});

describe("notes", () => {
  it("of several workers, in any order, leave waiting what was marked and is not done", async () => {
    const object = fc
      .record({
        sequence: fc.integer({ min: 1, max: 12 }),
        writer: fc.constantFrom("a", "aa", "ab", "b"),
        ingestDay: fc.constantFrom("2021-01-01", "2021-01-02"),
      })
      .map(({ sequence, ...rest }) => objectOf(sequence, rest));
    const note = fc.tuple(fc.constantFrom("mark" as const, "finish" as const), object);
    await fc.assert(
      fc.asyncProperty(fc.array(note, { maxLength: 40 }), async (notes) => {
        const store = createMemoryStore();
        const markers = createIndexMarkers(store, "local");
        for (const [kind, name] of notes) await markers[kind](name);
        const named = (wanted: string): string[] => notes.filter(([kind]) => kind === wanted).map(([, name]) => name);
        const done = new Set(named("finish"));
        expect(await waiting(markers)).toEqual([...new Set(named("mark"))].filter((name) => !done.has(name)).sort());
        for (const [, name] of notes) expect(await markers.isDone(name)).toBe(done.has(name));
      }),
      { numRuns: 200 },
    );
  });
});
