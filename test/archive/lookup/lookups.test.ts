/**
 * Goal: a search by look-ups gives exactly the lines that a plain one gives, and reads less; sealing keeps look-ups that
 * can be made again, and is held up by none.
 * Method: properties over histories of an archive, with look-ups, without some, and with damaged ones; a sealer that dies at
 * every step; sizes and bytes of what is kept.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksOfIds, blocksOfRequest } from "../../../src/archive/lookup/blocks-of-lines.ts";
import { dayLookupName, writeDayLookups } from "../../../src/archive/lookup/day-lookup.ts";
import { LOOKUP_PREFIX, lookupName } from "../../../src/archive/lookup/lookup-name.ts";
import { noTrouble } from "../../../src/archive/lookup/segment-lookup.ts";
import { plansWithoutLookups, writeLookups, writeMissingLookups } from "../../../src/archive/lookup/write-lookups.ts";
import { listStreams, readSealedPlans } from "../../../src/archive/sealed-plan.ts";
import { openOutput } from "../../../src/archive/vault-reader.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import { IoError } from "../../../src/core/fault.ts";
import { hourOf } from "../../../src/core/hour.ts";
import { leafHash } from "../../../src/core/identity.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { DAY_MS, HOUR_MS, KIB } from "../../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../../segment/sample-line.ts";
import { type FindCost, findLines } from "../find-lines.ts";
import { putObject, walObjects } from "../sample-archive.ts";
import { arbitraryHistory, archiveAfter, POOL as HISTORY_POOL } from "../sample-history.ts";
import { sealAll, storeWithout } from "../sample-vault.ts";
import { POOL, seal } from "../seal/sealing.ts";
import { bytesOfObject, keepingLookups, lookUpAll, requestOf, storeWith, viewsOf } from "./sample-lookups.ts";

/** Searches for a request, with look-ups where a trouble is given to note what is wrong with them. */
async function find(
  store: ObjectStore,
  request: string,
  trouble: ReturnType<typeof noTrouble> | null,
): Promise<{ readonly found: string[]; readonly cost: FindCost }> {
  const found: string[] = [];
  const cost = await findLines(
    store,
    {
      sinceMs: null,
      untilMs: null,
      matches: (line) => requestOf(line) === request,
      blocksOf: trouble === null ? undefined : blocksOfRequest(store, request, trouble),
    },
    ({ buffer, start, end, meta }) => found.push(meta.id + leafHash(buffer, start, end)),
  );
  return { found, cost };
}

const REQUESTS = "0123456789x".split("").map((digit) => `request ${digit}`);

/** Two segments of several blocks each; a request has lines in one block, or in none. */
async function sealedArchive(): Promise<ObjectStore> {
  const store = createMemoryStore();
  const lines = Array.from({ length: 20 }, (_, n) =>
    sampleLine(`${n % 10}`.repeat(400 * KIB + 1), { timeMs: SAMPLE_MS + Math.floor(n / 10) * HOUR_MS + n }),
  );
  await putObject(store, lines, {});
  await seal(store, { spanHours: 1, observer: keepingLookups(store) });
  return store;
}

async function namesOfLookups(store: ObjectStore): Promise<string[]> {
  return (await Array.fromAsync(store.list(LOOKUP_PREFIX))).map(({ name }) => name);
}

