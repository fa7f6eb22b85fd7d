/**
 * Goal: whoever has written an object of the archive in JSON, its reader takes what the format says, or names the object
 * and the member that is wrong; no reader behind it fails on what was let through.
 * Method: good objects with one thing changed each. Random changes are tried by `test/fuzz`.
 */
import { describe, expect, it } from "vitest";
import { canonicalJson, type Json } from "../../src/archive/canonical-json.ts";
import { parseDigest } from "../../src/archive/digest/digest.ts";
import { mayFollow, parseKeyChange } from "../../src/archive/digest/key-ring.ts";
import { parseManifest } from "../../src/archive/manifest.ts";
import { parsePlan, readPlan } from "../../src/archive/seal/plan.ts";
import { readSealedPlan } from "../../src/archive/sealed-plan.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { parseReceipt } from "../../src/counts/facts/receipt.ts";
import { parseRollup } from "../../src/counts/facts/rollup.ts";
import { KEY, MANIFEST_NAME, PLAN_NAME, SAMPLES } from "../fuzz/targets/stored-samples.ts";

const FOLDER = "vault/v1/local/2020-12-22/09/";
const OTHER_WAL = "wal/other/2020-12-22/aa/00000001.2020122209-2020122209.ndjson.zst";
const STATEMENT = `vault/v1/keys/${KEY}.statement.json`;

interface Kind {
  readonly object: string;
  readonly read: (bytes: Buffer) => unknown;
}

const KINDS: Readonly<Record<string, Kind>> = {
  manifest: { object: MANIFEST_NAME, read: (bytes) => parseManifest(MANIFEST_NAME, bytes) },
  plan: { object: PLAN_NAME, read: (bytes) => parsePlan(PLAN_NAME, bytes) },
  digest: { object: "d.json", read: (bytes) => parseDigest("d.json", bytes) },
  "key-statement": { object: STATEMENT, read: (bytes) => parseKeyChange(STATEMENT, bytes) },
  receipt: { object: "r.json", read: (bytes) => parseReceipt("r.json", bytes) },
  rollup: { object: "r.json", read: (bytes) => parseRollup("r.json", bytes) },
};

function sample(kind: string): Buffer {
  return SAMPLES[kind]?.[0] ?? Buffer.alloc(0);
}

/** The object with the value at the path, as `inputs.0.name`; undefined takes the member away. */
function changed(kind: string, path: string, value: unknown): Buffer {
  const whole = JSON.parse(sample(kind).toString()) as unknown;
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  const place = steps.reduce<unknown>((at, step) => Reflect.get(at as object, step), whole) as object;
  if (value === undefined) Reflect.deleteProperty(place, last);
  else Reflect.set(place, last, value);
  return Buffer.from(canonicalJson(whole as Json));
}

const WRONG: [kind: string, path: string, value: unknown, member?: string][] = [
  ["manifest", "stream", 5],
  ["manifest", "stream", ".."],
  ["manifest", "first_hour", "2020-02-30T09:00:00Z"],
  ["manifest", "first_hour", "0000-00-00T00:00:00Z"],
  ["manifest", "first_hour", "1969-12-31T23:00:00Z"],
  ["manifest", "hours", "24"],
  ["manifest", "plan", 1.5],
  ["manifest", "revision", -1],
  ["manifest", "inputs", null],
  ["manifest", "inputs.0", null, "inputs[0]"],
  ["manifest", "inputs.0.name", "wal/../../secret", "inputs[0].name"],
  ["manifest", "inputs.0.size_bytes", 1e300, "inputs[0].size_bytes"],
  ["manifest", "inputs.0.hours", ["2020-12-22T09:30:00Z"], "inputs[0].hours[0]"],
  ["manifest", "outputs.0.lines.name", "vault/v1/local/2020-12-22/09/../x.zst", "outputs[0].lines.name"],
  ["manifest", "outputs.0.meta", undefined, "outputs[0].meta"],
  ["manifest", "outputs.0.root", "A".repeat(64), "outputs[0].root"],
  ["manifest", "abandoned.0", "../x", "abandoned[0]"],
  ["manifest", "duplicates", {}],
  ["manifest", "duplicates.0.id", "x", "duplicates[0].id"],
  ["manifest", "conflicts.0.variants", 1, "conflicts[0].variants"],
  ["manifest", "conflicts.0.log", 1, "conflicts[0].log"],
  ["manifest", "lanes.constructor", 1],
  ["manifest", "by_hour", { undated: {} }, "by_hour.undated.received"],
  ["manifest", "counts.events", { toString: 1 }, "counts.events.toString"],
  ["manifest", "counts.events", { push: "1" }, "counts.events.push"],
  ["manifest", "makes.instance", false],
  ["plan", "inputs.0.size_bytes", -1, "inputs[0].size_bytes"],
  ["plan", "makes", null],
  ["digest", "window.to", "2020-12-22T24:00:00Z"],
  ["digest", "objects.0.name", "vault/v1/keys/x.pub", "objects[0].name"],
  ["digest", "totals.counts", [], "totals.counts"],
  ["digest", "previous", undefined],
  ["digest", "previous.signature", "ff"],
  ["key-statement", "first_sequences.local", 0],
  ["key-statement", "old_key", "x"],
  ["receipt", "files.0.name", "wal/x", "files[0].name"],
  ["receipt", "manifest", "x"],
  ["rollup", "inputs.0.facts", null, "inputs[0].facts"],
  // A member more would be of another format.
  ["manifest", "zzz", [1]],
  ["manifest", "inputs.0.zzz", null, "inputs[0].zzz"],
  ["plan", "zzz", 1],
  ["digest", "zzz", 1],
  ["key-statement", "zzz", 1],
  ["receipt", "files.0.constructor", 1, "files[0].constructor"],
  ["rollup", "zzz", {}],
  ["rollup", "files.0.segment", "constructor", "files[0].segment"],
];

