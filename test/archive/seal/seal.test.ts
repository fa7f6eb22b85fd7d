/**
 * Goal: whatever the order of arrival and the times of sealing, the vault holds each line once, by id and bytes, and the
 * figures of the manifests are those of an oracle; sealers that die or differ change nothing.
 * Method: random lines in random objects, sealed at random moments, against sets; a store that fails at its n-th call.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Manifest, manifestBytes } from "../../../src/archive/manifest.ts";
import { eachTailLine } from "../../../src/archive/seal/tail-lines.ts";
import { readSealedPlans } from "../../../src/archive/sealed-plan.ts";
import { SPAN_HOURS } from "../../../src/archive/span.ts";
import { readTail } from "../../../src/archive/tail.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import { IoError } from "../../../src/core/fault.ts";
import { hourOf } from "../../../src/core/hour.ts";
import { lineId, partsHash } from "../../../src/core/identity.ts";
import type { Line } from "../../../src/core/line.ts";
import type { ObjectStore } from "../../../src/core/object-store.ts";
import { forgedVariant, SAMPLE_MS, sampleLine } from "../../segment/sample-line.ts";
import { putObject } from "../sample-archive.ts";
import { figuresOf, summed } from "./figures-oracle.ts";
import { distinctLines, POOL, STREAM, seal, textOf, vaultLines, vaultObjects } from "./sealing.ts";

const batches = fc.array(fc.array(fc.constantFrom(...POOL), { minLength: 1, maxLength: 40 }), {
  minLength: 1,
  maxLength: 6,
});

async function put(store: ObjectStore, lines: readonly Line[], sequence: number): Promise<string> {
  return putObject(store, lines, { sequence, stream: STREAM });
}

describe("sealing", () => {
  it("keeps each line once and counts as an oracle does, in any order and at any times", async () => {
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        fc.constantFrom(...SPAN_HOURS, null),
        fc.constantFrom(undefined, 1),
        async (all, sealsAfter, spanHours, segmentBytes) => {
          const store = createMemoryStore();
          const change = { spanHours, ...(segmentBytes === undefined ? {} : { segmentBytes }) };
          for (const [index, lines] of all.entries()) {
            await put(store, lines, index + 1);
            if (sealsAfter[index] === true) await seal(store, change);
          }
          await seal(store, change);
          expect(await vaultLines(store)).toEqual(distinctLines(all.flat()));
          expect(summed(await readSealedPlans(store, STREAM))).toEqual(figuresOf(all.flat()));
          expect(await seal(store, change)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("names in conflicts the smallest hash over all revisions, and how many lines there are", async () => {
    const store = createMemoryStore();
    const id = lineId(hourOf(SAMPLE_MS), partsHash(["its place"]));
    const variants = ["a", "b", "c", "d"].map((text) => sampleLine(text, { id }));
    const sorted = variants.toSorted((a, b) => (a.hash < b.hash ? -1 : 1)) as [Line, Line, Line, Line];
    await put(store, [sorted[2], sorted[3]], 1);
    await seal(store);
    await put(store, [sorted[0], sorted[3], sorted[1]], 2);
    await seal(store);
    const [first, second] = await readSealedPlans(store, STREAM);
    expect(first?.manifest.conflicts).toEqual([
      { id: sorted[0].id, variants: 2, standing: sorted[2].hash, log: "rails.api" },
    ]);
    expect(second?.manifest.conflicts).toEqual([
      { id: sorted[0].id, variants: 4, standing: sorted[0].hash, log: "rails.api" },
    ]);
    expect(second?.manifest).toMatchObject({ plan: 2, revision: 2, lines: 2, duplicates_total: 1 });
  });

  describe("lets the line stand that the id is made of, before a forged one with a smaller hash", () => {
    const own = sampleLine("own push");
    const [forged, other] = ["forged", "forged again"].map((text) => forgedVariant(own, (n) => `${text} ${n}`)) as [
      Line,
      Line,
    ];

    it.each([
      ["of the same object, behind it", [[own, forged]]],
      ["of the same object, before it", [[forged, own]]],
      ["of a plan before", [[forged], [own]]],
      ["of a later plan", [[own], [forged]]],
      ["of plans before and after", [[forged], [own, forged], [other]]],
      ["of which two stood before", [[other, forged], [own]]],
    ])("%s", async (_, objects) => {
      const sealed = createMemoryStore();
      for (const [index, lines] of objects.entries()) {
        await put(sealed, lines, index + 1);
        await seal(sealed);
      }
      const plans = await readSealedPlans(sealed, STREAM);
      expect(summed(plans)).toMatchObject({
        pushes: 1,
        byHour: { "2020-12-22T09:00:00Z": { counted: 1, eventless: 0 } },
      });
      const conflict = { id: own.id, variants: distinctLines(objects.flat()).length, standing: own.hash, log: own.log };
      expect(plans.at(-1)?.manifest.conflicts).toEqual([conflict]);
      expect(await vaultLines(sealed)).toEqual(distinctLines(objects.flat()));

      // The same where the last object is not sealed yet.
      const open = createMemoryStore();
      for (const [index, lines] of objects.entries()) {
        if (index > 0) await seal(open);
        await put(open, lines, index + 1);
      }
      const before = await readSealedPlans(open, STREAM);
      const tail = await readTail(open, STREAM, before);
      expect(await eachTailLine(open, before, tail, () => undefined)).toEqual([conflict]);
    });
  });

  it("says of each repeat which message brought it, and where it lay", async () => {
    const store = createMemoryStore();
    const message = { topic: "t", messageId: "7", publishedAtMs: SAMPLE_MS, attributes: {} };
    const name = await put(store, [sampleLine("a"), sampleLine("b"), sampleLine("a", { message })], 1);
    await seal(store);
    const [plan] = await readSealedPlans(store, STREAM);
    const stored = JSON.parse((await store.read(plan?.name ?? "", 0, 1_000_000)).toString()) as Manifest;
    expect(stored.duplicates).toEqual([
      {
        id: sampleLine("a").id,
        message_id: "7",
        published_at: new Date(SAMPLE_MS).toISOString(),
        place: { object: name, row: 2 },
      },
    ]);
  });

  it("leaves a record and nothing in the vault where late input adds no line", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a")], 1);
    await seal(store);
    const before = await vaultObjects(store);
    await put(store, [sampleLine("a"), sampleLine("a")], 2);
    const [record] = await seal(store);
    expect(record).toMatchObject({ isRecord: true, manifest: { plan: 2, revision: 0, duplicates_total: 2, lines: 0 } });
    expect(await vaultObjects(store)).toEqual(before);
    await put(store, [sampleLine("b")], 3);
    const [third] = await seal(store);
    expect(third?.manifest).toMatchObject({ plan: 3, revision: 2, lines: 1 });
  });

  it("knows a plan that lists do not show yet, behind one that they do", async () => {
    const store = createMemoryStore();
    const [first, other] = [sampleLine("first push"), sampleLine("other push")];
    await put(store, [first], 1);
    const [hidden] = await seal(store);
    await put(store, [first], 2);
    await seal(store);
    await put(store, [other], 3);
    const stale: ObjectStore = {
      ...store,
      async *list(prefix) {
        for await (const object of store.list(prefix)) if (object.name !== hidden?.name) yield object;
      },
    };
    await seal(stale);
    expect(await vaultLines(store)).toEqual(distinctLines([first, other]));
    expect(summed(await readSealedPlans(store, STREAM))).toEqual(figuresOf([first, first, other]));
  });

  it("refuses a plan of which most before it are not there", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("first push")], 1);
    const [sealed] = await seal(store);
    const manifest = JSON.parse((await store.read(sealed?.name ?? "", 0, 1e6)).toString()) as Manifest;
    const name = sealed?.name.replace("000001", "999999") ?? "";
    await store.create(name, manifestBytes({ ...manifest, plan: 999_999 }));
    await put(store, [sampleLine("other push")], 2);
    await expect(seal(store)).rejects.toMatchObject({ code: "corrupt", message: expect.stringContaining(`"${name}"`) });
  });

  it("waits for the end of the whole span, and takes lines without time at once", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a"), sampleLine("undated", { timeMs: null })], 1);
    const hour = hourOf(SAMPLE_MS);
    expect((await seal(store, { overHour: hour, spanHours: 1 })).map(({ span }) => span.day)).toEqual(["undated"]);
    // From 8 to 12 o'clock.
    expect(await seal(store, { overHour: hour + 2, spanHours: 4 })).toEqual([]);
    expect(await seal(store, { overHour: hour + 3, spanHours: 4 })).toHaveLength(1);
  });

  it("keeps the length of the spans of a day, once it was decided", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a")], 1);
    await seal(store, { spanHours: 6 });
    await put(store, [sampleLine("b", { timeMs: SAMPLE_MS + 3_600_000 })], 2);
    const [plan] = await seal(store, { spanHours: 1 });
    expect(plan?.span).toMatchObject({ hours: 6, firstHour: hourOf(SAMPLE_MS) - 3 });
  });

  it("needs nothing of ctl: what is sealed is not sealed again", async () => {
    const store = createMemoryStore();
    await put(store, POOL, 1);
    await seal(store, { spanHours: 4 });
    await put(store, [sampleLine("late")], 2);
    await seal(store, { spanHours: 4 });
    const copy = createMemoryStore();
    for (const root of ["vault/", "wal/"]) {
      for await (const { name, sizeBytes } of store.list(root))
        await copy.create(name, await store.read(name, 0, sizeBytes));
    }
    expect(await seal(copy, { spanHours: 1 })).toEqual([]);
    await put(copy, [sampleLine("later")], 3);
    await seal(copy, { spanHours: 1 });
    expect(await vaultLines(copy)).toEqual(distinctLines([...POOL, sampleLine("late"), sampleLine("later")]));
  });
});

describe("a sealer that fails", () => {
  /** Fails at the n-th call that reads or writes: before it, or after its effect. */
  function failing(
    store: ObjectStore,
    at: number,
    isAfter: boolean,
  ): ObjectStore & { readonly hasFailed: () => boolean } {
    let calls = 0;
    const fail = async <T>(work: () => Promise<T>): Promise<T> => {
      calls += 1;
      if (calls === at && !isAfter) throw new IoError("unavailable", "planted");
      const result = await work();
      if (calls === at) throw new IoError("unavailable", "planted");
      return result;
    };
    return {
      ...store,
      create: (name, content) => fail(() => store.create(name, content)),
      read: (name, start, end) => fail(() => store.read(name, start, end)),
      hasFailed: () => calls >= at,
    };
  }

  it.each([false, true])("at any step, after it: %j, leaves the same vault once another run ends", async (isAfter) => {
    const whole = createMemoryStore();
    await put(whole, POOL, 1);
    await put(whole, POOL.slice(0, 30), 2);
    await seal(whole, { spanHours: 12, segmentBytes: 1 });
    const expected = await vaultObjects(whole);
    for (let at = 1; ; at += 1) {
      const store = createMemoryStore();
      await put(store, POOL, 1);
      await put(store, POOL.slice(0, 30), 2);
      const dying = failing(store, at, isAfter);
      const error: unknown = await seal(dying, { spanHours: 12, segmentBytes: 1 }).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (!dying.hasFailed()) break;
      expect(error).toBeInstanceOf(IoError);
      await seal(store, { spanHours: 12, segmentBytes: 1 });
      expect(await vaultObjects(store)).toEqual(expected);
    }
  });

  it("over one object that cannot be read seals the other hours, and says so", async () => {
    const store = createMemoryStore();
    const broken = await put(store, [sampleLine("broken")], 1);
    await put(store, [sampleLine("good", { timeMs: SAMPLE_MS + 86_400_000 })], 2);
    const damaged: ObjectStore = {
      ...store,
      async read(name, start, end) {
        const bytes = await store.read(name, start, end);
        if (name === broken) bytes[0] = (bytes[0] ?? 0) ^ 1;
        return bytes;
      },
    };
    const said: string[] = [];
    await expect(seal(damaged, { said })).rejects.toThrow(broken);
    expect(said).toEqual([expect.stringMatching(/^2020-12-22 from hour 0 is not sealed: .*altered/)]);
    expect(await vaultLines(store)).toEqual(distinctLines([sampleLine("good", { timeMs: SAMPLE_MS + 86_400_000 })]));
  });

  it.each([-1, 1])(
    "over an input that is not as long as it was planned (%i bytes) seals nothing of it",
    async (more) => {
      const store = createMemoryStore();
      const name = await put(store, [sampleLine("a")], 1);
      const changed: ObjectStore = {
        ...store,
        async *list(prefix) {
          for await (const object of store.list(prefix)) {
            yield object.name === name ? { ...object, sizeBytes: object.sizeBytes - more } : object;
          }
        },
      };
      await expect(seal(changed)).rejects.toMatchObject({ code: "corrupt", message: expect.stringContaining(name) });
      expect(await readSealedPlans(store, STREAM)).toEqual([]);
    },
  );

  it("because it is stopped leaves the rest to the next run", async () => {
    const store = createMemoryStore();
    await put(store, POOL, 1);
    const stop = new AbortController();
    stop.abort();
    expect(await seal(store, { signal: stop.signal })).toEqual([]);
    await seal(store);
    expect(await vaultLines(store)).toEqual(distinctLines(POOL));
  });

  it("because it is stopped at any read leaves the same vault once another run ends", async () => {
    const filled = async (): Promise<ObjectStore> => {
      const store = createMemoryStore();
      for (let part = 0; part < 3; part += 1) await put(store, POOL.slice(20 * part, 20 * part + 20), part + 1);
      return store;
    };
    const whole = await filled();
    await seal(whole, { spanHours: 24 });
    const expected = await vaultObjects(whole);
    for (let at = 1; ; at += 1) {
      const store = await filled();
      const stop = new AbortController();
      let reads = 0;
      const stopping: ObjectStore = {
        ...store,
        read(name, start, end) {
          reads += 1;
          if (reads === at) stop.abort();
          return store.read(name, start, end);
        },
      };
      await seal(stopping, { spanHours: 24, signal: stop.signal });
      if (!stop.signal.aborted) break;
      await seal(store, { spanHours: 24 });
      expect(await vaultObjects(store)).toEqual(expected);
    }
  });
});

