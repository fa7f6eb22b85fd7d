/**
 * Goal: the key that signs can be changed, and only by whoever has the one before.
 * Method: streams signed with one key, and statements that are killed, forged or altered.
 */
import { describe, expect, it } from "vitest";
import { readDigests } from "../../src/archive/digest/digest-chain.ts";
import { publicKeyName, signatureName, statementName } from "../../src/archive/digest/digest-name.ts";
import { changeKey } from "../../src/archive/digest/key-change.ts";
import { signStream } from "../../src/archive/digest/sign.ts";
import type { SigningKey } from "../../src/archive/digest/signing-key.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import type { ObjectRemover } from "../../src/core/object-remover.ts";
import type { ObjectStore } from "../../src/core/object-store.ts";
import { MINUTE_MS } from "../../src/core/units.ts";
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

const [OLD, NEW, THIRD] = [newKey(), newKey(), newKey()];
const STREAMS = ["local", "other"];
const STATEMENT = statementName(NEW.fingerprint);
type Store = ObjectStore & ObjectRemover;

/** Two digests of the stream `local`, one of `other`, with the old key. */
async function signedArchive(): Promise<Store> {
  const store = createMemoryStore();
  for (const stream of ["local", "other", "local"]) await signMore(store, OLD, stream);
  return store;
}

let lines = 0;

/** Seals and signs a line more. */
async function signMore(store: ObjectStore, key: SigningKey, stream = "local") {
  lines += 1;
  await seal(store, { stream, only: await writeLines(store, [`line ${lines}`], [0], stream) });
  return signStream(stream, signing(store, key, { nowMs: SIGNED_AT_MS + MINUTE_MS }));
}

const change = (store: ObjectStore, key = NEW, oldKey = OLD) => changeKey(STREAMS, { ...signing(store, key), oldKey });

async function keysOf(store: ObjectStore, stream = "local"): Promise<string[]> {
  return (await readDigests(store, stream)).digests.map(({ digest }) => digest.key);
}

describe("another key", () => {
  it("is refused without the old one, with the way out", async () => {
    const store = await signedArchive();
    await expect(signMore(store, NEW)).rejects.toThrow(new RegExp(`key ${OLD.fingerprint}.*--old-key FILE`));
    expect(await keysOf(store)).toEqual([OLD.fingerprint, OLD.fingerprint]);
  });

  it("follows on the old one in every stream, by a statement that the old one signs", async () => {
    const store = await signedArchive();
    await change(store);
    const bytes = await bytesIn(store, STATEMENT);
    expect(JSON.parse(bytes.toString())).toEqual({
      format: 1,
      old_key: OLD.fingerprint,
      new_key: NEW.fingerprint,
      public_key: NEW.publicPem,
      first_sequences: { local: 3, other: 2 },
    });
    expect(await bytesIn(store, signatureName(STATEMENT))).toEqual(await OLD.sign(bytes));
    await signMore(store, NEW);
    await signMore(store, NEW, "other");
    await signMore(store, NEW, "third");
    expect(await keysOf(store)).toEqual([OLD.fingerprint, OLD.fingerprint, NEW.fingerprint]);
    expect(await keysOf(store, "other")).toEqual([OLD.fingerprint, NEW.fingerprint]);
    expect(await keysOf(store, "third")).toEqual([NEW.fingerprint]);
  });

  it("may be followed by a third one, also where it has signed nothing", async () => {
    const store = await signedArchive();
    await change(store);
    await signMore(store, NEW);
    await change(store, THIRD, NEW);
    await signMore(store, THIRD);
    await signMore(store, THIRD, "other");
    expect((await keysOf(store)).slice(2)).toEqual([NEW.fingerprint, THIRD.fingerprint]);
    expect(await keysOf(store, "other")).toEqual([OLD.fingerprint, THIRD.fingerprint]);
  });

  it("takes the place of the old one for good", async () => {
    const store = await signedArchive();
    await change(store);
    await expect(signMore(store, OLD)).rejects.toThrow(`was replaced by ${NEW.fingerprint}`);
    await signMore(store, NEW);
    await expect(signMore(store, OLD)).rejects.toThrow(`was replaced by ${NEW.fingerprint}`);
    await expect(change(store, OLD, NEW)).rejects.toThrow(/was replaced by/);
    await expect(change(store, THIRD, OLD)).rejects.toThrow(/is signed with/);
  });

  it("needs the key of the last digests, and no other", async () => {
    const store = await signedArchive();
    await expect(change(store, NEW, THIRD)).rejects.toThrow(`is signed with ${OLD.fingerprint}`);
    expect(await namesIn(store, "vault/v1/keys/")).toEqual([publicKeyName(OLD.fingerprint)]);
  });

  it("that signs already is no change", async () => {
    const store = await signedArchive();
    await change(store);
    const before = await namesIn(store, "");
    await change(store);
    await change(store, NEW, THIRD);
    expect(await namesIn(store, "")).toEqual(before);
  });
});

