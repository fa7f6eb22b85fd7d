/**
 * Goal: a write-ahead object goes once its lines are sealed and signed, and never before; whatever is killed, late or
 * tampered with, no line is lost.
 * Method: hours sealed in the plainest way in memory; collectors that are killed at every step or race each other.
 */
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { digestName, signatureName } from "../../src/archive/digest/digest-name.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { type Collected, collect } from "../../src/archive/gc/collect.ts";
import { type GcPlan, planGc } from "../../src/archive/gc/gc-plan.ts";
import { createIndexMarkers } from "../../src/archive/index-markers.ts";
import { type Manifest, manifestBytes, type PlanInput } from "../../src/archive/manifest.ts";
import { readPlansOfInputs, readSealedPlans } from "../../src/archive/sealed-plan.ts";
import { spanOfHour } from "../../src/archive/span.ts";
import { storedObject } from "../../src/archive/stored-bytes.ts";
import { recordName } from "../../src/archive/vault-name.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { hourText } from "../../src/core/hour.ts";
import type { IndexMarkers } from "../../src/core/index-markers.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";
import { sampleLine } from "../segment/sample-line.ts";
import { putObject } from "./sample-archive.ts";
import {
  bytesIn,
  FIRST_HOUR,
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
const plan = (): Promise<GcPlan> => planGc(store, "local");
const wal = (): Promise<string[]> => namesIn(store, "wal/");

async function gc(on: Store = store): Promise<Collected> {
  return collect(await plan(), { store: on, remover: on, onBytes: () => undefined });
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
    expect(await gc()).toEqual({ objects: 1, bytes: length, altered: [], unproven: [] });
    expect(await wal()).toEqual([]);
    expect(await gc()).toEqual({ objects: 0, bytes: 0, altered: [], unproven: [] });
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

  it("that is sealed and signed while a stream is looked at stays until the next look", async () => {
    await writeLines(store, ["a"]);
    await seal(store);
    await sign();
    let looks = 0;
    const late: Store = {
      ...store,
      // As if it had come between the first list and the second one.
      list: (prefix, ending) =>
        prefix.startsWith("wal/") && looks++ === 0 ? store.list("wal/none/") : store.list(prefix, ending),
    };
    const { removable, kept } = await planGc(late, "local");
    expect({ removable, kept: kept.not_sealed.objects, looks }).toEqual({ removable: [], kept: 1, looks: 2 });
    expect((await gc()).objects).toBe(1);
  });

  it("is all that is remembered of what plans have read, once the others are gone", async () => {
    const names = [await writeLines(store, ["a"]), await writeLines(store, ["b"])];
    await seal(store);
    const inputsOf = async (there: readonly string[]): Promise<string[]> => {
      const plans = await readPlansOfInputs(store, "local", new Set(there));
      return plans.flatMap(({ manifest }) => manifest.inputs.map(({ name }) => name));
    };
    expect((await inputsOf(names)).toSorted()).toEqual(names.toSorted());
    expect(await inputsOf(names.slice(1))).toEqual(names.slice(1));
    const whole = await readPlansOfInputs(store, "local", new Set(), () => true);
    expect(whole.flatMap(({ manifest }) => manifest.inputs)).toHaveLength(2);
  });

  it("of a plan before which a record was lost goes", async () => {
    await seal(store, { only: await writeLines(store, ["a"]) });
    const repeated = await writeLines(store, ["a"]);
    const { name, isRecord } = await seal(store, { only: repeated });
    expect(isRecord).toBe(true);
    await seal(store, { only: await writeLines(store, ["b"]) });
    await store.remove(name);
    await sign();
    expect(await keptOf()).toEqual({ not_sealed: 1 });
    expect((await gc()).objects).toBe(2);
    expect(await wal()).toEqual([repeated]);
  });

  it("of a later plan stays while one before is not signed", async () => {
    await seal(store, { only: await writeLines(store, ["a"]) });
    await seal(store, { only: await writeLines(store, ["b"]) });
    await sign();
    const [first] = await readSealedPlans(store, "local");
    await seal(store, { only: await writeLines(store, ["a", "b"]) });
    await seal(store, { only: await writeLines(store, ["c"]) });
    expect(await keptOf()).toEqual({ not_signed: 1 });
    // Nor what a plan has found to be there already, where that is not signed.
    await seal(store, { only: await writeLines(store, ["c"]) });
    expect(await keptOf()).toEqual({ not_signed: 2 });
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

describe("a record, which nobody signs,", () => {
  const recordOf = (plan: number): string => recordName(spanOfHour("local", FIRST_HOUR, 1), plan);
  const record = recordOf(2);

  /** Says, as a plan of the first hour, that these objects, with lines of these hours, brought nothing new. */
  async function putRecord(
    names: readonly string[],
    { plan = 2, hours }: { readonly plan?: number; readonly hours?: readonly string[] } = {},
  ): Promise<void> {
    const [first] = await readSealedPlans(store, "local");
    if (first === undefined) throw new Error("nothing is sealed");
    const inputs: PlanInput[] = [];
    for (const name of names) {
      const bytes = await bytesIn(store, name);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      inputs.push({ name, size_bytes: bytes.length, sha256, ...(hours === undefined ? {} : { hours }) });
    }
    const manifest = { ...first.manifest, plan, revision: 0, inputs, outputs: [], lines: 0, duplicates: [] };
    await store.create(recordOf(plan), manifestBytes(manifest));
  }

  /** An hour with the lines `a` and `b`, signed. */
  async function signedHour(): Promise<void> {
    await seal(store, { only: await writeLines(store, ["a", "b"]) });
    await sign();
    await gc();
  }

  it("lets no line go that is not in the vault", async () => {
    await signedHour();
    // The second one has a copy of a line that only the first one has; the third one is as the record says.
    const lacking = await writeLines(store, ["a", "c", "d", "c"]);
    const copied = await writeLines(store, ["b", "c"]);
    const good = await writeLines(store, ["b", "a", "b"]);
    await putRecord([lacking, copied, good]);
    expect(await keptOf()).toEqual({});
    const { objects, unproven } = await gc();
    expect(objects).toBe(1);
    expect(unproven).toMatchObject([
      { name: lacking, plan: record, lines: 2 },
      { name: copied, plan: record, lines: 1 },
    ]);
    expect(await wal()).toEqual([lacking, copied]);
    // As the message says.
    await store.remove(record);
    await seal(store);
    await sign();
    expect((await gc()).objects).toBe(2);
  });

  it("is not believed which hours an object has", async () => {
    await signedHour();
    await seal(store, { hour: 5, only: await writeLines(store, ["a"], [5]) });
    await sign();
    await gc();
    const lying = await writeLines(store, ["a"], [0, 5, 7]);
    await putRecord([lying], { hours: [hourText(FIRST_HOUR)] });
    expect((await gc()).unproven).toMatchObject([{ name: lying, plan: record, lines: 2 }]);
    expect(await wal()).toEqual([lying]);
  });

  it("lets no line go of which another variant is in the vault", async () => {
    await signedHour();
    const { id } = sampleLine("a of 0");
    const variants = [sampleLine("a of 0", { log: "gitaly" }), sampleLine("other bytes", { id })];
    for (const [index, variant] of variants.entries()) {
      const name = await putObject(store, [variant], { writer: `variant${index}` });
      await putRecord([name]);
      expect((await gc()).unproven).toMatchObject([{ name, lines: 1 }]);
      expect(await wal()).toEqual([name]);
      for (const each of [name, record]) await store.remove(each);
    }
  });

  it("counts on no segment that is not signed", async () => {
    await signedHour();
    const late = await writeLines(store, ["late"]);
    await seal(store);
    const copy = await writeLines(store, ["late"]);
    // As if it had been made before the line was sealed.
    await putRecord([copy], { plan: 1 });
    expect((await gc()).unproven).toMatchObject([{ name: copy, lines: 1 }]);
    expect(await wal()).toEqual([late, copy]);
    await sign();
    expect((await gc()).objects).toBe(2);
  });

  it("is believed no less than a manifest that was forged before it was signed", async () => {
    const sealed = await writeLines(store, ["a", "b"]);
    const { name } = await seal(store, { only: sealed });
    const unseen = await writeLines(store, ["b", "only here"]);
    const manifest = JSON.parse((await bytesIn(store, name)).toString()) as Manifest;
    const input = storedObject(unseen, await bytesIn(store, unseen));
    await replace(store, name, manifestBytes({ ...manifest, inputs: [...manifest.inputs, input] }));
    await sign();
    expect(await gc()).toMatchObject({ objects: 1, unproven: [{ name: unseen, plan: name, lines: 1 }] });
    expect(await wal()).toEqual([unseen]);
  });

  it("is proved for several objects and hours at once, while others collect", async () => {
    await writeLines(store, ["a", "b"], [0, 1]);
    for (const hour of [0, 1]) await seal(store, { hour });
    await sign();
    for (const texts of [["a"], ["b", "b"], ["b", "a"]]) await writeLines(store, texts, [0, 1]);
    for (const hour of [0, 1]) expect((await seal(store, { hour })).isRecord).toBe(true);
    const done = await Promise.all([gc(), gc(), gc()]);
    expect(done.flatMap(({ altered, unproven }) => [...altered, ...unproven])).toEqual([]);
    expect(await wal()).toEqual([]);
  });

  it("is passed over where another collector removes its object at any moment", async () => {
    await signedHour();
    for (let read = 1; ; read += 1) {
      const names = [await writeLines(store, ["a"]), await writeLines(store, ["b"])];
      expect((await seal(store)).isRecord).toBe(true);
      let reads = 0;
      const racing: Store = {
        ...store,
        async read(...args) {
          if (args[0].startsWith("wal/")) reads += 1;
          if (reads === read) await store.remove(names[1] ?? "");
          return store.read(...args);
        },
      };
      expect(await gc(racing)).toMatchObject({ objects: reads < read ? 2 : expect.any(Number), unproven: [] });
      expect(await wal()).toEqual([]);
      if (reads < read) return;
    }
  });

  it("is passed over where its object was exchanged", async () => {
    await signedHour();
    const name = await writeLines(store, ["a"]);
    expect((await seal(store)).isRecord).toBe(true);
    await replace(store, name, Buffer.from("another"));
    expect(await gc()).toMatchObject({ objects: 0, altered: [{ said: { name } }], unproven: [] });
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

  it("that come when the object is gone stay until it is indexed, from the vault", async () => {
    const name = await signedObject();
    expect((await gc()).objects).toBe(1);
    await markers.mark(name);
    await gc();
    expect(await markers.isWaiting(name)).toBe(true);
    await markers.finish(name);
    await gc();
    expect(await namesIn(store, "ctl/index/")).toEqual([]);
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
    expect(await collect(looked, options)).toEqual({ objects: 0, bytes: 0, altered: [], unproven: [] });
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
        await replace(store, signatureName(name), await newKey().sign(await bytesIn(store, name)));
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
      "a byte of a segment is another one",
      segment,
      async (name) => {
        const bytes = await bytesIn(store, name);
        bytes[12] = (bytes[12] ?? 0) ^ 1;
        await replace(store, name, bytes);
      },
    ],
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

  it("removes nothing where an earlier segment of its hour is not as it was signed", async () => {
    await seal(store, { only: await writeLines(store, ["a"]) });
    await sign();
    expect((await gc()).objects).toBe(1);
    const damaged = await segment();
    nowMs += MINUTE_MS;
    await seal(store, { only: await writeLines(store, ["b"]) });
    await sign();
    const bytes = await bytesIn(store, damaged);
    bytes[12] = (bytes[12] ?? 0) ^ 1;
    await replace(store, damaged, bytes);
    await expect(gc()).rejects.toMatchObject({ code: "corrupt", message: expect.stringContaining(`"${damaged}"`) });
    expect(await wal()).toHaveLength(1);
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
