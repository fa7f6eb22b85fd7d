/**
 * Goal: all that waits is indexed, by one worker or many, around what cannot be read; what is told to be complete is.
 * Method: markers on a store in memory, an index that notes what it gets and fails where the test says.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIndexMarkers } from "../../src/archive/index-markers.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { IoError } from "../../src/core/fault.ts";
import type { IndexMarkers } from "../../src/core/index-markers.ts";
import { catchUp } from "../../src/engine/catch-up.ts";

const objectsOf = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, number) => `wal/local/2021-01-01/aa/${String(number).padStart(8, "0")}.x-x.ndjson.zst`,
  );

async function markersOf(objects: readonly string[]): Promise<IndexMarkers> {
  const markers = createIndexMarkers(createMemoryStore(), "local");
  for (const object of objects) await markers.mark(object);
  return markers;
}

async function waiting(markers: IndexMarkers): Promise<string[]> {
  const names: string[] = [];
  for await (const name of markers.waiting()) names.push(name);
  return names;
}

interface Worker {
  /** What it gave to the index, in order. */
  readonly indexed: readonly string[];
  readonly told: readonly string[];
  /** How often it saw that the index is there. */
  readonly reached: number;
  run(): Promise<boolean>;
}

function workerOn(
  markers: IndexMarkers,
  index: (object: string) => Promise<void> = () => Promise.resolve(),
  { random = Math.random, signal = new AbortController().signal } = {},
): Worker {
  const indexed: string[] = [];
  const told: string[] = [];
  let reached = 0;
  return {
    indexed,
    told,
    get reached() {
      return reached;
    },
    run: () =>
      catchUp({
        markers,
        async index(object) {
          indexed.push(object);
          await index(object);
        },
        onIndexed: () => {
          reached += 1;
        },
        onTrouble: (message) => told.push(message),
        random,
        signal,
      }),
  };
}

describe("what waits", () => {
  it("is indexed, each object once, and then nothing waits", async () => {
    const objects = objectsOf(250);
    const markers = await markersOf(objects);
    const worker = workerOn(markers);
    expect(await worker.run()).toBe(true);
    expect([...worker.indexed].sort()).toEqual(objects);
    expect(await waiting(markers)).toEqual([]);
    expect(worker.reached).toBe(250);
    expect(await worker.run()).toBe(true);
    expect(worker.indexed).toHaveLength(250);
  });

  it("is not noted as done before it is indexed", async () => {
    const objects = objectsOf(3);
    const markers = await markersOf(objects);
    const worker = workerOn(markers, async (object) => {
      await Promise.resolve();
      expect(await markers.isDone(object)).toBe(false);
    });
    expect(await worker.run()).toBe(true);
  });

  it("is taken in an order of each worker's own, about the oldest first", async () => {
    const objects = objectsOf(250);
    const orders = await Promise.all(
      [1, 2].map(async (seed) => {
        let state = seed;
        const random = (): number => {
          state = (state * 48_271) % 2_147_483_647;
          return state / 2_147_483_647;
        };
        const worker = workerOn(await markersOf(objects), undefined, { random });
        await worker.run();
        return worker.indexed;
      }),
    );
    expect(orders[0]).not.toEqual(orders[1]);
    for (const order of orders) {
      expect(order.slice(0, 100)).not.toEqual(objects.slice(0, 100));
      expect(order.slice(0, 100).sort()).toEqual(objects.slice(0, 100));
    }
  });

  it("is taken whole, however the dice fall", async () => {
    const dice = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 20 }), dice, async (count, values) => {
        let at = 0;
        const random = (): number => values[at++ % values.length] ?? 0;
        const worker = workerOn(await markersOf(objectsOf(count)), undefined, { random });
        expect(await worker.run()).toBe(true);
        expect([...worker.indexed].sort()).toEqual(objectsOf(count));
      }),
      { numRuns: 100 },
    );
  });

  it("is shared by workers that begin at once, with little done twice", async () => {
    const objects = objectsOf(60);
    const markers = await markersOf(objects);
    const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const workers = [workerOn(markers, pause), workerOn(markers, pause), workerOn(markers, pause)];
    expect(await Promise.all(workers.map((worker) => worker.run()))).toEqual([true, true, true]);
    const all = workers.flatMap((worker) => worker.indexed);
    expect([...new Set(all)].sort()).toEqual(objects);
    expect(all.length).toBeLessThan(2 * objects.length);
  });

  it("is complete where another worker indexes an object and that is removed meanwhile, with its markers", async () => {
    const [gone = "", lost = ""] = objectsOf(2);
    const store = createMemoryStore();
    const markers = createIndexMarkers(store, "local");
    await markers.mark(gone);
    const missing = async (object: string): Promise<void> => {
      if (object === gone) await store.remove(`ctl/index/${gone.slice("wal/".length)}.waiting`);
      throw new IoError("not_found", `open "${object}": not there`);
    };
    const worker = workerOn(markers, missing);
    expect(await worker.run()).toBe(true);
    expect(worker.told).toEqual([]);
    await markers.mark(lost);
    expect(await worker.run()).toBe(false);
    expect(worker.told).toEqual([`open "${lost}": not there`]);
  });

  it("and what another worker has just finished is not indexed again", async () => {
    const [first = "", second = ""] = objectsOf(2);
    const markers = await markersOf([first, second]);
    const worker = workerOn(markers, async (object) => markers.finish(object === first ? second : first));
    expect(await worker.run()).toBe(true);
    expect(worker.indexed).toHaveLength(1);
  });
});

