import { InvalidArgumentError } from "commander";
import type { VerifyingKey } from "../../../archive/digest/signing-key.ts";
import type { KeptEnd } from "../../../archive/verify/kept-end.ts";
import type { KeyTrust } from "../../../archive/verify/key-trust.ts";
import { isFingerprint, readPublicKey } from "../proof/public-key.ts";

const KEPT = /^(?:([a-z0-9-]{1,63}):)?([1-9]\d{0,14}):([0-9a-f]{64})$/;
const KEY_HINT = "such a key lies in vault/v1/keys of the archive; or give its fingerprint, 16 hex digits";

/** A digest that was kept: `SEQUENCE:HASH` or `STREAM:SEQUENCE:HASH`. */
export function keptEnd(value: string): KeptEnd {
  const [, stream = null, sequence, sha256 = ""] = KEPT.exec(value) ?? [];
  if (sequence !== undefined) return { stream, sequence: Number(sequence), sha256 };
  throw new InvalidArgumentError("It must be SEQUENCE:HASH or STREAM:SEQUENCE:HASH, with the 64 hex digits of sign.");
}

/** Keys that an auditor names by their fingerprint or by a file. Rejects with `UsageError`. */
export async function readTrust(given: readonly string[]): Promise<KeyTrust> {
  const fingerprints = new Set(given.filter(isFingerprint));
  const keys: VerifyingKey[] = [];
  for (const path of given.filter((each) => !isFingerprint(each))) {
    const key = await readPublicKey(path, KEY_HINT);
    keys.push(key);
    fingerprints.add(key.fingerprint);
  }
  return { fingerprints, keys };
}
