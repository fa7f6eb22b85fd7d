/**
 * Goal: what was sealed is signed once, in a chain that shows every later change; whatever is killed, or done twice, the
 * chain is whole; and nothing is signed that is not as it was sealed.
 * Method: hours sealed in the plainest way in memory, signers that are killed at every step or race each other, and
 * objects that are altered behind their backs.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Digest, digestBytes, digestOf } from "../../src/archive/digest/digest.ts";
import { chainAsOf, readDigests, type SignedDigest, signedObjects } from "../../src/archive/digest/digest-chain.ts";
import { digestName, publicKeyName, signatureName } from "../../src/archive/digest/digest-name.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import { readSealedPlans, type SealedPlan } from "../../src/archive/sealed-plan.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";
import { randomOf } from "../random.ts";
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

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const namesOf = (digest: Digest | undefined): string[] => digest?.objects.map(({ name }) => name) ?? [];

/** An archive with two sealed hours, not signed. */
async function sealed(): Promise<{ readonly store: Store; readonly plans: SealedPlan[] }> {
  const store = createMemoryStore();
  await writeLines(store, ["a", "b"], [0, 1]);
  const plans = [await seal(store), await seal(store, { hour: 1 })];
  return { store, plans };
}

/** The same with so many digests. */
async function signedTimes(count: number): Promise<Store> {
  const store = createMemoryStore();
  for (let number = 1; number <= count; number += 1) {
    await seal(store, { only: await writeLines(store, [`line ${number}`]) });
    await signStream("local", signing(store, KEY, { nowMs: SIGNED_AT_MS + number * MINUTE_MS }));
  }
  return store;
}

const digestsOf = async (store: ObjectStore): Promise<readonly SignedDigest[]> =>
  (await readDigests(store, "local")).digests;