describe("a search by look-ups", () => {
  it("gives what a plain search gives, with some of them missing or damaged", async () => {
    const damage = fc.tuple(fc.nat(), fc.nat(), fc.constantFrom("missing", "bit", "cut", "none"));
    await fc.assert(
      fc.asyncProperty(
        arbitraryHistory(["aa", "bb"], ["a", "b"]),
        damage,
        fc.constantFrom(...REQUESTS),
        async (history, [which, where, kind], request) => {
          const full = await archiveAfter(history);
          const lookups = await lookUpAll(full);
          const store = await damagedStore(full, lookups[which % Math.max(1, lookups.length)], where, kind);
          const plain = await find(full, request, null);
          const { found, cost } = await find(store, request, noTrouble());
          expect(found).toEqual(plain.found);
          expect(cost.blocks).toBeLessThanOrEqual(plain.cost.blocks);
        },
      ),
      { numRuns: 80 },
    );
  });

  async function damagedStore(store: ObjectStore, name: string | undefined, where: number, kind: string) {
    if (name === undefined || kind === "none") return store;
    if (kind === "missing") return storeWithout(store, new Set([name]));
    const bytes = await bytesOfObject(store, name);
    const at = where % bytes.length;
    if (kind === "cut") return storeWith(store, name, bytes.subarray(0, at));
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (where % 8));
    return storeWith(store, name, bytes);
  }

  it("opens only segments with lines of the request, and reads only blocks of theirs", async () => {
    const store = await sealedArchive();
    const trouble = noTrouble();
    const plain = await find(store, "request 3", null);
    const { found, cost } = await find(store, "request 3", trouble);
    expect(found).toEqual(plain.found);
    expect(found).toHaveLength(2);
    expect(cost.blocks).toBeLessThan(plain.cost.blocks / 3);
    expect(await find(store, "request x", trouble)).toEqual({ found: [], cost: { objects: 0, blocks: 0 } });
    expect(trouble.segments).toBe(0);
  });

  it("hides no line where any byte of a look-up is damaged", async () => {
    const store = createMemoryStore();
    await putObject(store, [sampleLine("of 1"), sampleLine("is 2"), sampleLine("me 3")], {});
    await seal(store, { observer: keepingLookups(store) });
    const [name = ""] = await namesOfLookups(store);
    const bytes = await bytesOfObject(store, name);
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      for (const request of ["request 1", "request 2", "request 3"]) {
        expect((await find(storeWith(store, name, damaged), request, noTrouble())).found).toHaveLength(1);
      }
    }
  });

  it("reads whole segments without look-up, and notes how many and why", async () => {
    const store = await sealedArchive();
    const [first = "", second = ""] = await namesOfLookups(store);
    const trouble = noTrouble();
    const { found } = await find(storeWithout(store, new Set([first, second])), "request 3", trouble);
    expect(found).toHaveLength(2);
    expect(trouble).toEqual({ segments: 2, first: `"${first}" is missing` });
  });

  it("does not believe the look-up of another segment", async () => {
    const store = await sealedArchive();
    const [first = "", second = ""] = await namesOfLookups(store);
    const trouble = noTrouble();
    const swapped = storeWith(store, first, await bytesOfObject(store, second));
    expect((await find(swapped, "request 3", trouble)).found).toHaveLength(2);
    expect(trouble).toEqual({ segments: 1, first: `"${first}" is of another segment` });
  });

  it("passes on a store that fails", async () => {
    const store = await sealedArchive();
    const failing: ObjectStore = {
      ...store,
      read: (name, start, end) =>
        name.startsWith(LOOKUP_PREFIX)
          ? Promise.reject(new IoError("unavailable", "planted"))
          : store.read(name, start, end),
    };
    await expect(find(failing, "request 3", noTrouble())).rejects.toThrow("planted");
  });

  it("finds the blocks of few ids and of many", async () => {
    const store = createMemoryStore();
    const lines = Array.from({ length: 2000 }, (_, n) => sampleLine(`${n} `.padEnd(2 * KIB, "x")));
    await putObject(store, lines, {});
    const [plan] = await seal(store, { observer: keepingLookups(store) });
    const [output] = plan?.manifest.outputs ?? [];
    if (output === undefined) throw new Error("nothing is sealed");
    const segment = await openOutput(store, output);
    const trouble = noTrouble();
    // The first line of each block, whose neighbours lie in another one.
    const firsts = segment.blocks.map((block) => lines.slice(block.lines.firstRow, block.lines.firstRow + 1));
    for (const ids of [...firsts, lines.slice(0, 3), lines].map((some) => some.map(({ id }) => id))) {
      const blocks = await blocksOfIds(store, output, ids, trouble);
      const wanted = new Set(ids);
      for (const [index, block] of segment.blocks.entries()) {
        const isThere = (await segment.readMeta(block)).some(({ id }) => wanted.has(id));
        expect(blocks?.has(index)).toBe(isThere);
      }
    }
    expect(trouble.segments).toBe(0);
  });
});

