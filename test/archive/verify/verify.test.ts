/**
 * Goal: what is not wrong raises no alarm: a seal or a signature under way, whatever kills it, at every step; keys that
 * follow on each other; a copy. A run that was interrupted and taken up comes to the same as one that was not.
 * Method: a vault of the real sealer and signer, killed at each change that they make; runs that give up after each read.
 */
import { describe, expect, it } from "vitest";
import { statementName } from "../../../src/archive/digest/digest-name.ts";
import { changeKey } from "../../../src/archive/digest/key-change.ts";
import { signStream } from "../../../src/archive/digest/sign.ts";
import { parseVerifyingKey } from "../../../src/archive/digest/signing-key.ts";
import { filesOf } from "../../../src/archive/manifest.ts";
import type { KeyTrust } from "../../../src/archive/verify/key-trust.ts";
import type { ReadLedger } from "../../../src/archive/verify/verify.ts";
import {
  bytesIn,
  killedAt,
  namesIn,
  newKey,
  replace,
  SIGNED_AT_MS,
  seal as sealPlainly,
  signing,
  writeLines,
} from "../sample-signing.ts";
import { STREAM, seal } from "../seal/sealing.ts";
import { addLines, copyOf, KEY, newestEnd, type Store, sign, signedVault, verify } from "./signed-vault.ts";

const ORIGINAL = await signedVault({ rounds: 2 });
const NEW_KEY = newKey();
const inVault = (name: string): boolean => name.startsWith("vault/");

describe("a seal that is under way", () => {
  /** The vault once a sealer was killed at that change; null where it was done before. */
  async function killedSeal(change: number, moment: "before" | "after"): Promise<Store | null> {
    const store = await copyOf(ORIGINAL.store);
    await addLines(store, 3);
    const killed = killedAt(store, change, moment);
    await seal(killed, { spanHours: 6, segmentBytes: 500 }).catch(() => undefined);
    return killed.isKilled ? store : null;
  }

  it.each(["before", "after"] as const)("is named as such, wherever it stands: killed %s a change", async (moment) => {
    const why = new Set<string>();
    let changes = 0;
    for (let store = await killedSeal(1, moment); store !== null; store = await killedSeal(changes + 1, moment)) {
      changes += 1;
      // Who copies in the order of names has what lies in ctl as it was a while before the vault.
      const old = new Set(await namesIn(ORIGINAL.store, ""));
      const copies = [await copyOf(store, inVault), await copyOf(store, (name) => inVault(name) || old.has(name))];
      for (const copy of [store, ...copies]) {
        const { findings, unproven } = await verify(copy, "hashes");
        expect(findings, `change ${changes}`).toEqual([]);
        const signed = new Set(await namesIn(ORIGINAL.store, "vault/"));
        const added = (await namesIn(copy, "vault/")).filter((name) => !signed.has(name));
        expect(unproven.map(({ object }) => object).toSorted()).toEqual(added);
        for (const each of unproven) why.add(each.why.replace(/,? (?:by its|and no).*/, ""));
      }
    }
    expect(changes).toBeGreaterThan(15);
    expect([...why].toSorted()).toEqual(["of a seal that is under way", "sealed"]);
  });

  it("raises no alarm wherever it comes while the vault is looked at, and is signed at once, by another key", async () => {
    let moments = 0;
    for (let isOver = false; !isOver; moments += 1) {
      const store = await copyOf(ORIGINAL.store);
      let left = moments;
      const step = async (): Promise<void> => {
        left -= 1;
        if (left !== -1) return;
        await addLines(store, 3);
        await seal(store, { spanHours: 6, segmentBytes: 500 });
        await changeKey([STREAM], { ...signing(store, NEW_KEY, { nowMs: SIGNED_AT_MS + 1e6 }), oldKey: KEY });
        await sign(store, NEW_KEY, 20);
      };
      const moving = {
        ...store,
        async read(...args: Parameters<Store["read"]>) {
          await step();
          return store.read(...args);
        },
        async *list(prefix: string) {
          for await (const object of store.list(prefix)) {
            await step();
            yield object;
          }
        },
      };
      const { findings } = await verify(moving, "hashes");
      expect(findings, `moment ${moments}`).toEqual([]);
      isOver = left >= 0;
    }
    expect(moments).toBeGreaterThan(100);
  }, 120_000);

  it("and what is sealed and not signed yet are not proved, and not wrong", async () => {
    const store = await copyOf(ORIGINAL.store);
    await addLines(store, 3);
    await seal(store, { spanHours: 6 });
    const { findings, unproven } = await verify(store, "full");
    expect(findings).toEqual([]);
    expect(unproven.length).toBeGreaterThan(3);
  });

  it("is no excuse for a manifest whose segments are not as it says", async () => {
    const store = await copyOf(ORIGINAL.store);
    await addLines(store, 3);
    const [plan] = await seal(store, { spanHours: 6 });
    const lines = plan?.manifest.outputs[0]?.lines.name ?? "";
    await replace(store, lines, Buffer.from("other bytes"));
    const { findings } = await verify(store, "hashes");
    expect(findings[0]).toMatchObject({ kind: "extra", object: plan?.name, what: expect.stringContaining(lines) });
  });
});