describe("a digest", () => {
  it("names every manifest and its objects, with what they are, in order", async () => {
    const { store, plans } = await sealed();
    const [signed] = await signStream("local", signing(store, KEY));
    const outputs = plans.flatMap(({ manifest }) => manifest.outputs.flatMap(({ lines, meta }) => [lines, meta]));
    const names = [...plans.map(({ name }) => name), ...outputs.map(({ name }) => name)].sort();
    expect(namesOf(signed?.digest)).toEqual(names);
    for (const { name, size_bytes, sha256 } of signed?.digest.objects ?? []) {
      const bytes = await bytesIn(store, name);
      expect({ size_bytes, sha256 }).toEqual({ size_bytes: bytes.length, sha256: sha256Of(bytes) });
    }
    expect(signed?.digest).toMatchObject({
      stream: "local",
      sequence: 1,
      window: { from: "2021-01-01T12:00:00Z", to: "2021-01-01T12:00:00Z" },
      totals: { objects: names.length, lines: 4 },
      previous: null,
      key: KEY.fingerprint,
    });
    const bytes = await bytesIn(store, "vault/v1/local/digest/00000001.json");
    expect(signed?.sha256).toBe(sha256Of(bytes));
    expect(bytes.toString()).not.toMatch(/\s/);
    expect(await bytesIn(store, "vault/v1/local/digest/00000001.sig")).toHaveLength(64);
    expect((await bytesIn(store, publicKeyName(KEY.fingerprint))).toString()).toBe(KEY.publicPem);
  });

  it("names only what none before names, and follows on it", async () => {
    const store = await signedTimes(3);
    const digests = await digestsOf(store);
    const all = digests.flatMap(({ digest }) => namesOf(digest));
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(all)).toEqual(
      new Set((await namesIn(store, "vault/v1/local/")).filter((name) => !name.includes("/digest/"))),
    );
    for (const [index, { digest }] of digests.entries()) {
      const before = digests[index - 1];
      expect(digest.sequence).toBe(index + 1);
      if (before === undefined) continue;
      expect(digest.previous).toEqual({ sha256: before.sha256, signature: before.signature });
      expect(digest.window.from).toBe(before.digest.window.to);
    }
  });

  it("is due where something is sealed, or the interval has passed, and not before", async () => {
    const { store } = await sealed();
    const signAt = (nowMs: number) => signStream("local", signing(store, KEY, { nowMs }));
    expect(await signAt(SIGNED_AT_MS)).toHaveLength(1);
    expect(await signAt(SIGNED_AT_MS + HOUR_MS - 1)).toEqual([]);
    const [empty] = await signAt(SIGNED_AT_MS + HOUR_MS + 1234);
    expect(empty?.digest).toMatchObject({
      objects: [],
      window: { from: "2021-01-01T12:00:00Z", to: "2021-01-01T13:00:01Z" },
      totals: { objects: 0, lines: 0, counts: {} },
    });
    expect(await signAt(SIGNED_AT_MS + HOUR_MS + 1234)).toEqual([]);
    await seal(store, { only: await writeLines(store, ["late"]) });
    expect(await signAt(SIGNED_AT_MS + HOUR_MS + 2000)).toHaveLength(1);
  });

  it("is none where nothing was ever sealed", async () => {
    const store = createMemoryStore();
    await writeLines(store, ["a"]);
    expect(await signStream("local", signing(store, KEY))).toEqual([]);
    expect(await namesIn(store, "vault/")).toEqual([]);
  });

  it("does not go back in time where the clock does", async () => {
    const store = await signedTimes(1);
    await seal(store, { only: await writeLines(store, ["late"]) });
    const [signed] = await signStream("local", signing(store, KEY, { nowMs: SIGNED_AT_MS - HOUR_MS }));
    expect(signed?.digest.window).toEqual({ from: "2021-01-01T12:01:00Z", to: "2021-01-01T12:01:00Z" });
  });

  it("sums up what the manifests say", () => {
    const figures = { received: 5, archived: 3, duplicates: 2, conflicts: 1, counted: 1, eventless: 1, quarantined: 1 };
    const planOf = (name: string, lines: number, counts: SealedPlan["manifest"]["counts"], hours: number) => {
      const by_hour = Object.fromEntries(Array.from({ length: hours }, (_, hour) => [`hour ${hour}`, figures]));
      return { name, manifest: { lines, counts, by_hour } } as unknown as SealedPlan;
    };
    const link = { stream: "local", sequence: 1, window: { from: "", to: "" }, previous: null, key: "" };
    const objects = [
      { name: "b", size_bytes: 3, sha256: "" },
      { name: "a", size_bytes: 4, sha256: "" },
    ];
    const plans = [
      planOf("1", 7, { catalogue: "old", events: { push: 2, fetch: 1 } }, 2),
      planOf("2", 1, { catalogue: "new", events: { push: 1 } }, 0),
      planOf("3", 1, { catalogue: "old", events: { push: -1 } }, 1),
    ];
    const digest = digestOf(link, plans, objects);
    expect(digest.objects.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(digest.totals).toEqual({
      objects: 2,
      size_bytes: 7,
      lines: 9,
      received: 15,
      archived: 9,
      duplicates: 6,
      conflicts: 3,
      counted: 3,
      eventless: 3,
      quarantined: 3,
      counts: { old: { push: 1, fetch: 1 }, new: { push: 1 } },
    });
  });

  it("names what attempts left behind, also what comes later, but nothing that is not of a complete plan", async () => {
    const { store, plans } = await sealed();
    const folder = plans[0]?.name.replace(/[^/]*$/, "") ?? "";
    const leave = async (file: string): Promise<string> => {
      await store.create(`${folder}${file}`, Buffer.from("left behind"));
      return `${folder}${file}`;
    };
    for (const attempt of ["000001a01", "000001a02", "000001a03", "000002a01"]) {
      await store.create(`${folder.replace("vault/v1", "ctl/plan")}${attempt}.json`, Buffer.from("{}"));
    }
    const early = await leave("000001-20001.ndjson.zst");
    // The last one as if by the attempt that became the manifest, which would name it.
    const foreigners = ["000002-10001", "000001-40001", "000001-1", "000000-10001", "000001-020001", "000001-10099"];
    for (const foreign of foreigners) {
      await leave(`${foreign}.ndjson.zst`);
    }
    const [first] = await signStream("local", signing(store, KEY));
    const sha256 = sha256Of(Buffer.from("left behind"));
    expect(first?.digest.objects).toContainEqual({ name: early, size_bytes: 11, sha256 });
    expect(first?.digest.objects).toHaveLength(1 + 3 * plans.length);
    expect(await signStream("local", signing(store, KEY))).toEqual([]);
    await leave("000001-10098.ndjson.zst");
    const late = await leave("000001-30001.meta.ndjson.zst");
    const [second] = await signStream("local", signing(store, KEY));
    expect(second?.digest.objects).toEqual([{ name: late, size_bytes: 11, sha256 }]);
  });

  it("names no more than its key signs: of much there are several, one behind the other, each with whole plans", async () => {
    const { store, plans } = await sealed();
    const folder = plans[0]?.name.replace(/[^/]*$/, "") ?? "";
    await store.create(`${folder.replace("vault/v1", "ctl/plan")}000001a02.json`, Buffer.from("{}"));
    for (const number of [1, 2]) await store.create(`${folder}000001-2000${number}.ndjson.zst`, Buffer.from("left"));
    const told: string[] = [];
    // Of three objects.
    const key = { ...KEY, mostBytes: 9000 };
    const signed = await signStream("local", signing(store, key, { onSigned: ({ name }) => told.push(name) }));
    expect(signed.map(({ digest }) => digest.objects.length)).toEqual([3, 3, 2]);
    expect(await digestsOf(store)).toEqual(signed);
    expect(told).toEqual(signed.map(({ name }) => name));
    expect(signed.map(({ digest }) => digest.totals.lines)).toEqual([2, 2, 0]);
    expect(await signStream("local", signing(store, key))).toEqual([]);
  });

  it("that the key cannot sign as a whole is not begun, so that another key can", async () => {
    const { store } = await sealed();
    await expect(signStream("local", signing(store, { ...KEY, mostBytes: 500 }))).rejects.toThrow(
      /00000001\.json": it has \d+ bytes, and key \w+ signs 500 at the most \(hint: a key in a file signs more/,
    );
    expect(await namesIn(store, "vault/v1/local/digest/")).toEqual([]);
    expect(await signStream("local", signing(store, KEY))).toHaveLength(1);
  });

  it("is looked for among nothing else: what is no digest there is told by its name", async () => {
    const { store } = await sealed();
    await store.create("vault/v1/local/digest/notes.txt", Buffer.from("mine"));
    await expect(readDigests(store, "local")).rejects.toThrow(
      /notes\.txt": no digest has such a name \(hint: move it away\)/,
    );
  });
});

