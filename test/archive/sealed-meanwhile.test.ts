/**
 * Goal: whoever lists what an archive has misses no line that is sealed, and gone from the write-ahead log, meanwhile.
 * Method: that happens before each single request of a reader, in turn.
 */
import { expect, it } from "vitest";
import { listLineObjects } from "../../src/archive/line-object.ts";
import { findRunLines } from "../../src/archive/run-lines.ts";
import { readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import { readBooks } from "../../src/counts/books/stream-book.ts";
import { readLedger } from "../../src/counts/ledger/ledger.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { sealAll, storeWithout } from "./sample-vault.ts";
import { seal } from "./seal/sealing.ts";

type Look = (store: ObjectStore) => Promise<readonly string[]>;

const READERS: readonly (readonly [who: string, look: Look])[] = [
  ["a search", async (store) => (await Array.fromAsync(listLineObjects(store, () => true))).map(({ name }) => name)],
  [
    "the search for repeats",
    async (store) => {
      const run = { writer: "new", objects: 1, later: new Set<string>() };
      return (await findRunLines(store, run, new AbortController().signal))?.earlier.map(({ name }) => name) ?? [];
    },
  ],
  [
    "a count",
    async (store) =>
      (await readBooks(store)).flatMap(({ plans, tail }) => [
        ...plans.map(({ name }) => name),
        ...tail.filter(({ object }) => object.writer === "old").map(({ object }) => object.name),
      ]),
  ],
  [
    "a ledger",
    async (store) => {
      const options = {
        stream: "local",
        takes: () => true,
        isDeep: false,
        eventsOf: () => [],
        onBytes: () => undefined,
      };
      const { plans, tail } = await readLedger({ store, ...options });
      return [...plans.map(({ name }) => name), ...tail.map(({ object }) => object.name)];
    },
  ],
];

/** The archive, before each of whose requests `next` is done. */
function asking(archive: ObjectStore, next: () => Promise<void>): ObjectStore {
  return {
    ...archive,
    async read(name, start, end) {
      await next();
      return archive.read(name, start, end);
    },
    async *list(prefix) {
      await next();
      yield* archive.list(prefix);
    },
  };
}

it.each(READERS)("%s sees each line in one place or the other", async (_who, look) => {
  for (let before = 0, isOver = false; !isOver; before += 1) {
    const memory = createMemoryStore();
    const old = await putObject(memory, [sampleLine("x")], { writer: "old" });
    await putObject(memory, [sampleLine("x")], { writer: "new" });
    const gone = new Set<string>();
    const archive = storeWithout(memory, gone);
    let requests = 0;
    const next = async (): Promise<void> => {
      if (requests === before) {
        await sealAll(
          archive,
          (await walObjects(archive)).filter(({ writer }) => writer === "old"),
        );
        gone.add(old);
      }
      requests += 1;
    };
    const seen = await look(asking(archive, next));
    expect(seen.filter((name) => name === old || name.startsWith("vault/"))).not.toEqual([]);
    isOver = requests <= before;
  }
});

it("no plan of repeats alone is seen without the one before it, which has the lines", async () => {
  for (let before = 0, isOver = false; !isOver; before += 1) {
    const archive = createMemoryStore();
    await putObject(archive, [sampleLine("x")], { writer: "old" });
    let lists = 0;
    const plans = await readSealedPlans(
      {
        ...archive,
        async *list(prefix) {
          if (lists === before) {
            await seal(archive);
            await putObject(archive, [sampleLine("x")], { writer: "new" });
            await seal(archive);
          }
          lists += 1;
          yield* archive.list(prefix);
        },
      },
      "local",
    );
    const numbers = plans.map(({ manifest }) => manifest.plan);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    isOver = lists <= before;
  }
});

it("a sealer passes over an object that others have sealed, signed and removed since it was listed", async () => {
  const lines = [sampleLine("x"), sampleLine("y", { timeMs: SAMPLE_MS + HOUR_MS })];
  for (let before = 0, isOver = false; !isOver; before += 1) {
    const archive = createMemoryStore();
    const object = await putObject(archive, lines, { writer: "old" });
    let requests = 0;
    const next = async (): Promise<void> => {
      if (requests === before) {
        await seal(archive);
        await archive.remove(object);
      }
      requests += 1;
    };
    const said: string[] = [];
    await seal(asking(archive, next), { said });
    expect(said).toEqual([]);
    isOver = requests <= before;
  }
});
