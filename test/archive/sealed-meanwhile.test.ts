/**
 * Goal: whoever lists what an archive has misses no line that is sealed, and gone from the write-ahead log, meanwhile.
 * Method: that happens before each single request of a reader, in turn.
 */
import { expect, it } from "vitest";
import { listLineObjects } from "../../src/archive/line-object.ts";
import { findRunLines } from "../../src/archive/run-lines.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { readLedger } from "../../src/counts/ledger/ledger.ts";
import { readBooks } from "../../src/counts/stream-book.ts";
import { sampleLine } from "../segment/sample-line.ts";
import { putObject, walObjects } from "./sample-archive.ts";
import { sealAll, storeWithout } from "./sample-vault.ts";

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
    const seen = await look({
      ...archive,
      async read(name, start, end) {
        await next();
        return archive.read(name, start, end);
      },
      async *list(prefix) {
        await next();
        yield* archive.list(prefix);
      },
    });
    expect(seen.filter((name) => name === old || name.startsWith("vault/"))).not.toEqual([]);
    isOver = requests <= before;
  }
});
