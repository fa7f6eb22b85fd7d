import type { ObjectStore } from "../../core/object-store.ts";
import { KIB } from "../../core/units.ts";
import { canonicalJson, type Json } from "../canonical-json.ts";
import { readWhole } from "../stored-bytes.ts";
import { KEY_PREFIX, parsePublicKeyName, parseStatementName, publicKeyName } from "./digest-name.ts";
import { KEY_CHANGE_SHAPE, MOST_STATEMENT_BYTES } from "./digest-shape.ts";
import { distrust, type OnDistrust, refuseAny } from "./distrust.ts";
import { parseOrTell } from "./parse-or-tell.ts";
import { readSignature } from "./signature.ts";
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

const MOST_KEY_BYTES = KIB;

export function keyChangeBytes(change: KeyChange): Buffer {
  return Buffer.from(canonicalJson(change as unknown as Json));
}

/**
 * Reads and checks all keys and statements; what cannot be trusted is told and left out. Rejects with `IoError`, and
 * unless it is told otherwise `corrupt` for the first such thing.
 */
export async function readKeyRing(store: ObjectStore, onDistrust: OnDistrust = refuseAny): Promise<KeyRing> {
  const keys = new Map<string, VerifyingKey>();
  const statements: string[] = [];
  for await (const { name } of store.list(KEY_PREFIX)) {
    const fingerprint = parsePublicKeyName(name);
    if (fingerprint !== null) {
      const key = await readPublicKey(store, name, fingerprint, onDistrust);
      if (key !== null) keys.set(fingerprint, key);
    }
    if (parseStatementName(name) !== null) statements.push(name);
  }
  const changes = new Map<string, KeyChange>();
  for (const name of statements) {
    const change = await readKeyChange(store, name, keys, onDistrust);
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

/** Null for what is no key, which is told. */
async function readPublicKey(
  store: ObjectStore,
  name: string,
  fingerprint: string,
  onDistrust: OnDistrust,
): Promise<VerifyingKey | null> {
  const bytes = await readWhole(store, name, MOST_KEY_BYTES);
  let key: VerifyingKey;
  try {
    key = parseVerifyingKey(bytes);
  } catch (cause) {
    onDistrust({ kind: "key", object: name, why: `no public key: ${(cause as Error).message}`, cause });
    return null;
  }
  if (key.fingerprint !== fingerprint) {
    onDistrust({ kind: "key", object: name, why: `it holds another key, ${key.fingerprint}` });
    return null;
  }
  // PEM leaves room for other bytes that mean the same.
  if (bytes.toString("latin1") === key.publicPem) return key;
  onDistrust({ kind: "altered", object: name, why: "it holds the key in other bytes than a signer writes" });
  return null;
}

/** Null for one that was begun and is not signed, and for what cannot be trusted, which is told. */
async function readKeyChange(
  store: ObjectStore,
  name: string,
  keys: ReadonlyMap<string, VerifyingKey>,
  onDistrust: OnDistrust,
): Promise<KeyChange | null> {
  const bytes = await readWhole(store, name, MOST_STATEMENT_BYTES);
  const signature = await readSignature(store, name);
  if (signature === null) return null;
  const change = keyChangeIn(name, bytes, onDistrust);
  if (change === null) return null;
  const old = keys.get(change.old_key);
  if (old?.isSignature(bytes, signature) === true) {
    const next = keys.get(change.new_key);
    // By the whole key: a fingerprint is so short that a second key with the same one could be found, if at great cost.
    if (next === undefined || next.publicPem === change.public_key) return change;
    onDistrust({ kind: "key", object: name, why: `it holds another key than "${publicKeyName(change.new_key)}"` });
    return null;
  }
  const why =
    old === undefined
      ? `"${publicKeyName(change.old_key)}" is missing, which signs it`
      : `not signed by the old key ${change.old_key}`;
  onDistrust({ kind: "signature", object: name, why });
  return null;
}

/** Throws `IoError` `corrupt`, naming it and what is wrong, for what is no statement of that name. */
export function parseKeyChange(name: string, bytes: Buffer): KeyChange {
  const change = keyChangeIn(name, bytes, refuseAny);
  if (change === null) throw distrust(name, "no statement");
  return change;
}

function keyChangeIn(name: string, bytes: Buffer, onDistrust: OnDistrust): KeyChange | null {
  const form = { shape: KEY_CHANGE_SHAPE, mostBytes: MOST_STATEMENT_BYTES };
  const change = parseOrTell(name, bytes, form, onDistrust) as KeyChange | null;
  if (change === null || change.new_key === parseStatementName(name)) return change;
  onDistrust({ kind: "altered", object: name, why: "it speaks of another key" });
  return null;
}