describe("a look-up of a day", () => {
  async function findSince(store: ObjectStore, sinceMs: number, lookups: boolean): Promise<string[]> {
    const found: string[] = [];
    await findLines(store, { sinceMs, untilMs: null, matches: () => true, lookups }, ({ buffer, start, end, meta }) =>
      found.push(meta.id + leafHash(buffer, start, end)),
    );
    return found;
  }

  async function lookUpDays(store: ObjectStore): Promise<void> {
    for (const stream of await listStreams(store)) {
      await writeDayLookups(viewsOf(store), await readSealedPlans(store, stream));
    }
  }

  it("hides no line that runs ahead of its hour, and none that was sealed since", async () => {
    const time = fc.constantFrom(...HISTORY_POOL.flatMap(({ timeMs }) => timeMs ?? []));
    await fc.assert(
      fc.asyncProperty(arbitraryHistory(["aa"], ["a", "b"]), time, fc.nat(), async (history, sinceMs, where) => {
        const { deeds } = history;
        const store = createMemoryStore();
        for (const part of [deeds.slice(0, where % (deeds.length + 1)), deeds]) {
          await copyInto(store, await archiveAfter({ ...history, deeds: part }));
          if (part !== deeds) await lookUpDays(store);
        }
        const gone = storeWithout(store, new Set(await namesBelow(store, "wal/")));
        for (const each of [store, gone]) {
          expect(await findSince(each, sinceMs, true)).toEqual(await findSince(each, sinceMs, false));
        }
      }),
      { numRuns: 60 },
    );
  });

  async function namesBelow(store: ObjectStore, prefix: string): Promise<string[]> {
    return (await Array.fromAsync(store.list(prefix))).map(({ name }) => name);
  }

  async function copyInto(target: ObjectStore, source: ObjectStore): Promise<void> {
    for await (const { name } of source.list("")) await target.create(name, await bytesOfObject(source, name));
  }

  it("is no reason to pass over a line that is filed days before its time", async () => {
    const full = createMemoryStore();
    const ahead = sampleLine("ahead", { timeMs: SAMPLE_MS + 2 * DAY_MS, hour: hourOf(SAMPLE_MS), lane: "future" });
    await putObject(full, [ahead], {});
    await sealAll(full, await walObjects(full));
    await lookUpDays(full);
    const sealed = storeWithout(full, new Set(await namesBelow(full, "wal/")));
    expect(await findSince(sealed, SAMPLE_MS + DAY_MS, true)).toHaveLength(1);
  });

  it("saves reading the manifests of days that are over, and is not believed where it is damaged", async () => {
    const full = createMemoryStore();
    for (const day of [0, 1, 2]) {
      await putObject(full, [sampleLine(`day ${day}`, { timeMs: SAMPLE_MS + day * DAY_MS })], { sequence: day + 1 });
    }
    await seal(full, { spanHours: 24 });
    await lookUpDays(full);
    const sealed = storeWithout(full, new Set(await namesBelow(full, "wal/")));
    const readBy = async (store: ObjectStore): Promise<string[]> => {
      const read: string[] = [];
      const watched: ObjectStore = {
        ...store,
        read: (name, start, end) => (read.push(name), store.read(name, start, end)),
      };
      expect(await findSince(watched, SAMPLE_MS + 2 * DAY_MS, true)).toHaveLength(1);
      return read.filter((name) => name.endsWith(".manifest.json")).map((name) => name.slice(15, 25));
    };
    expect(await readBy(sealed)).toEqual(["2020-12-24"]);
    const name = dayLookupName("local", "2020-12-22");
    const bytes = await bytesOfObject(sealed, name);
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(await readBy(storeWith(sealed, name, damaged))).toEqual(["2020-12-22", "2020-12-24"]);
    }
  });
});

describe("sealing with look-ups", () => {
  it("keeps the bytes that are made again from the vault alone", async () => {
    const store = createMemoryStore();
    await putObject(store, POOL, {});
    await seal(store, { spanHours: 6, segmentBytes: 1, observer: keepingLookups(store) });
    const names = await namesOfLookups(store);
    const plans = await readSealedPlans(store, "local");
    expect(names).toEqual(
      plans.flatMap(({ manifest }) => manifest.outputs.map(({ lines }) => lookupName(lines.name))).toSorted(),
    );
    for (const plan of plans) {
      const outcomes = await writeLookups(plan, { views: viewsOf(store), requestOf, onBytes: () => undefined });
      expect(outcomes).toMatchObject({ created: 0, replaced: 0 });
    }
  });

  it("replaces a look-up that is other than it should be", async () => {
    const store = await sealedArchive();
    const plans = await readSealedPlans(store, "local");
    const [name = ""] = await namesOfLookups(store);
    const right = await bytesOfObject(store, name);
    const memory = store as ObjectStore & { remove(name: string): Promise<void> };
    await memory.remove(name);
    await store.create(name, Buffer.from("lies"));
    for (const plan of plans) {
      await writeLookups(plan, { views: { store, remover: memory }, requestOf, onBytes: () => undefined });
    }
    expect(await bytesOfObject(store, name)).toEqual(right);
  });

  it("goes on where a look-up cannot be kept, and says so", async () => {
    const store = createMemoryStore();
    await putObject(store, POOL, {});
    const said: string[] = [];
    const full: ObjectStore = {
      ...store,
      create: (name, content) =>
        name.startsWith(LOOKUP_PREFIX) ? Promise.reject(new IoError("full", "no room")) : store.create(name, content),
    };
    expect(await seal(store, { spanHours: 24, observer: keepingLookups(full, said) })).not.toEqual([]);
    expect(said[0]).toMatch(
      /^look-up "ctl\/lookup\/local\/.*\.lookup" is not kept, and searches take longer: no room$/,
    );
  });

  it("that dies at any step leaves look-ups that say nothing wrong, and the next run adds the others", async () => {
    const lines = POOL.slice(0, 30);
    for (let at = 1; ; at += 1) {
      const store = createMemoryStore();
      await putObject(store, lines, {});
      let calls = 0;
      const dying: ObjectStore = {
        ...store,
        async create(name, content) {
          calls += 1;
          if (calls === at) throw new Error("killed");
          return store.create(name, content);
        },
      };
      const killed = await seal(dying, { spanHours: 12, observer: keepingLookups(dying) }).then(
        () => false,
        () => true,
      );
      if (!killed) break;
      await seal(store, { spanHours: 12, observer: keepingLookups(store) });
      const plans = await readSealedPlans(store, "local");
      await writeMissingLookups(plans, { views: viewsOf(store), requestOf, onBytes: () => undefined });
      expect(await plansWithoutLookups(plans, store)).toEqual([]);
      for (const request of REQUESTS) {
        const trouble = noTrouble();
        expect((await find(store, request, trouble)).found).toEqual((await find(store, request, null)).found);
        expect(trouble.segments).toBe(0);
      }
    }
  });
});
