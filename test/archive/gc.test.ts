/**
 * Goal: a write-ahead object goes once its lines are sealed and signed, and never before; whatever is killed, late or
 * tampered with, no line is lost.
 * Method: hours sealed in the plainest way in memory; collectors that are killed at every step or race each other.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { digestName, signatureName } from "../../src/archive/digest/digest-name.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { type Collected, collect } from "../../src/archive/gc/collect.ts";
import { type GcPlan, planGc } from "../../src/archive/gc/gc-plan.ts";
import { createIndexMarkers } from "../../src/archive/index-markers.ts";
import { readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { IndexMarkers } from "../../src/core/index-markers.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";
import {
  bytesIn,
  killedAt,
  namesIn,
  newKey,
  replace,
  SIGNED_AT_MS,
  seal,
  signing,
  writeLines,
} from "./sample-signing.ts";

const KEY = newKey();
type Store = ObjectStore & ObjectRemover;

let store: Store;
let nowMs: number;
let markers: IndexMarkers;
beforeEach(() => {
  nowMs = SIGNED_AT_MS;
  store = createMemoryStore(() => nowMs);
  markers = createIndexMarkers(store, "local");
});

const sign = () => signStream("local", signing(store, KEY, { nowMs }));
const plan = (indexingMs = 0): Promise<GcPlan> => planGc("local", { store, nowMs, indexingMs });
const wal = (): Promise<string[]> => namesIn(store, "wal/");

async function gc(on: Store = store, indexingMs = 0): Promise<Collected> {
  return collect(await plan(indexingMs), { store: on, remover: on, onBytes: () => undefined });
}

/** Object names → why they are kept; none where they may go. */
async function keptOf(): Promise<Record<string, number>> {
  const { kept } = await plan();
  return Object.fromEntries(
    Object.entries(kept)
      .filter(([, { objects }]) => objects > 0)
      .map(([reason, { objects }]) => [reason, objects]),
  );
}

describe("a write-ahead object", () => {
  it("stays until its lines are sealed, and until that is signed", async () => {
    const name = await writeLines(store, ["a", "b"]);
    expect(await keptOf()).toEqual({ not_sealed: 1 });
    await sign();
    expect(await keptOf()).toEqual({ not_sealed: 1 });
    await seal(store);
    expect(await keptOf()).toEqual({ not_signed: 1 });
    await gc();
    expect(await wal()).toEqual([name]);
    await sign();
    const { length } = await bytesIn(store, name);
    expect(await gc()).toEqual({ objects: 1, bytes: length, altered: [] });
    expect(await wal()).toEqual([]);
    expect(await gc()).toEqual({ objects: 0, bytes: 0, altered: [] });
  });

  it("of several hours stays until each of them is sealed and signed", async () => {
    await writeLines(store, ["a"], [0, 5, 9]);
    for (const hour of [9, 5, 0]) {
      expect(await keptOf()).toEqual({ not_sealed: 1 });
      await seal(store, { hour });
      if (hour > 0) await sign();
    }
    expect(await keptOf()).toEqual({ not_signed: 1 });
    await sign();
    expect((await gc()).objects).toBe(1);
  });

  it("that brought nothing new goes once what it repeats is signed", async () => {
    const first = await writeLines(store, ["a"]);
    await seal(store, { only: first });
    const again = await writeLines(store, ["a"]);
    const { isRecord } = await seal(store, { only: again });
    expect(isRecord).toBe(true);
    expect(await keptOf()).toEqual({ not_signed: 2 });
    await sign();
    expect((await gc()).objects).toBe(2);
  });

  it("of a later plan stays while one before is not signed", async () => {
    await seal(store, { only: await writeLines(store, ["a"]) });
    await seal(store, { only: await writeLines(store, ["b"]) });
    await sign();
    const [first] = await readSealedPlans(store, "local");
    await seal(store, { only: await writeLines(store, ["a", "b"]) });
    await seal(store, { only: await writeLines(store, ["c"]) });
    expect(await keptOf()).toEqual({ not_signed: 1 });
    // Of a span whose first plan is gone nothing is known.
    await store.remove(first?.name ?? "");
    await expect(plan()).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringContaining(first?.name ?? ""),
    });
  });

  it("that comes late, after all others are gone, makes a revision that a further digest signs", async () => {
    await seal(store, { only: await writeLines(store, ["a"]) });
    await sign();
    await gc();
    const late = await writeLines(store, ["a", "late"]);
    expect(await keptOf()).toEqual({ not_sealed: 1 });
    const { manifest } = await seal(store);
    expect(manifest).toMatchObject({ plan: 2, revision: 2, lines: 1 });
    expect(await wal()).toEqual([late]);
    const [second] = await sign();
    expect(second?.digest).toMatchObject({ sequence: 2, totals: { lines: 1 } });
    expect((await gc()).objects).toBe(1);
    expect(await wal()).toEqual([]);
  });

  it("says how old the oldest is that is not sealed", async () => {
    expect((await plan()).oldestUnsealedMs).toBeNull();
    const sealed = await writeLines(store, ["a"]);
    nowMs += HOUR_MS;
    await writeLines(store, ["b"], [1]);
    nowMs += HOUR_MS;
    await writeLines(store, ["c"], [2]);
    await seal(store, { only: sealed });
    expect((await plan()).oldestUnsealedMs).toBe(SIGNED_AT_MS + HOUR_MS);
  });
});

