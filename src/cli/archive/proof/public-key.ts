import { parseVerifyingKey, type VerifyingKey } from "../../../archive/digest/signing-key.ts";
import { UsageError } from "../../../core/fault.ts";
import { readInput } from "../../input-text.ts";

const PRIVATE = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const PUBLIC_HINT = "openssl pkey -in FILE -pubout -out acme.pub, and tell its owner";

/** True for what names a key and is none: 16 hex digits. */
export function isFingerprint(key: string): boolean {
  return /^[0-9a-f]{16}$/.test(key);
}

/** The key in a file of PEM; `hint` says what else may be given. Rejects with `UsageError`. */
export async function readPublicKey(path: string, hint: string): Promise<VerifyingKey> {
  const pem = await readInput(path, "public key");
  // Its public half would do. But whoever checks with it was given too much, and nobody would hear of it.
  if (PRIVATE.test(pem)) {
    const what = "this is a private key: whoever has it can sign";
    throw new UsageError(`read public key "${path}": ${what} (hint: ${PUBLIC_HINT})`);
  }
  try {
    return parseVerifyingKey(pem);
  } catch (error) {
    const why = `no public key of Ed25519 in PEM: ${(error as Error).message}`;
    throw new UsageError(`read public key "${path}": ${why} (hint: ${hint})`, { cause: error });
  }
}