describe("what is not as it was sealed is not signed:", () => {
  it.each<[string, string, (bytes: Buffer) => Buffer | null]>([
    ["lines that are missing", "lines", () => null],
    ["meta that is missing", "meta", () => null],
    ["lines of which a bit is another", "lines", (bytes) => bytes.fill((bytes[9] ?? 0) ^ 1, 9, 10)],
    ["meta that goes on", "meta", (bytes) => Buffer.concat([bytes, Buffer.from("x")])],
    ["lines that are cut", "lines", (bytes) => bytes.subarray(0, -1)],
  ])("%s", async (_what, part, change) => {
    const { store, plans } = await sealed();
    const name = plans[1]?.manifest.outputs[0]?.[part as "lines" | "meta"].name ?? "";
    const changed = change(await bytesIn(store, name));
    if (changed === null) await store.remove(name);
    else await replace(store, name, changed);
    await expect(signStream("local", signing(store, KEY))).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringContaining(`"${name}"`),
    });
    expect(await namesIn(store, "vault/v1/local/digest/")).toEqual([]);
  });

  it("lines of which the manifest says another size", async () => {
    const { store, plans } = await sealed();
    const [plan] = plans;
    const text = (await bytesIn(store, plan?.name ?? "")).toString();
    const size = `"size_bytes":${plan?.manifest.outputs[0]?.lines.size_bytes}`;
    await replace(store, plan?.name ?? "", Buffer.from(text.replaceAll(size, '"size_bytes":1')));
    await expect(signStream("local", signing(store, KEY))).rejects.toThrow(/ bytes, ".*" says 1 /);
  });

  it("a span of which a plan is missing", async () => {
    const { store, plans } = await sealed();
    await seal(store, { only: await writeLines(store, ["late"]) });
    await store.remove(plans[0]?.name ?? "");
    await expect(signStream("local", signing(store, KEY))).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringContaining("revision 1 is missing"),
    });
  });

  it.each(["there", "lost with ctl"])("a span is signed whose plan that added nothing is %s", async (where) => {
    const { store } = await sealed();
    const { name, isRecord } = await seal(store, { only: await writeLines(store, ["a", "b"]) });
    expect(isRecord).toBe(true);
    await seal(store, { only: await writeLines(store, ["late"]) });
    if (where !== "there") await store.remove(name);
    const [signed] = await signStream("local", signing(store, KEY));
    expect(namesOf(signed?.digest).filter((name) => name.endsWith(".manifest.json"))).toHaveLength(3);
  });

  it("a manifest that names objects of another place", async () => {
    const { store, plans } = await sealed();
    const [first, second] = plans;
    const manifest = { ...first?.manifest, outputs: second?.manifest.outputs };
    await replace(store, first?.name ?? "", Buffer.from(JSON.stringify(manifest)));
    await expect(signStream("local", signing(store, KEY))).rejects.toMatchObject({ code: "corrupt" });
  });
});

