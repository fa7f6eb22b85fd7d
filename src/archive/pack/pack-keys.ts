import { KIB } from "../../core/units.ts";
import type { Digest } from "../digest/digest.ts";
import { parsePublicKeyName, parseStatementName } from "../digest/digest-name.ts";
import { KEY_CHANGE_SHAPE } from "../digest/digest-shape.ts";
import type { KeyChange } from "../digest/key-ring.ts";
import { parseVerifyingKey, type VerifyingKey } from "../digest/signing-key.ts";
import type { KeyStep } from "../proof/proof.ts";
import { checkSignedDigest, followKeys, type TrustedKeys } from "../proof/signed-objects.ts";
import { parseStored, type Refuse } from "../stored-json.ts";
import type { TarEntry } from "./tar.ts";

/** The keys that a pack holds, and which of them are trusted. */
export interface PackKeys {
  /** A public key; true where the name is that of one. */
  takePublic(entry: TarEntry): boolean;
  /** A statement and its signature; true where the name is that of one. */
  takeStatement(entry: TarEntry, signature: Buffer): boolean;
  /** The digest, once its signature was seen to hold. */
  checkDigest(entry: TarEntry, signature: Buffer): Digest;
  /** Throws where a key is in the pack that nothing in it speaks of. */
  finish(): void;
}

/** No key and no statement is longer, and no archive has more of them. */
const MOST_KEY_BYTES = 64 * KIB;
const MOST_KEYS = 10_000;

/** Throws what `refuse` makes of whatever does not hold. */
export function createPackKeys(trusted: VerifyingKey, refuse: Refuse): PackKeys {
  const steps: KeyStep[] = [];
  const held = new Set<string>();
  const spoken = new Set<string>();
  let keys: TrustedKeys = followKeys(trusted, [], refuse);
  const checkSize = ({ name, bytes }: TarEntry): void => {
    if (bytes.length > MOST_KEY_BYTES || held.size + steps.length >= MOST_KEYS) {
      throw refuse(`"${name}" in it is longer than any key, or one of too many`);
    }
  };
  return {
    takePublic(entry) {
      const fingerprint = parsePublicKeyName(entry.name);
      if (fingerprint === null) return false;
      checkSize(entry);
      held.add(fingerprint);
      if (fingerprintIn(entry, refuse) === fingerprint) return true;
      throw refuse(`"${entry.name}" in it holds another key`);
    },
    takeStatement(entry, signature) {
      const newKey = parseStatementName(entry.name);
      if (newKey === null) return false;
      checkSize(entry);
      const change = parseStored(entry.bytes, KEY_CHANGE_SHAPE, (why) =>
        refuse(`"${entry.name}": ${why}`),
      ) as KeyChange;
      if (change.new_key !== newKey) throw refuse(`"${entry.name}" in it speaks of another key`);
      for (const key of [change.old_key, newKey]) spoken.add(key);
      const statement = entry.bytes.toString("utf8");
      steps.push({ old_key: change.old_key, statement, signature: signature.toString("hex") });
      keys = followKeys(trusted, steps, refuse);
      return true;
    },
    checkDigest({ name, bytes }, signature) {
      // Nothing is read that is not signed, so not even who says to have signed it.
      const key = keys.keys.values().find((each) => each.isSignature(bytes, signature))?.fingerprint;
      if (key === undefined) {
        throw refuse(
          `"${name}" is not signed by key ${trusted.fingerprint}, nor by one that follows on that: it or its signature ` +
            "was altered or forged, or another key has signed it (hint: give the key that you were told to trust)",
        );
      }
      spoken.add(key);
      return checkSignedDigest({ name, bytes, signature, key }, keys, refuse);
    },
    finish() {
      const [stray] = held.difference(spoken);
      if (stray !== undefined) throw refuse(`it holds public key ${stray}, of which nothing in it speaks`);
      const [missing] = spoken.difference(held);
      if (missing !== undefined) throw refuse(`public key ${missing} is missing`);
    },
  };
}

function fingerprintIn({ name, bytes }: TarEntry, refuse: Refuse): string {
  try {
    return parseVerifyingKey(bytes).fingerprint;
  } catch (error) {
    throw refuse(`"${name}" in it is no public key: ${(error as Error).message}`, error);
  }
}