it("a signer that was killed anywhere leaves nothing that is wrong", async () => {
  for (const moment of ["before", "after"] as const) {
    for (let change = 1; ; change += 1) {
      const store = await copyOf(ORIGINAL.store);
      await addLines(store, 3);
      await seal(store, { spanHours: 6 });
      const killed = killedAt(store, change, moment);
      await sign(killed, { ...KEY, mostBytes: 10_000 }, 3).catch(() => undefined);
      expect((await verify(store, "hashes")).findings).toEqual([]);
      if (!killed.isKilled) break;
    }
  }
});

describe("keys", () => {
  const trusting = (...fingerprints: string[]): { trust: KeyTrust } => ({
    trust: { fingerprints: new Set(fingerprints), keys: [] },
  });

  /** Of two digests by the old key and two by the new one. */
  async function changed(): Promise<Store> {
    const store = await copyOf(ORIGINAL.store);
    const options = signing(store, NEW_KEY, { nowMs: SIGNED_AT_MS + 1e6 });
    await changeKey([STREAM], { ...options, oldKey: KEY });
    for (const round of [3, 4]) {
      await addLines(store, round);
      await seal(store, { spanHours: 6 });
      await sign(store, NEW_KEY, round + 20);
    }
    return store;
  }

  it("follow on each other by statements, and by the hashes of the chain", async () => {
    const store = await changed();
    for (const key of [KEY, NEW_KEY]) {
      expect(await verify(store, "hashes", trusting(key.fingerprint))).toMatchObject({ findings: [], unproven: [] });
    }
    const [finding, ...more] = (await verify(store, "hashes", trusting(newKey().fingerprint))).findings;
    expect(finding).toMatchObject({ kind: "key", object: expect.stringContaining("00000001.json") });
    expect(more).toHaveLength(1);
  });

  it("that were replaced are not believed for what comes later", async () => {
    const store = await changed();
    await store.remove(statementName(NEW_KEY.fingerprint));
    const { findings } = await verify(store, "hashes", trusting(KEY.fingerprint));
    expect(findings[0]).toMatchObject({ kind: "key", object: expect.stringContaining("00000003.json") });
  });

  it("that were kept whole verify a vault that has lost them, which is told", async () => {
    const store = await copyOf(ORIGINAL.store);
    const name = `vault/v1/keys/${KEY.fingerprint}.pub`;
    await store.remove(name);
    const keys = [parseVerifyingKey(KEY.publicPem)];
    const { findings } = await verify(store, "full", { trust: { fingerprints: new Set([KEY.fingerprint]), keys } });
    expect(findings).toMatchObject([{ kind: "missing", object: name }]);
  });

  it("that sign nothing are named", async () => {
    const store = await copyOf(ORIGINAL.store);
    const name = `vault/v1/keys/${NEW_KEY.fingerprint}.pub`;
    await store.create(name, Buffer.from(NEW_KEY.publicPem));
    expect(await verify(store, "hashes")).toMatchObject({ findings: [], unproven: [{ object: name }] });
  });

  it("tell by their statement of a stream that is gone as a whole", async () => {
    const store = await changed();
    for (const name of await namesIn(store, `vault/v1/${STREAM}/`)) await store.remove(name);
    const { findings } = await verify(store, "hashes");
    expect(findings).toContainEqual(expect.objectContaining({ kind: "no_digest", stream: STREAM }));
  });
});

it("a span leaves the objects of other days out, and never the chain", async () => {
  const store = await copyOf(ORIGINAL.store);
  const names = await namesIn(store, `vault/v1/${STREAM}/2020-12-23/`);
  const [victim = ""] = names;
  await store.remove(victim);
  const takes = (day: string) => (asked: string) => asked === day;
  const { findings, streams } = await verify(store, "full", { takes: takes("2020-12-22") });
  expect(findings).toEqual([]);
  expect(streams[0]?.objects).toBe((await namesIn(store, `vault/v1/${STREAM}/2020-12-22/`)).length);
  expect((await verify(store, "full", { takes: takes("2020-12-23") })).findings).toMatchObject([{ object: victim }]);
  await replace(store, `vault/v1/${STREAM}/digest/00000002.sig`, Buffer.alloc(64));
  const chain = (await verify(store, "full", { takes: takes("2020-12-22") })).findings;
  expect(chain).toMatchObject([{ kind: "signature" }]);
});

it("the digest that was kept may be any of the chain", async () => {
  const first = await newestEnd(await copyOf(ORIGINAL.store, (name) => !name.includes("/digest/00000002")));
  expect(first.sequence).toBe(1);
  expect((await verify(ORIGINAL.store, "hashes", { kept: [first] })).findings).toEqual([]);
});

