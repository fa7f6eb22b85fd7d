import { parseVerifyingKey, type SigningKey } from "../../../archive/digest/signing-key.ts";
import type { KmsReference } from "../../../config/pipeline.ts";
import { IoError } from "../../../core/fault.ts";
import { MINUTE_MS } from "../../../core/units.ts";
import { notify } from "../../terminal/tell.ts";
import { setProxy } from "../proxy.ts";
import { serviceBackoff } from "../service-backoff.ts";

/** A key in Cloud KMS that signs digests. Rejects with `UsageError` or `IoError`. */
export async function openKmsSigningKey({ name, endpoint }: KmsReference): Promise<SigningKey> {
  await setProxy();
  // Google's library for credentials takes a while to load.
  const { createService } = await import("../../../backends/gcs/service.ts");
  const { KMS_ENDPOINT, KMS_SCOPE, MOST_KMS_BYTES, openKmsKey } = await import("../../../backends/gcs/kms-key.ts");
  const key = await openKmsKey(createService({ endpoint: endpoint ?? KMS_ENDPOINT, scope: KMS_SCOPE }), name, {
    backoff: serviceBackoff("kms", 2 * MINUTE_MS),
    onTrouble: (message) => notify("signing_key_retrying", `${message}; trying again for up to two minutes`),
  });
  const verifying = parseVerifyingKey(key.publicPem);
  const { fingerprint, publicPem } = verifying;
  return {
    fingerprint,
    publicPem,
    mostBytes: MOST_KMS_BYTES,
    async sign(bytes) {
      const signature = await key.sign(bytes);
      // Nobody could ever verify another one, and what is signed stays.
      if (verifying.isSignature(bytes, signature)) return signature;
      throw new IoError("corrupt", `sign with "${name}": what it gives is no signature by key ${fingerprint}`);
    },
  };
}