describe("a chain is refused, and nothing more is signed,", () => {
  const digest = (sequence: number): string => digestName("local", sequence);
  const altered = async (store: Store, name: string, change: (text: string) => string): Promise<void> =>
    replace(store, name, Buffer.from(change((await bytesIn(store, name)).toString("latin1")), "latin1"));

  it.each<[string, string, (store: Store) => Promise<void>]>([
    [
      "the last digest is altered",
      digest(3),
      (store) => altered(store, digest(3), (text) => text.replace('"lines":1', '"lines":2')),
    ],
    [
      "an earlier digest is altered",
      digest(2),
      (store) => altered(store, digest(2), (text) => text.replace('"lines":1', '"lines":2')),
    ],
    ["a digest is missing", digest(2), (store) => store.remove(digest(2))],
    ["a signature is missing", digest(2), (store) => store.remove(signatureName(digest(2)))],
    ["the last digest is missing, its signature not", digest(3), (store) => store.remove(digest(3))],
    [
      "a signature is altered",
      digest(1),
      (store) => altered(store, signatureName(digest(1)), (text) => `x${text.slice(1)}`),
    ],
    ["a signature is cut", digest(3), (store) => altered(store, signatureName(digest(3)), (text) => text.slice(1))],
    ["a digest is no JSON", digest(2), (store) => replace(store, digest(2), Buffer.from("{"))],
    ["the key is missing", publicKeyName(KEY.fingerprint), (store) => store.remove(publicKeyName(KEY.fingerprint))],
    [
      "the key is another one",
      publicKeyName(KEY.fingerprint),
      (store) => replace(store, publicKeyName(KEY.fingerprint), Buffer.from(newKey().publicPem)),
    ],
    [
      "two digests are swapped",
      digest(2),
      async (store) => {
        const [two, three] = [await bytesIn(store, digest(2)), await bytesIn(store, digest(3))];
        await replace(store, digest(2), three);
        await replace(store, digest(3), two);
      },
    ],
    [
      "an earlier digest was exchanged for another one that its key has signed",
      digest(3),
      async (store) => {
        await altered(store, digest(2), (text) => text.replace('"lines":1', '"lines":2'));
        await replace(store, signatureName(digest(2)), await KEY.sign(await bytesIn(store, digest(2))));
      },
    ],
    [
      "a digest is signed anew with another key",
      digest(3),
      async (store) => {
        const thief = newKey();
        await altered(store, digest(3), (text) => text.replace(KEY.fingerprint, thief.fingerprint));
        await replace(store, signatureName(digest(3)), await thief.sign(await bytesIn(store, digest(3))));
        await store.create(publicKeyName(thief.fingerprint), Buffer.from(thief.publicPem));
      },
    ],
  ])("where %s", async (_what, named, change) => {
    const store = await signedTimes(3);
    await change(store);
    await seal(store, { only: await writeLines(store, ["late"]) });
    const before = await namesIn(store, "");
    const told = { code: "corrupt", message: expect.stringContaining(`"${named}"`) };
    await expect(readDigests(store, "local")).rejects.toMatchObject(told);
    await expect(signStream("local", signing(store, KEY))).rejects.toMatchObject(told);
    expect(await namesIn(store, "")).toEqual(before);
  });
});