describe("a change that is killed", () => {
  it.each(["before", "after"] as const)("%s any step is done when it is done again", async (moment) => {
    for (let step = 1; ; step += 1) {
      const store = await signedArchive();
      await seal(store, { only: await writeLines(store, ["more"]) });
      // The old key was killed too, and left a digest without its signature.
      await signStream("local", signing(killedAt(store, 2, "after"), OLD)).catch(() => undefined);
      const killed = killedAt(store, step, moment);
      await change(killed).catch(() => undefined);
      await change(store);
      await signMore(store, NEW);
      expect(await keysOf(store)).toEqual([OLD, OLD, OLD, NEW].map(({ fingerprint }) => fingerprint));
      if (!killed.isKilled) {
        expect(step).toBeGreaterThan(4);
        return;
      }
    }
  });

  it("goes on where a signer with the old key began a digest meanwhile, and was killed", async () => {
    const store = await signedArchive();
    await seal(store, { only: await writeLines(store, ["more"]) });
    const overtaken: ObjectStore = {
      ...store,
      async create(name, content) {
        if (!name.endsWith("00000003.json")) return store.create(name, content);
        await change(store);
        await store.create(name, content);
        throw new Error("killed");
      },
    };
    await expect(signStream("local", signing(overtaken, OLD))).rejects.toThrow("killed");
    await expect(signMore(store, NEW)).rejects.toThrow(/--old-key FILE/);
    await expect(signMore(store, OLD)).rejects.toThrow(/was replaced by/);
    await change(store);
    await signMore(store, NEW);
    expect(await keysOf(store)).toEqual([OLD, OLD, OLD, NEW].map(({ fingerprint }) => fingerprint));
  });

  it("changes nothing while its statement is not signed", async () => {
    const store = await signedArchive();
    await change(killedAt(store, 2, "after")).catch(() => undefined);
    expect(await namesIn(store, STATEMENT)).toEqual([STATEMENT]);
    await expect(signMore(store, NEW)).rejects.toThrow(/--old-key FILE/);
    await signMore(store, OLD);
    await change(store);
    await signMore(store, NEW);
    expect((await keysOf(store)).at(-1)).toBe(NEW.fingerprint);
  });
});

describe("a statement is refused", () => {
  async function changed(): Promise<Store> {
    const store = await signedArchive();
    await change(store);
    await signMore(store, NEW);
    return store;
  }

  it.each<[string, string, (store: Store) => Promise<void>]>([
    [
      "that the new key signs itself",
      STATEMENT,
      async (store) => {
        await replace(store, signatureName(STATEMENT), await NEW.sign(await bytesIn(store, STATEMENT)));
      },
    ],
    [
      "that is altered",
      STATEMENT,
      async (store) => {
        const text = (await bytesIn(store, STATEMENT)).toString();
        await replace(store, STATEMENT, Buffer.from(text.replace('"local":3', '"local":1')));
      },
    ],
    ["of a key that is missing", STATEMENT, (store) => store.remove(publicKeyName(OLD.fingerprint))],
    [
      "that is missing, with its signature",
      "00000003.json",
      async (store) => {
        await store.remove(STATEMENT);
        await store.remove(signatureName(STATEMENT));
      },
    ],
  ])("%s", async (_what, named, alter) => {
    const store = await changed();
    await alter(store);
    await expect(readDigests(store, "local")).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringContaining(named),
    });
  });

  it("for digests before its first one", async () => {
    const store = await signedArchive();
    await change(store);
    // Whoever has the new key only cannot rewrite what the old one has signed.
    const name = "vault/v1/local/digest/00000002.json";
    const text = (await bytesIn(store, name)).toString().replace(OLD.fingerprint, NEW.fingerprint);
    await replace(store, name, Buffer.from(text));
    await replace(store, signatureName(name), await NEW.sign(Buffer.from(text)));
    await expect(readDigests(store, "local")).rejects.toThrow(/no statement of key/);
  });

  it("where another one lies in its place, not signed", async () => {
    const store = await signedArchive();
    await store.create(STATEMENT, Buffer.from(`{"format":1,"new_key":"${NEW.fingerprint}","old_key":"x"}`));
    await expect(change(store)).rejects.toMatchObject({ code: "corrupt" });
  });
});