describe("an object that a worker brings back", () => {
  it("goes again where it is the same, and stays and is told where it is another", async () => {
    const name = await writeLines(store, ["a"]);
    const bytes = await bytesIn(store, name);
    await seal(store);
    await sign();
    await gc();
    await store.create(name, bytes);
    expect((await gc()).objects).toBe(1);
    const others = [
      Buffer.from(bytes).fill((bytes[9] ?? 0) ^ 1, 9, 10),
      bytes.subarray(1),
      Buffer.concat([bytes, bytes]),
    ];
    for (const other of others) {
      await store.create(name, other);
      const { objects, altered } = await gc();
      expect({ objects, altered }).toMatchObject({
        objects: 0,
        altered: [{ said: { name, size_bytes: bytes.length }, found: { name, size_bytes: other.length } }],
      });
      expect(await wal()).toEqual([name]);
      await store.remove(name);
    }
  });
});

describe("index markers", () => {
  async function signedObject(): Promise<string> {
    const name = await writeLines(store, ["a"]);
    await seal(store);
    await sign();
    return name;
  }

  it("keep an object that waits, and go with one that is done", async () => {
    const name = await signedObject();
    await markers.mark(name);
    expect(await keptOf()).toEqual({ not_indexed: 1 });
    await gc();
    expect(await wal()).toEqual([name]);
    await markers.finish(name);
    expect((await gc()).objects).toBe(1);
    expect(await namesIn(store, "ctl/index/")).toEqual([]);
  });

  it("of objects that are gone go, but never such as wait", async () => {
    const [done, half, waiting] = ["1", "2", "3"].map((sequence) => `wal/local/2021-01-01/bb/0000000${sequence}.x`);
    for (const name of [done, waiting]) await markers.mark(name ?? "");
    for (const name of [done, half]) await markers.finish(name ?? "");
    await signedObject();
    await gc();
    expect(await namesIn(store, "ctl/index/")).toEqual(["ctl/index/local/2021-01-01/bb/00000003.x.waiting"]);
  });

  it("may be on their way: a young object without any stays where there is an index", async () => {
    await signedObject();
    expect((await plan(HOUR_MS)).kept.not_indexed.objects).toBe(1);
    nowMs += HOUR_MS - 1;
    expect((await plan(HOUR_MS)).removable).toEqual([]);
    nowMs += 1;
    expect((await plan(HOUR_MS)).removable).toHaveLength(1);
  });
});

