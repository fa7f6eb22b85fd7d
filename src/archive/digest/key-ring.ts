import { ifThere } from "../../core/if-there.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { canonicalJson, type Json } from "../canonical-json.ts";
import { readWhole } from "../stored-bytes.ts";
import { parseStored } from "../stored-json.ts";
import { KEY_PREFIX, parsePublicKeyName, parseStatementName, publicKeyName, signatureName } from "./digest-name.ts";
import { KEY_CHANGE_SHAPE } from "./digest-shape.ts";
import { distrust } from "./distrust.ts";
import { parseVerifyingKey, type VerifyingKey } from "./signing-key.ts";

/** By which a key follows another one, signed by that; in the words of the stored JSON. */
export interface KeyChange {
  readonly format: 1;
  /** Fingerprints. */
  readonly old_key: string;
  readonly new_key: string;
  /** The new one, PEM. */
  readonly public_key: string;
  /** By stream: the earliest digest that the new key signs. From 1 for streams that are not named. */
  readonly first_sequences: Readonly<Record<string, number>>;
}

/** The keys of an archive. */
export interface KeyRing {
  /** By fingerprint. */
  readonly keys: ReadonlyMap<string, VerifyingKey>;
  /** By fingerprint of the new key; only such as are signed. */
  readonly changes: ReadonlyMap<string, KeyChange>;
}

export function keyChangeBytes(change: KeyChange): Buffer {
  return Buffer.from(canonicalJson(change as unknown as Json));
}

/** Reads and checks all keys and statements. Rejects with `IoError`, naming what cannot be trusted. */
export async function readKeyRing(store: ObjectStore): Promise<KeyRing> {
  const keys = new Map<string, VerifyingKey>();
  const statements: string[] = [];
  for await (const { name } of store.list(KEY_PREFIX)) {
    const fingerprint = parsePublicKeyName(name);
    if (fingerprint !== null) keys.set(fingerprint, await readPublicKey(store, name, fingerprint));
    if (parseStatementName(name) !== null) statements.push(name);
  }
  const changes = new Map<string, KeyChange>();
  for (const name of statements) {
    const change = await readKeyChange(store, name, keys);
    if (change !== null) changes.set(change.new_key, change);
  }
  return { keys, changes };
}

/** True where statements lead from the one key to the other, and let that sign the digest of this number. */
export function mayFollow({ changes }: KeyRing, stream: string, from: string, to: string, sequence: number): boolean {
  let key = to;
  // Each statement leads to another key, so that a circle ends too.
  for (let steps = 0; steps <= changes.size; steps += 1) {
    if (key === from) return true;
    const change = changes.get(key);
    if (change === undefined || firstSequence(change, stream) > sequence) return false;
    key = change.old_key;
  }
  return false;
}

/** A stream may have the name of something that every object has. */
function firstSequence({ first_sequences: first }: KeyChange, stream: string): number {
  return (Object.hasOwn(first, stream) ? first[stream] : undefined) ?? 1;
}

/** The key that has taken this one's place; null where it is in use, or unknown. */
export function successorOf({ changes }: KeyRing, key: string): string | null {
  return changes.values().find((change) => change.old_key === key)?.new_key ?? null;
}

async function readPublicKey(store: ObjectStore, name: string, fingerprint: string): Promise<VerifyingKey> {
  const bytes = await readWhole(store, name);
  let key: VerifyingKey;
  try {
    key = parseVerifyingKey(bytes);
  } catch (error) {
    throw distrust(name, `no public key: ${(error as Error).message}`, error);
  }
  if (key.fingerprint !== fingerprint) throw distrust(name, `it holds another key, ${key.fingerprint}`);
  return key;
}

/** Null for one that was begun and is not signed. */
async function readKeyChange(
  store: ObjectStore,
  name: string,
  keys: ReadonlyMap<string, VerifyingKey>,
): Promise<KeyChange | null> {
  const bytes = await readWhole(store, name);
  const signature = await readIfThere(store, signatureName(name));
  if (signature === null) return null;
  const change = parseKeyChange(name, bytes);
  const old = keys.get(change.old_key);
  if (old === undefined) throw distrust(name, `"${publicKeyName(change.old_key)}" is missing`);
  if (!old.isSignature(bytes, signature)) throw distrust(name, `not signed by the old key ${change.old_key}`);
  return change;
}

/** Throws `IoError` `corrupt`, naming it and what is wrong, for what is no statement of that name. */
export function parseKeyChange(name: string, bytes: Buffer): KeyChange {
  const change = parseStored(bytes, KEY_CHANGE_SHAPE, (why, cause) => distrust(name, why, cause)) as KeyChange;
  if (change.new_key !== parseStatementName(name)) throw distrust(name, "it speaks of another key");
  return change;
}

/** Null where there is none. Rejects with `IoError`. */
export function readIfThere(store: ObjectStore, name: string): Promise<Buffer | null> {
  return ifThere(readWhole(store, name));
}