describe("a stored object", () => {
  it.each(Object.entries(KINDS))("of the kind %s is read", (kind, { read }) => {
    expect(read(sample(kind))).toEqual(JSON.parse(sample(kind).toString()));
  });

  it.each(WRONG)("%s: of %s %j is told", (kind, path, value, member = path) => {
    const { object = "", read = () => undefined } = KINDS[kind] ?? {};
    const told = expect.objectContaining({
      code: "corrupt",
      message: expect.stringMatching(new RegExp(`"${object.replaceAll(/[.]/g, "\\.")}": "${escaped(member)}" is not `)),
    });
    expect(() => read(changed(kind, path, value))).toThrow(told as Error);
  });

  it.each(Object.keys(KINDS))("%s: is told as a whole where it is none", (kind) => {
    const { object = "", read = () => undefined } = KINDS[kind] ?? {};
    const text = sample(kind).toString();
    const twice = `{"format":1,${text.slice(1)}`;
    const broken = ["", "null", "[]", "{", "5", "{}", `${text}\n`, ` ${text}`, twice, '{"format":2}'];
    for (const bytes of [
      ...broken.map((each) => Buffer.from(each)),
      Buffer.from('{"format":1,"x":"\xff"}', "latin1"),
    ]) {
      expect(() => read(bytes)).toThrow(
        expect.objectContaining({ code: "corrupt", message: expect.stringContaining(`"${object}"`) }) as Error,
      );
    }
  });

  it("of hours that are not sealed together is told", () => {
    const undated = (hours: number): Buffer =>
      Buffer.from(
        changed("manifest", "hours", hours)
          .toString()
          .replace('2020-12-22T09:00:00Z","format', 'undated","format')
          .replaceAll("/local/2020-12-22/09/", "/local/undated/00/"),
      );
    for (const bytes of [changed("manifest", "hours", 5), changed("manifest", "hours", 24), undated(2)]) {
      expect(() => parseManifest(MANIFEST_NAME, bytes)).toThrow(/no hours that are sealed together/);
    }
    expect(parseManifest(MANIFEST_NAME, undated(1))).toMatchObject({ first_hour: "undated" });
  });

  it.each([
    ["an output of another number", "manifest", "outputs.0.number", 10_002],
    ["lines of another plan", "manifest", "outputs.0.lines.name", `${FOLDER}000002-10001.ndjson.zst`],
    ["meta in the place of lines", "manifest", "outputs.0.lines.name", `${FOLDER}000001-10001.meta.ndjson.zst`],
    ["lines in the place of meta", "manifest", "outputs.0.meta.name", `${FOLDER}000001-10001.ndjson.zst`],
    ["what another span gave up", "manifest", "abandoned.0", "vault/v1/local/2020-12-22/10/000001-10001.ndjson.zst"],
    ["an input of another stream", "manifest", "inputs.0.name", OTHER_WAL],
    ["an input of another stream", "plan", "inputs.0.name", OTHER_WAL],
  ])("that leads elsewhere is told: it names %s (%s)", (_what, kind, path, value) => {
    const { read = () => undefined } = KINDS[kind] ?? {};
    expect(() => read(changed(kind, path, value))).toThrow(/: it names ".+", of another (?:place|stream) \(hint: /);
  });

  it("of more bytes than any has is not read", async () => {
    const store = { ...createMemoryStore(), read: () => Promise.reject(new Error("it was read")) };
    const told = {
      code: "corrupt",
      message: expect.stringMatching(/: 268435457 bytes are more than any has \(hint: /) as unknown,
    };
    await expect(readSealedPlan(store, MANIFEST_NAME, 2 ** 28 + 1)).rejects.toMatchObject(told);
    await expect(readPlan(store, PLAN_NAME, 2 ** 28 + 1)).rejects.toMatchObject(told);
  });

  it("with a name that fills a screen is told in a line", () => {
    const bytes = changed("manifest", "x".repeat(10_000), 1);
    expect(() => parseManifest(MANIFEST_NAME, bytes)).toThrow(/"x{64}…" is not a member of this format/);
  });

  it("of another plan than its name says is told", () => {
    for (const [path, value] of [
      ["stream", "other"],
      ["plan", 2],
      ["attempt", 2],
      ["first_hour", "2020-12-22T10:00:00Z"],
    ] as const) {
      expect(() => parsePlan(PLAN_NAME, changed("plan", path, value))).toThrow(/it speaks of another plan/);
    }
  });
});

describe("names that every object has in JavaScript", () => {
  it("are streams like others in a statement of keys", () => {
    const bytes = changed("key-statement", "first_sequences", { constructor: 5 });
    const change = parseKeyChange(STATEMENT, bytes);
    const ring = { keys: new Map(), changes: new Map([[KEY, change]]) };
    const may = (stream: string, sequence: number) => mayFollow(ring, stream, change.old_key, KEY, sequence);
    expect([may("constructor", 4), may("constructor", 5), may("local", 1)]).toEqual([false, true, true]);
    const other = { keys: new Map(), changes: new Map([[KEY, { ...change, first_sequences: {} }]]) };
    expect(mayFollow(other, "constructor", change.old_key, KEY, 0)).toBe(false);
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.[\]]/g, "\\$&");
}