describe("a collector", () => {
  async function signedArchive(): Promise<void> {
    for (const text of ["a", "b", "c"]) {
      const name = await writeLines(store, [text]);
      await markers.mark(name);
      await markers.finish(name);
    }
    await seal(store);
    await sign();
    await writeLines(store, ["d"], [1]);
  }

  it.each(["before", "after"] as const)("that is killed %s any step leaves what the next one does", async (moment) => {
    for (let step = 1; ; step += 1) {
      store = createMemoryStore();
      markers = createIndexMarkers(store, "local");
      await signedArchive();
      const killed = killedAt(store, step, moment);
      await gc(killed).catch(() => undefined);
      for await (const name of markers.waiting()) throw new Error(`"${name}" looks as if it waited`);
      await gc();
      expect([await wal(), await namesIn(store, "ctl/index/")]).toMatchObject([{ length: 1 }, []]);
      if (!killed.isKilled) {
        expect(step).toBe(10);
        return;
      }
    }
  });

  it("may be one of several", async () => {
    await signedArchive();
    const done = await Promise.all([gc(), gc(), gc()]);
    expect(await wal()).toHaveLength(1);
    expect(Math.max(...done.map(({ objects }) => objects))).toBeLessThanOrEqual(3);
    expect(done.flatMap(({ altered }) => altered)).toEqual([]);
  });

  it("passes over what another has removed since it looked", async () => {
    await signedArchive();
    const looked = await plan();
    expect((await gc()).objects).toBe(3);
    const options = { store, remover: store, onBytes: () => undefined };
    expect(await collect(looked, options)).toEqual({ objects: 0, bytes: 0, altered: [] });
  });

  const digest = digestName("local", 1);
  it.each<[string, () => Promise<string>, (name: string) => Promise<void>]>([
    [
      "the digest is altered",
      async () => digest,
      async (name) => {
        const text = (await bytesIn(store, name)).toString();
        await replace(store, name, Buffer.from(text.replace('"lines":3', '"lines":4')));
      },
    ],
    [
      "its signature is of another key",
      async () => digest,
      async (name) => {
        await replace(store, signatureName(name), newKey().sign(await bytesIn(store, name)));
      },
    ],
    [
      "a manifest is altered",
      manifest,
      async (name) => {
        const text = (await bytesIn(store, name)).toString();
        await replace(store, name, Buffer.from(text.replace('"lines":3', '"lines":4')));
      },
    ],
    ["a manifest is missing", manifest, (name) => store.remove(name)],
    ["a segment is missing", segment, (name) => store.remove(name)],
    [
      "a segment is cut",
      segment,
      async (name) => {
        await replace(store, name, (await bytesIn(store, name)).subarray(1));
      },
    ],
  ])("removes nothing where %s", async (_what, named, change) => {
    await signedArchive();
    const name = await named();
    await change(name);
    const before = await namesIn(store, "");
    await expect(gc()).rejects.toMatchObject({ code: "corrupt", message: expect.stringContaining(`"${name}"`) });
    expect(await namesIn(store, "")).toEqual(before);
  });

  async function manifest(): Promise<string> {
    return (await readSealedPlans(store, "local"))[0]?.name ?? "";
  }

  async function segment(): Promise<string> {
    return (await readSealedPlans(store, "local"))[0]?.manifest.outputs[0]?.lines.name ?? "";
  }

  it("removes nothing that only a digest without signature covers", async () => {
    await seal(store, { only: await writeLines(store, ["a"]) });
    await signStream("local", signing(killedAt(store, 2, "after"), KEY)).catch(() => undefined);
    expect(await namesIn(store, "vault/v1/local/digest/")).toEqual([digest]);
    expect(await keptOf()).toEqual({ not_signed: 1 });
    nowMs += MINUTE_MS;
    await sign();
    expect((await gc()).objects).toBe(1);
  });
});