describe("of two streams", () => {
  async function twoStreams(): Promise<Store> {
    const store = await copyOf(ORIGINAL.store);
    await sealPlainly(store, { stream: "other", only: await writeLines(store, ["a line"], [0], "other") });
    await signStream("other", signing(store, KEY));
    return store;
  }

  it("a digest that was kept needs its name, and one that is gone as a whole is missed by it", async () => {
    const store = await twoStreams();
    const end = await newestEnd(store);
    await expect(verify(store, "hashes", { kept: [end] })).rejects.toThrow(
      /the archive has the streams local, other \(hint: --after STREAM:SEQUENCE:HASH\)/,
    );
    const kept = [{ ...end, stream: STREAM }];
    expect((await verify(store, "hashes", { kept, only: STREAM })).findings).toEqual([]);
    for (const name of await namesIn(store, `vault/v1/${STREAM}/`)) await store.remove(name);
    const { findings } = await verify(store, "hashes", { kept });
    expect(findings).toContainEqual(expect.objectContaining({ kind: "end", stream: STREAM }));
  });

  it("one is verified alone, and nothing is said of the other", async () => {
    const store = await twoStreams();
    for (const name of await namesIn(store, "vault/v1/other/digest/")) await store.remove(name);
    expect(await verify(store, "hashes", { only: STREAM })).toMatchObject({ findings: [], unproven: [] });
    expect((await verify(store, "hashes")).findings).toMatchObject([{ kind: "no_digest", stream: "other" }]);
    expect((await verify(store, "hashes", { only: "nobody" })).findings).toMatchObject([{ kind: "no_digest" }]);
  });
});

describe("a run that was interrupted", () => {
  const ledgerOf = (read: Set<string>): ReadLedger => ({
    has: (fingerprint) => read.has(fingerprint),
    async note(fingerprint) {
      read.add(fingerprint);
    },
  });

  it.each(["hashes", "full"] as const)("comes to the same once it is taken up, at level %s", async (level) => {
    const store = await copyOf(ORIGINAL.store);
    const days = await namesIn(store, `vault/v1/${STREAM}/2020-12-23/`);
    const victim = days.find((name) => name.endsWith(".meta.ndjson.zst")) ?? "";
    const bytes = Buffer.from(await bytesIn(store, victim));
    bytes[12] = (bytes[12] ?? 0) ^ 1;
    await replace(store, victim, bytes);
    const whole = await verify(store, level);
    expect(whole.findings.length).toBeGreaterThan(0);
    const read = new Set<string>();
    const stop = new Error("stopped");
    for (let patience = 2; ; patience += 3) {
      let reads = 0;
      const onBytes = (): void => {
        reads += 1;
        if (reads > patience) throw stop;
      };
      const again = await verify(store, level, { ledger: ledgerOf(read), onBytes }).catch((error: unknown) => error);
      if (again === stop) continue;
      const { findings, streams, unproven } = again as typeof whole;
      const [stream] = streams;
      expect(stream?.bytesReadEarlier).toBeGreaterThan(0);
      expect({ findings, streams: [{ ...stream, bytesReadEarlier: 0 }], unproven }).toEqual({
        findings: whole.findings,
        streams: whole.streams,
        unproven: whole.unproven,
      });
      break;
    }
    // The day with the finding is never noted.
    expect(read.size).toBe(2);
  });

  it("reads what was sealed and signed since, and of the rest again no segment", async () => {
    const store = await copyOf(ORIGINAL.store);
    const read = new Set<string>();
    const first = await verify(store, "full", { ledger: ledgerOf(read) });
    await writeLines(store, ["a later line"], [300], STREAM);
    await seal(store, { spanHours: 6, overHour: Number.MAX_SAFE_INTEGER });
    await sign(store, KEY, 3);
    const again = await verify(store, "full", { ledger: ledgerOf(read) });
    expect(again.findings).toEqual([]);
    const segments = ORIGINAL.plans.flatMap(({ manifest }) => filesOf(manifest.outputs));
    expect(again.streams[0]?.bytesReadEarlier).toBe(segments.reduce((sum, { size_bytes: bytes }) => sum + bytes, 0));
    expect(first.streams[0]?.bytesReadEarlier).toBe(0);
  });

  it("does not believe what it noted of an object that was written again, or is gone", async () => {
    let nowMs = 1;
    const store = await copyOf(
      ORIGINAL.store,
      () => true,
      () => nowMs,
    );
    const read = new Set<string>();
    await verify(store, "hashes", { ledger: ledgerOf(read) });
    const victim = (await namesIn(store, "vault/")).find((name) => name.endsWith("-10001.ndjson.zst")) ?? "";
    const bytes = Buffer.from(await bytesIn(store, victim));
    bytes[9] = (bytes[9] ?? 0) ^ 1;
    nowMs = 2;
    await replace(store, victim, bytes);
    expect((await verify(store, "hashes", { ledger: ledgerOf(read) })).findings).toMatchObject([{ object: victim }]);
    await store.remove(victim);
    expect((await verify(store, "hashes", { ledger: ledgerOf(read) })).findings).toMatchObject([
      { kind: "missing", object: victim },
    ]);
  });
});
