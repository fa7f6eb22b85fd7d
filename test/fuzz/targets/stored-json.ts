import assert from "node:assert/strict";
import { checkManifest } from "../../../src/archive/audit/manifest-check.ts";
import { digestBytes, digestOf, parseDigest } from "../../../src/archive/digest/digest.ts";
import { digestName, statementName } from "../../../src/archive/digest/digest-name.ts";
import { keyChangeBytes, mayFollow, parseKeyChange } from "../../../src/archive/digest/key-ring.ts";
import { type Manifest, manifestBytes } from "../../../src/archive/manifest.ts";
import { parsePlan } from "../../../src/archive/seal/plan.ts";
import { readSealedPlan, sealedHours, unsealedHours } from "../../../src/archive/sealed-plan.ts";
import { dayOfHour, isInSpan } from "../../../src/archive/span.ts";
import { createMemoryStore } from "../../../src/backends/memory/memory-store.ts";
import { checkObjectName } from "../../../src/core/object-name.ts";
import { parseReceipt, receiptBytes } from "../../../src/counts/facts/receipt.ts";
import { parseRollup, rollupName } from "../../../src/counts/facts/rollup.ts";
import { standingVariants } from "../../../src/counts/tables/conflict-table.ts";
import { assertCorrupt, unlessCorrupt } from "../declared.ts";
import type { FuzzTarget } from "../target.ts";
import { CATALOGUE, KEY, MANIFEST_NAME, PLAN_NAME, SAMPLES } from "./stored-samples.ts";

/** Objects of the archive in JSON, as somebody else may have written them. */

const STREAM = "local";
const WORDS = [
  [
    '"format":1',
    '"undated"',
    '"2020-12-22T09:00:00Z"',
    '"2020-02-30T09:00:00Z"',
    '"hours":24',
    '"hours":[',
    '"inputs":[]',
  ],
  ['"vault/v1/local/2020-12-22/08/000001-10001.ndjson.zst"', '"../../x"', "9007199254740991", "-1", '"constructor":1'],
  ['"catalogue":"__proto__"', '"stream":"constructor"', '"revision":0', '"outputs":[]', '"first_hour":"undated"'],
].flat();

/** What every reader of such objects has in common. */
function storedTarget(
  target: Pick<FuzzTarget, "name" | "holds" | "check"> & { readonly covers: readonly string[] },
): FuzzTarget {
  return {
    ...target,
    covers: ["src/archive/stored-json.ts", "src/archive/shape.ts", "src/archive/stored-shape.ts", ...target.covers],
    seeds: () => SAMPLES[target.name] ?? [],
    words: WORDS,
  };
}

function assertSameBytes(name: string, written: Buffer, read: Buffer): void {
  // A name that is a number stands first in an object that JavaScript has made, whatever the text says.
  assert.equal(written.length, read.length, `${name} was read as something else`);
}

export const manifest = storedTarget({
  name: "manifest",
  holds: "a manifest is refused with its name, or all that reads it can go on, and its digest reads back",
  covers: [
    "src/archive/manifest",
    "src/archive/sealed-plan.ts",
    "src/archive/audit/manifest-check.ts",
    "src/archive/digest/digest.ts",
  ],
  async check(bytes) {
    const store = createMemoryStore();
    await store.create(MANIFEST_NAME, bytes);
    const plan = await readSealedPlan(store, MANIFEST_NAME, bytes.length).catch((error: unknown) => {
      assertCorrupt(MANIFEST_NAME, error);
      return null;
    });
    if (plan === null) return;
    const { manifest, span } = plan;
    assert.equal(span.stream, STREAM);
    for (let hour = span.firstHour; isInSpan(span, hour); hour += 1) assert.equal(dayOfHour(hour), span.day);
    for (const { lines, meta } of manifest.outputs) for (const { name } of [lines, meta]) checkObjectName(name);
    for (const name of manifest.abandoned) checkObjectName(name);
    for (const [name, inputs] of sealedHours([plan])) {
      checkObjectName(name);
      const hours = inputs.flatMap((input) => input.hours ?? []);
      for (const hour of unsealedHours(hours, inputs)) assert.match(dayOfHour(hour), /^(?:\d{4}-\d\d-\d\d|undated)$/);
    }
    for (const difference of checkManifest(plan)) assert.equal(typeof difference.what, "string");
    standingVariants([{ stream: STREAM, conflicts: manifest.conflicts }]);
    const window = { from: "2020-12-22T11:00:00Z", to: "2020-12-22T11:00:00Z" };
    const objects = [{ name: MANIFEST_NAME, size_bytes: plan.sizeBytes, sha256: plan.sha256 }];
    const digest = digestOf({ stream: STREAM, sequence: 1, window, previous: null, key: KEY }, [plan], objects);
    const stored = digestBytes(digest);
    assert.deepEqual(digestBytes(parseDigest("x", stored)), stored);
    assert.equal(Object.hasOwn(Object.prototype, "push"), false);
    assertSameBytes(MANIFEST_NAME, manifestBytes({ ...manifest, ...duplicatesOf(bytes) } as Manifest), bytes);
  },
});

