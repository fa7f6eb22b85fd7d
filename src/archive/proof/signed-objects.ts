import { createHash } from "node:crypto";
import type { Digest } from "../digest/digest.ts";
import { parseDigest } from "../digest/digest.ts";
import { digestName } from "../digest/digest-name.ts";
import { KEY_CHANGE_SHAPE } from "../digest/digest-shape.ts";
import { type KeyChange, mayFollow } from "../digest/key-ring.ts";
import { parseVerifyingKey, type VerifyingKey } from "../digest/signing-key.ts";
import { type SealedPlan, sealedPlanIn } from "../sealed-plan.ts";
import { parseStored, type Refuse } from "../stored-json.ts";
import type { KeyStep } from "./proof.ts";

/** A key that is trusted, and those that follow on it by what they have signed. */
export interface TrustedKeys {
  readonly trusted: VerifyingKey;
  /** By fingerprint, the trusted one among them. */
  readonly keys: ReadonlyMap<string, VerifyingKey>;
  readonly changes: ReadonlyMap<string, KeyChange>;
}

/**
 * Follows the statements, the oldest first, from the trusted key on; what stands before that is passed over, and nothing
 * is read that is not signed. Throws what `refuse` makes of a statement that does not hold.
 */
export function followKeys(trusted: VerifyingKey, steps: readonly KeyStep[], refuse: Refuse): TrustedKeys {
  const keys = new Map([[trusted.fingerprint, trusted]]);
  const changes = new Map<string, KeyChange>();
  for (const { old_key: old, statement, signature } of steps) {
    const signer = keys.get(old);
    if (signer === undefined) continue;
    const bytes = Buffer.from(statement);
    if (!signer.isSignature(bytes, Buffer.from(signature, "hex"))) {
      throw refuse(`a statement that another key follows on ${old} is not signed by that: it was altered or forged`);
    }
    const change = parseStored(bytes, KEY_CHANGE_SHAPE, refuse) as KeyChange;
    const key = keyOf(change, refuse);
    keys.set(key.fingerprint, key);
    changes.set(key.fingerprint, change);
  }
  return { trusted, keys, changes };
}

function keyOf(change: KeyChange, refuse: Refuse): VerifyingKey {
  let key: VerifyingKey;
  try {
    key = parseVerifyingKey(change.public_key);
  } catch (error) {
    throw refuse(`a statement of key ${change.old_key} holds no public key: ${(error as Error).message}`, error);
  }
  if (key.fingerprint === change.new_key) return key;
  throw refuse(`a statement of key ${change.old_key} says key ${change.new_key}, and holds ${key.fingerprint}`);
}

/** A digest as it is stored. */
export interface StoredDigest {
  readonly name: string;
  readonly bytes: Buffer;
  readonly signature: Buffer;
  /** Fingerprint of the key that is said to have signed it. */
  readonly key: string;
}

/** The digest, once its signature was seen to hold. Throws what `refuse` makes of one that does not. */
export function checkSignedDigest(
  { name, bytes, signature, key }: StoredDigest,
  { trusted, keys, changes }: TrustedKeys,
  refuse: Refuse,
): Digest {
  const signer = keys.get(key);
  if (signer === undefined) {
    throw refuse(
      `it is signed with key ${key}, and the one given is ${trusted.fingerprint}, from which no statement in it leads ` +
        "there (hint: give the key that you were told to trust; a later key does not vouch for an earlier one)",
    );
  }
  if (!signer.isSignature(bytes, signature)) {
    throw refuse(`"${name}" is not signed by key ${key}: the digest or its signature was altered or forged`);
  }
  const digest = parseDigest(name, bytes);
  const { stream, sequence } = digest;
  if (digest.key !== key || digestName(stream, sequence) !== name) {
    throw refuse(`"${name}" is digest ${sequence} of stream ${stream}, signed with key ${digest.key}`);
  }
  if (!mayFollow({ keys, changes }, stream, trusted.fingerprint, key, sequence)) {
    throw refuse(`"${name}" is signed with key ${key}, which by its statement signs later digests only`);
  }
  return digest;
}

/** The plan of a manifest that a digest names. Throws what `refuse` makes of one that it does not. */
export function checkSignedManifest(
  { objects, stream, sequence }: Pick<Digest, "objects" | "stream" | "sequence">,
  name: string,
  bytes: Buffer,
  refuse: Refuse,
): SealedPlan {
  const digest = `digest ${sequence} of stream ${stream}`;
  const signed = objects.find((object) => object.name === name);
  if (signed === undefined) throw refuse(`${digest} does not name "${name}"`);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== signed.sha256 || bytes.length !== signed.size_bytes) {
    throw refuse(`"${name}" was altered: its SHA-256 is ${sha256}, ${digest} says ${signed.sha256}`);
  }
  return sealedPlanIn(name, bytes);
}
