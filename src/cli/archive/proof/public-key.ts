import { parseVerifyingKey, type VerifyingKey } from "../../../archive/digest/signing-key.ts";
import { UsageError } from "../../../core/fault.ts";
import { readInput } from "../../input-text.ts";

/** True for what names a key and is none: 16 hex digits. */
export function isFingerprint(key: string): boolean {
  return /^[0-9a-f]{16}$/.test(key);
}

/** The key in a file of PEM; `hint` says what else may be given. Rejects with `UsageError`. */
export async function readPublicKey(path: string, hint: string): Promise<VerifyingKey> {
  const pem = await readInput(path, "public key");
  try {
    return parseVerifyingKey(pem);
  } catch (error) {
    const why = `no public key of Ed25519 in PEM: ${(error as Error).message}`;
    throw new UsageError(`read public key "${path}": ${why} (hint: ${hint})`, { cause: error });
  }
}