describe("an object that", () => {
  it.each(["corrupt", "not_found", "denied"] as const)(
    "is %s is told and left, and the others are indexed",
    async (code) => {
      const objects = objectsOf(150);
      const bad = objects[70] ?? "";
      const markers = await markersOf(objects);
      const worker = workerOn(markers, async (object) => {
        if (object === bad) throw new IoError(code, `read "${bad}": no good`);
      });
      expect(await worker.run()).toBe(false);
      expect(await waiting(markers)).toEqual([bad]);
      expect(worker.told).toEqual([`read "${bad}": no good`]);
      expect(worker.reached).toBe(149);
    },
  );

  it("the index fails on ends the work, and still waits", async () => {
    const away = new IoError("unavailable", "away");
    const markers = await markersOf(objectsOf(5));
    const worker = workerOn(markers, () => (worker.indexed.length === 3 ? Promise.reject(away) : Promise.resolve()));
    await expect(worker.run()).rejects.toBe(away);
    expect(worker.indexed).toHaveLength(3);
    expect(await waiting(markers)).toHaveLength(3);
    expect(await waiting(markers)).toContain(worker.indexed[2]);
    expect(worker.reached).toBe(2);
    expect(worker.told).toEqual([]);
  });

  it("cannot be noted as done still waits", async () => {
    const denied = new IoError("denied", "create: no");
    const markers = { ...(await markersOf(objectsOf(1))), finish: () => Promise.reject(denied) };
    const worker = workerOn(markers);
    await expect(worker.run()).rejects.toBe(denied);
    expect(await waiting(markers)).toHaveLength(1);
    expect(worker.reached).toBe(0);
  });
});

describe("a stop", () => {
  it.each([1, 2, 3])("after object %i of three begins no other, and says whether all is done", async (number) => {
    const stop = new AbortController();
    const markers = await markersOf(objectsOf(3));
    const stopping = async (): Promise<void> => {
      if (worker.indexed.length === number) stop.abort();
    };
    const worker: Worker = workerOn(markers, stopping, { signal: stop.signal });
    expect(await worker.run()).toBe(number === 3);
    expect(worker.indexed).toHaveLength(number);
    expect(await waiting(markers)).toHaveLength(3 - number);
  });

  it("in the middle of many begins no other, and asks for no more names", async () => {
    const stop = new AbortController();
    const markers = await markersOf(objectsOf(250));
    let named = 0;
    const counted: IndexMarkers = {
      ...markers,
      async *waiting() {
        for await (const object of markers.waiting()) {
          named += 1;
          yield object;
        }
      },
    };
    const stopping = async (): Promise<void> => {
      if (worker.indexed.length === 100) stop.abort();
    };
    const worker: Worker = workerOn(counted, stopping, { signal: stop.signal });
    expect(await worker.run()).toBe(false);
    expect([worker.indexed.length, named]).toEqual([100, 100]);
  });

  it("before anything waits for nothing", async () => {
    const worker = workerOn(await markersOf(objectsOf(3)), undefined, { signal: AbortSignal.abort() });
    expect(await worker.run()).toBe(false);
    expect(worker.indexed).toEqual([]);
  });
});