/** Those that readers leave out. */
function duplicatesOf(bytes: Buffer): Partial<Manifest> {
  return JSON.parse(bytes.toString("utf8")) as Partial<Manifest>;
}

export const plan = storedTarget({
  name: "plan",
  holds: "a plan is refused with its name, or is the one of its name",
  covers: ["src/archive/seal/plan.ts", "src/archive/manifest"],
  check(bytes) {
    const json = unlessCorrupt(PLAN_NAME, () => parsePlan(PLAN_NAME, bytes));
    if (json === null) return;
    assert.deepEqual([json.stream, json.first_hour, json.plan, json.attempt], [STREAM, "2020-12-22T09:00:00Z", 1, 1]);
    for (const { name, size_bytes } of json.inputs) {
      checkObjectName(name);
      assert(name.startsWith("wal/") && Number.isSafeInteger(size_bytes) && size_bytes >= 0);
    }
  },
});

export const digest = storedTarget({
  name: "digest",
  holds: "a digest is refused with its name, or all of its members are what a signer writes",
  covers: ["src/archive/digest/digest"],
  check(bytes) {
    const name = digestName(STREAM, 1);
    const read = unlessCorrupt(name, () => parseDigest(name, bytes));
    if (read === null) return;
    for (const object of read.objects) checkObjectName(object.name);
    for (const time of [read.window.from, read.window.to]) {
      assert.equal(`${new Date(Date.parse(time)).toISOString().slice(0, 19)}Z`, time);
    }
    assertSameBytes(name, digestBytes(read), bytes);
  },
});

export const keyStatement = storedTarget({
  name: "key-statement",
  holds: "a statement of keys is refused with its name, or lets no key sign earlier than it says",
  covers: ["src/archive/digest/key-ring.ts", "src/archive/digest/digest-shape.ts"],
  check(bytes) {
    const name = statementName(KEY);
    const change = unlessCorrupt(name, () => parseKeyChange(name, bytes));
    if (change === null) return;
    assert.equal(change.new_key, KEY);
    const ring = { keys: new Map(), changes: new Map([[KEY, change]]) };
    for (const stream of [STREAM, "constructor", "10", ...Object.keys(change.first_sequences)]) {
      const named: readonly [string, number][] = Object.entries(change.first_sequences);
      const first: number = named.find(([each]) => each === stream)?.[1] ?? 1;
      if (change.old_key === KEY) continue;
      assert.equal(mayFollow(ring, stream, change.old_key, KEY, first), true);
      assert.equal(mayFollow(ring, stream, change.old_key, KEY, first - 1), false);
    }
    assertSameBytes(name, keyChangeBytes(change), bytes);
  },
});

export const receipt = storedTarget({
  name: "receipt",
  holds: "a receipt of facts is refused with its name, or names files of facts alone",
  covers: ["src/counts/facts/receipt"],
  check(bytes) {
    const name = "facts/x.json";
    const read = unlessCorrupt(name, () => parseReceipt(name, bytes));
    if (read === null) return;
    for (const file of read.files) {
      checkObjectName(file.name);
      assert(file.name.startsWith("facts/"));
    }
    assertSameBytes(name, receiptBytes(read), bytes);
  },
});

export const rollup = storedTarget({
  name: "rollup",
  holds: "a roll-up is refused with its name, or can be named by what it says",
  covers: ["src/counts/facts/receipt", "src/counts/facts/rollup.ts"],
  check(bytes) {
    const name = "facts/x.json";
    const read = unlessCorrupt(name, () => parseRollup(name, bytes));
    if (read === null) return;
    for (const file of [...read.files, ...read.inputs.flatMap(({ facts }) => facts)]) {
      checkObjectName(file.name);
      assert(file.name.startsWith("facts/"));
    }
    const basis = { catalogue: CATALOGUE, pseudonymKey: read.pseudonym_key, instance: read.instance };
    assert.match(rollupName(basis, read.stream, read.day, read.inputs), /^facts\/rollup\//);
  },
});