describe("two sealers", () => {
  it("do the same work where one was faster, though it knew of more", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a")], 1);
    let isFirst = true;
    const slow: ObjectStore = {
      ...store,
      async create(name, content) {
        if (isFirst && name.startsWith("ctl/plan/")) {
          isFirst = false;
          await put(store, [sampleLine("b")], 2);
          await seal({ ...store, create: dyingAtManifest(store) }).catch(() => undefined);
        }
        return store.create(name, content);
      },
    };
    const [plan, ...more] = await seal(slow);
    expect(more).toEqual([]);
    // What the other has written stands, and nothing of it is given up.
    expect(plan?.manifest).toMatchObject({ attempt: 1, lines: 2, abandoned: [] });
    expect(plan?.manifest.inputs).toHaveLength(2);
  });

  it("agree on the length of the spans of a day, though the first one sealed nothing", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a")], 1);
    await seal({ ...store, create: dyingAtManifest(store) }, { spanHours: 4 }).catch(() => undefined);
    const [plan] = await seal(store, { spanHours: 1 });
    expect(plan?.span.hours).toBe(4);
  });

  it("of two versions name what the other has given up", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a")], 1);
    const dies = { ...store, create: dyingAtManifest(store) };
    await seal(dies, { makes: { program: "1.0.0" } }).catch(() => undefined);
    const [plan] = await seal(store, { makes: { program: "2.0.0" } });
    expect(plan?.manifest).toMatchObject({ attempt: 2, outputs: [{ number: 20_001 }] });
    expect(plan?.manifest.abandoned).toEqual([
      expect.stringMatching(/000001-10001\.meta\.ndjson\.zst$/),
      expect.stringMatching(/000001-10001\.ndjson\.zst$/),
    ]);
  });

  it("work as another attempt where a name is taken by other bytes", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a")], 1);
    const [plan] = await seal(createMemoryStoreFrom(store), {});
    const taken = plan?.manifest.outputs[0]?.lines.name ?? "";
    await store.create(taken, Buffer.from("other bytes"));
    const [sealed] = await seal(store);
    expect(sealed?.manifest).toMatchObject({ attempt: 2, abandoned: [taken] });
    expect(await vaultLines(store)).toEqual(distinctLines([sampleLine("a")]));
  });
});

