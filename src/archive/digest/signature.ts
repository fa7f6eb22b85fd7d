import { ifThere } from "../../core/if-there.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { readWhole } from "../stored-bytes.ts";
import { publicKeyName, signatureName } from "./digest-name.ts";
import { distrust } from "./distrust.ts";
import type { SigningKey } from "./signing-key.ts";

/** The public key has to be there before anything that it signs. Rejects with `IoError`. */
export async function publishKey(store: ObjectStore, { fingerprint, publicPem }: SigningKey): Promise<void> {
  const name = publicKeyName(fingerprint);
  if ((await store.create(name, Buffer.from(publicPem))) === "created") return;
  if ((await readWhole(store, name)).toString("utf8") !== publicPem) throw distrust(name, "it holds another key");
}

const SIGNATURE_BYTES = 64;

/** The signature of a digest or a statement; null where there is none. Rejects with `IoError`. */
export function readSignature(store: ObjectStore, name: string): Promise<Buffer | null> {
  return ifThere(readWhole(store, signatureName(name), SIGNATURE_BYTES));
}

/** Puts the signature beside an object with these bytes; resolves with it. Rejects with `IoError`. */
export async function putSignature(
  store: ObjectStore,
  name: string,
  bytes: Uint8Array,
  key: SigningKey,
): Promise<Buffer> {
  const signature = await key.sign(bytes);
  const beside = signatureName(name);
  // Whoever was faster with the same key has written the same.
  if (
    (await store.create(beside, signature)) === "exists" &&
    (await readSignature(store, name))?.equals(signature) !== true
  ) {
    throw distrust(beside, `it is not the signature by key ${key.fingerprint}`);
  }
  return signature;
}
