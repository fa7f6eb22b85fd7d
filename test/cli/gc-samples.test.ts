/**
 * Goal: a pass of gc shows how long what it left has been there, by why it stays.
 * Method: hours sealed and signed in memory; objects that are not sealed, not signed, not indexed, and altered.
 */
import { beforeEach, expect, it } from "vitest";
import { signStream } from "../../src/archive/digest/sign.ts";
import { collect } from "../../src/archive/gc/collect.ts";
import { planGc } from "../../src/archive/gc/gc-plan.ts";
import { createIndexMarkers } from "../../src/archive/index-markers.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { gcSamples } from "../../src/cli/duties/gc-samples.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, SECOND_MS } from "../../src/core/units.ts";
import { bytesIn, newKey, replace, SIGNED_AT_MS, seal, signing, writeLines } from "../archive/sample-signing.ts";

const KEY = newKey();
let store: ObjectStore & ObjectRemover;
let nowMs: number;
beforeEach(() => {
  nowMs = SIGNED_AT_MS;
  store = createMemoryStore(() => nowMs);
});

/** Writes an object and seals it; an hour passes. */
async function sealed(line: string): Promise<string> {
  const name = await writeLines(store, [line]);
  await seal(store, { only: name });
  nowMs += HOUR_MS;
  return name;
}

const sign = () => signStream("local", signing(store, KEY, { nowMs }));

/** Sample → hours, or objects, of what a pass leaves. */
async function left(): Promise<Record<string, number>> {
  const plan = await planGc(store, "local");
  const report = { plan, ...(await collect(plan, { store, remover: store, onBytes: () => undefined })) };
  const samples = gcSamples(report, nowMs, false).map(({ name, labels, value }) => {
    const isAge = name.startsWith("logtally_oldest_");
    return [
      labels["reason"] ?? name.slice("logtally_oldest_".length),
      isAge ? (value * SECOND_MS) / HOUR_MS : value,
      name,
    ] as const;
  });
  return Object.fromEntries(
    samples.filter(([, , name]) => name !== "logtally_wal_bytes").map(([key, value]) => [key, value]),
  );
}

const NOTHING = {
  unsealed_seconds: 0,
  unsigned_seconds: 0,
  uncollected_seconds: 0,
  not_sealed: 0,
  not_signed: 0,
  not_indexed: 0,
  distrusted: 0,
};

it("is nothing where all could go", async () => {
  await sealed("a");
  await sign();
  expect(await left()).toEqual(NOTHING);
});

it("is the age of the oldest, apart by how far it came", async () => {
  const waiting = await sealed("a");
  await sealed("b");
  await createIndexMarkers(store, "local").mark(waiting);
  await sign();
  await sealed("c");
  await writeLines(store, ["d"]);
  nowMs += HOUR_MS;
  const ages = { uncollected_seconds: 4, unsigned_seconds: 2, unsealed_seconds: 1 };
  expect(await left()).toEqual({ ...NOTHING, ...ages, not_indexed: 1, not_signed: 1, not_sealed: 1 });
});

it("is also that of an object which is not what was sealed", async () => {
  const altered = await sealed("a");
  await sign();
  await replace(store, altered, Buffer.concat([await bytesIn(store, altered), Buffer.of(0)]));
  nowMs += 3 * HOUR_MS;
  await sealed("b");
  await sign();
  expect(await left()).toEqual({ ...NOTHING, uncollected_seconds: 4, distrusted: 1 });
});

it("is that of all where nothing is removed", async () => {
  await sealed("a");
  await sign();
  const report = { plan: await planGc(store, "local"), objects: 1, bytes: 1, altered: [], unproven: [] };
  const [age] = gcSamples(report, nowMs, true).filter(({ name }) => name === "logtally_oldest_uncollected_seconds");
  expect(age?.value).toBe(HOUR_MS / SECOND_MS);
});