/** Shares what is there, and keeps what is created to itself. */
function createMemoryStoreFrom(store: ObjectStore): ObjectStore {
  const own = createMemoryStore();
  const isOwn = async (name: string): Promise<boolean> => {
    for await (const object of own.list(name)) if (object.name === name) return true;
    return false;
  };
  return {
    ...own,
    read: async (name, start, end) => ((await isOwn(name)) ? own : store).read(name, start, end),
    async *list(prefix) {
      yield* own.list(prefix);
      yield* store.list(prefix);
    },
  };
}

function dyingAtManifest(store: ObjectStore): ObjectStore["create"] {
  return (name, content) => {
    if (name.endsWith(".manifest.json")) throw new IoError("unavailable", "planted");
    return store.create(name, content);
  };
}

describe("the tail", () => {
  it("is what a seal would keep, with the same conflicts", async () => {
    await fc.assert(
      // Some objects are sealed as a whole, some up to an hour within them.
      fc.asyncProperty(batches, fc.nat(6), fc.nat(25), async (all, sealedBatches, hours) => {
        const store = createMemoryStore();
        for (const [index, lines] of all.entries()) {
          await put(store, lines, index + 1);
          if (index + 1 === sealedBatches) await seal(store, { overHour: hourOf(SAMPLE_MS) + hours, spanHours: 1 });
        }
        const plans = await readSealedPlans(store, STREAM);
        const before = await vaultLines(store);
        const tail: string[] = [];
        const conflicts = await eachTailLine(store, plans, await readTail(store, STREAM, plans), (line) => {
          tail.push(textOf(line.meta.id, line.meta.log, line));
        });
        const sealed = await seal(store);
        expect([...before, ...tail].sort()).toEqual(await vaultLines(store));
        expect(byId(conflicts)).toEqual(byId(sealed.flatMap(({ manifest }) => manifest.conflicts)));
      }),
      { numRuns: 80 },
    );
  });
});

function byId(conflicts: Manifest["conflicts"]): Manifest["conflicts"] {
  return conflicts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

describe("a manifest", () => {
  it("is canonical JSON: sorted keys, no spaces", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a")], 1);
    const [plan] = await seal(store);
    const text = (await store.read(plan?.name ?? "", 0, 1_000_000)).toString();
    expect(text).toMatch(/^\{"abandoned":\[\],"attempt":1,"by_hour":\{/);
    expect(manifestBytes(JSON.parse(text) as Manifest).toString()).toBe(text);
  });

  it("that was moved to another place is refused by name", async () => {
    const store = createMemoryStore();
    await put(store, [sampleLine("a")], 1);
    const [plan] = await seal(store);
    const moved = (plan?.name ?? "").replace("000001.manifest", "000002.manifest");
    await store.create(moved, await store.read(plan?.name ?? "", 0, 1_000_000));
    await expect(readSealedPlans(store, STREAM)).rejects.toThrow(`read "${moved}": it speaks of another span`);
  });
});
