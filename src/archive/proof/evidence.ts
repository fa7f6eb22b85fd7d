import type { ObjectInfo, ObjectStore } from "../../core/object-store.ts";
import { parseDigest } from "../digest/digest.ts";
import { digestPrefix, parseDigestSequence, signatureName, statementName } from "../digest/digest-name.ts";
import { type KeyRing, readKeyRing } from "../digest/key-ring.ts";
import { readSignature } from "../digest/signature.ts";
import { readWhole } from "../stored-bytes.ts";
import type { KeyStep } from "./proof.ts";
import type { StoredDigest } from "./signed-objects.ts";

/**
 * The digest that names the manifest of a plan; null where none does that is signed. Those that were written soon after
 * it are read first. Rejects with `IoError`.
 */
export async function findDigest(store: ObjectStore, stream: string, manifest: string): Promise<StoredDigest | null> {
  const digests: ObjectInfo[] = [];
  for await (const object of store.list(digestPrefix(stream))) {
    if (isDigest(object.name)) digests.push(object);
  }
  let sinceMs = 0;
  for await (const { name, createdAtMs } of store.list(manifest)) if (name === manifest) sinceMs = createdAtMs;
  // A copy may have lost the times: then it is one of the others.
  const likely = digests.filter(({ createdAtMs }) => createdAtMs >= sinceMs);
  const others = digests.filter(({ createdAtMs }) => createdAtMs < sinceMs).toReversed();
  for (const { name } of [...likely, ...others]) {
    const bytes = await readWhole(store, name);
    const { objects, key } = parseDigest(name, bytes);
    if (!objects.some((object) => object.name === manifest)) continue;
    const signature = await readSignature(store, name);
    return signature === null ? null : { name, bytes, signature, key };
  }
  return null;
}

/** How a key is led to by statements. */
export interface KeyPath {
  readonly ring: KeyRing;
  /** Fingerprint of the first key that there is. */
  readonly oldest: string;
  /** Those that followed, in order; the last one is the key itself. */
  readonly newer: readonly string[];
  readonly steps: readonly KeyStep[];
}

/** Rejects with `IoError`. */
export async function readKeySteps(store: ObjectStore, key: string): Promise<KeyPath> {
  const ring = await readKeyRing(store);
  const newer: string[] = [];
  const steps: KeyStep[] = [];
  let oldest = key;
  // Each statement leads to another key, so that a circle ends too.
  for (let change = ring.changes.get(key); change !== undefined && steps.length < ring.changes.size; ) {
    const name = statementName(change.new_key);
    const [statement, signature] = [await readWhole(store, name), await readWhole(store, signatureName(name))];
    const written = { statement: statement.toString("utf8"), signature: signature.toString("hex") };
    steps.unshift({ old_key: change.old_key, ...written });
    newer.unshift(change.new_key);
    oldest = change.old_key;
    change = ring.changes.get(oldest);
  }
  return { ring, oldest, newer, steps };
}

/** Until when the newest digest of a stream is, RFC 3339; null where there is none. Rejects with `IoError`. */
export async function lastDigestEnd(store: ObjectStore, stream: string): Promise<string | null> {
  let last: string | null = null;
  for await (const { name } of store.list(digestPrefix(stream))) if (isDigest(name)) last = name;
  return last === null ? null : parseDigest(last, await readWhole(store, last)).window.to;
}

function isDigest(name: string): boolean {
  return name.endsWith(".json") && parseDigestSequence(name) !== null;
}