describe("a signer that is killed", () => {
  it.each(["before", "after"] as const)("%s any change leaves what the next one finishes", async (moment) => {
    for (let change = 1; ; change += 1) {
      const { store, plans } = await sealed();
      const killed = killedAt(store, change, moment);
      const outcome = await signStream("local", signing(killed, KEY)).catch((error: unknown) => error);
      const begun = await bytesIn(store, digestName("local", 1)).catch(() => null);
      const signed = await signStream("local", signing(store, KEY, { nowMs: SIGNED_AT_MS + MINUTE_MS }));
      const digests = await digestsOf(store);
      expect(digests).toHaveLength(1);
      for (const { name } of plans) expect(namesOf(digests[0]?.digest)).toContain(name);
      if (begun !== null) expect(await bytesIn(store, digestName("local", 1))).toEqual(begun);
      if (!killed.isKilled) {
        expect([outcome, signed]).toMatchObject([[{ digest: { sequence: 1 } }], []]);
        expect(change).toBe(4);
        return;
      }
    }
  });

  it("has its digest finished with its own key only", async () => {
    const { store } = await sealed();
    await signStream("local", signing(killedAt(store, 2, "after"), KEY)).catch(() => undefined);
    const other = newKey();
    await expect(signStream("local", signing(store, other))).rejects.toThrow(
      new RegExp(`begun with key ${KEY.fingerprint}.*--old-key`),
    );
    expect(await digestsOf(store)).toEqual([]);
    expect(await signStream("local", signing(store, KEY))).toHaveLength(1);
  });

  it("has its digest finished and told also where what came since cannot be signed", async () => {
    const { store } = await sealed();
    await signStream("local", signing(killedAt(store, 2, "after"), KEY)).catch(() => undefined);
    const { manifest } = await seal(store, { only: await writeLines(store, ["late"]) });
    await store.remove(manifest.outputs[0]?.meta.name ?? "");
    const told: number[] = [];
    const onSigned = ({ digest }: SignedDigest): number => told.push(digest.sequence);
    await expect(signStream("local", signing(store, KEY, { onSigned }))).rejects.toMatchObject({ code: "corrupt" });
    expect(told).toEqual([1]);
    expect(await digestsOf(store)).toHaveLength(1);
  });

  it("has no digest finished that it could not have written", async () => {
    const { store } = await sealed();
    await signStream("local", signing(killedAt(store, 2, "after"), KEY)).catch(() => undefined);
    const written = JSON.parse((await bytesIn(store, digestName("local", 1))).toString()) as Digest;
    const { objects, totals, window } = written;
    const forged: Digest[] = [
      { ...written, objects: objects.slice(1) },
      { ...written, objects: objects.map((each) => ({ ...each, sha256: sha256Of(Buffer.from("x")) })) },
      { ...written, totals: { ...totals, lines: totals.lines + 1 } },
      { ...written, window: { from: "2021-01-02T12:00:00Z", to: "2021-01-02T12:00:00Z" } },
      { ...written, sequence: 2 },
      { ...written, previous: { sha256: sha256Of(Buffer.from("x")), signature: "00" } },
    ];
    for (const each of forged) {
      await replace(store, digestName("local", 1), digestBytes(each));
      await expect(signStream("local", signing(store, KEY))).rejects.toThrow(/00000001\.json/);
    }
    await replace(store, digestName("local", 1), Buffer.from(JSON.stringify({ ...written, more: "said" })));
    await expect(signStream("local", signing(store, KEY))).rejects.toMatchObject({ code: "corrupt" });
    await replace(store, digestName("local", 1), digestBytes({ ...written, window }));
    expect(await signStream("local", signing(store, KEY))).toHaveLength(1);
  });
});

it("signers that race each other sign each manifest once, in one chain", async () => {
  const random = randomOf(7);
  const [signers, turns] = [3, 3];
  const ready = createMemoryStore();
  const plans: SealedPlan[] = [];
  for (let hour = 0; hour < signers * turns; hour += 1) {
    plans.push(await seal(ready, { hour, only: await writeLines(ready, ["a"], [hour]) }));
  }
  for (let round = 0; round < 60; round += 1) {
    const store = createMemoryStore();
    const slow = (): ObjectStore => ({
      ...store,
      create: async (...args) => {
        // Now and then so long that others finish what this one has begun.
        await pauses(random() < 0.1 ? 500 : random() * 5);
        return store.create(...args);
      },
      read: async (...args) => {
        await pauses(random() * 5);
        return store.read(...args);
      },
    });
    const racing = Array.from({ length: signers }, async (_, signer) => {
      for (let turn = 0; turn < turns; turn += 1) {
        await copyPlan(ready, store, plans[signer * turns + turn]);
        await signStream("local", signing(slow(), KEY, { nowMs: SIGNED_AT_MS + Math.floor(random() * MINUTE_MS) }));
      }
    });
    await Promise.all(racing);
    const { digests, unfinished } = await readDigests(store, "local");
    const named = digests.flatMap(({ digest }) => namesOf(digest));
    expect(unfinished).toBeNull();
    expect(named.filter((name) => name.endsWith(".manifest.json")).sort()).toEqual(plans.map(({ name }) => name));
    expect(new Set(named).size).toBe(named.length);
  }
});

/** Its manifest last, as sealers do. */
async function copyPlan(from: ObjectStore, to: ObjectStore, plan: SealedPlan | undefined): Promise<void> {
  const outputs = plan?.manifest.outputs.flatMap(({ lines, meta }) => [lines.name, meta.name]) ?? [];
  for (const name of [...outputs, plan?.name ?? ""]) await to.create(name, await bytesIn(from, name));
}

/** So many turns of the microtasks. */
async function pauses(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

describe("the chain as of a digest", () => {
  it("tells which manifests it and those before it name, and until when", async () => {
    const store = await signedTimes(3);
    const chain = chainAsOf(await readDigests(store, "local"), 2);
    const plans = await readSealedPlans(store, "local");
    expect(plans.map(({ name }) => signedObjects(chain).has(name))).toEqual([true, true, false]);
    expect(chain.digests.at(-1)?.digest.window.to).toBe("2021-01-01T12:02:00Z");
  });

  it.each([0, 4, 1.5, Number.NaN])("refuses %d, which does not exist", async (sequence) => {
    const chain = await readDigests(await signedTimes(3), "local");
    expect(() => chainAsOf(chain, sequence)).toThrow(/stream "local": the last one is 3/);
  });
});
