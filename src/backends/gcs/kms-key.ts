import { IoError, UsageError } from "../../core/fault.ts";
import { type Backoff, retry } from "../../core/retry.ts";
import { KIB } from "../../core/units.ts";
import { objectIn } from "./answer.ts";
import { crc32c } from "./crc32c.ts";
import { messageOf, passes } from "./gcs-error.ts";
import { CredentialError, type Service, ServiceError, type ServiceRequest } from "./service.ts";

/** Cloud KMS, and what a request to it needs. */
export const KMS_ENDPOINT = "https://cloudkms.googleapis.com";
export const KMS_SCOPE = "https://www.googleapis.com/auth/cloudkms";
/** The service takes no longer text to sign. */
export const MOST_KMS_BYTES = 64 * KIB;

/** A private key that never leaves Cloud KMS. */
export interface KmsKey {
  /** PEM (SPKI). */
  readonly publicPem: string;
  /** Resolves with the signature as the service gives it, undamaged on the way. Rejects with `IoError`. */
  sign(bytes: Uint8Array): Promise<Buffer>;
}

export interface KmsOptions {
  readonly backoff: Backoff;
  /** Is told, in words, of the first error of a request that is tried again. */
  readonly onTrouble: (message: string) => void;
}

const ALGORITHM = "EC_SIGN_ED25519";
const MAKE_KEY = "gcloud kms keys create NAME --purpose=asymmetric-signing --default-algorithm=ec-sign-ed25519";
const BAD_GATEWAY = 502;

/**
 * The key version of that name, `projects/…/cryptoKeyVersions/1`. Rejects with `UsageError` where it is of another
 * algorithm, and with `IoError`.
 */
export async function openKmsKey(service: Service, name: string, options: KmsOptions): Promise<KmsKey> {
  const ask = async <Result>(
    operation: string,
    request: ServiceRequest,
    read: (answer: Readonly<Record<string, unknown>>) => Result,
  ): Promise<Result> => {
    const work = async (): Promise<Result> => read(objectIn(await service.send(request)));
    const onFirst = (error: unknown): void => options.onTrouble(`${operation}: ${messageOf(error)}`);
    try {
      return await retry(work, { passes, onFirst }, options.backoff);
    } catch (error) {
      throw kmsError(operation, error);
    }
  };
  const operation = `open signing key "${name}"`;
  const key = await ask(operation, { path: `/v1/${name}/publicKey` }, ({ pem, pemCrc32c, algorithm, name: found }) => {
    const publicPem = String(pem);
    if (found !== name || !isSum(pemCrc32c, Buffer.from(publicPem))) throw damaged();
    return { publicPem, algorithm };
  });
  if (key.algorithm !== ALGORITHM) {
    throw new UsageError(`${operation}: it is of ${String(key.algorithm)}, not of ${ALGORITHM} (hint: ${MAKE_KEY})`);
  }
  return {
    publicPem: key.publicPem,
    sign(bytes) {
      const body = Buffer.from(
        JSON.stringify({ data: Buffer.from(bytes).toString("base64"), dataCrc32c: String(crc32c(bytes)) }),
      );
      const headers = { "content-type": "application/json" };
      const request = { path: `/v1/${name}:asymmetricSign`, headers, body };
      return ask(`sign with "${name}"`, request, ({ signature, signatureCrc32c, verifiedDataCrc32c, name: found }) => {
        const signed = Buffer.from(String(signature), "base64");
        if (found !== name || verifiedDataCrc32c !== true || !isSum(signatureCrc32c, signed)) throw damaged();
        return signed;
      });
    },
  };
}

function isSum(written: unknown, bytes: Uint8Array): boolean {
  return String(written) === String(crc32c(bytes));
}

/** Tried again, as if there had been no answer. */
function damaged(): ServiceError {
  return new ServiceError(BAD_GATEWAY, "what was sent or answered was damaged on the way", "");
}

function kmsError(operation: string, error: unknown): Error {
  const tell = (code: IoError["code"], hint: string): IoError =>
    new IoError(code, `${operation}: ${messageOf(error)} (hint: ${hint})`, { cause: error });
  if (error instanceof CredentialError || (error instanceof ServiceError && error.status === 401)) {
    return tell("denied", "give credentials: GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login");
  }
  if (passes(error)) return tell("unavailable", "look at the service's state and the way there, and run again");
  if (!(error instanceof ServiceError)) return error as Error;
  if (error.status === 404) return tell("not_found", "look at the name of the key version, and at its state");
  return tell(
    "denied",
    "the signer needs roles/cloudkms.signer and roles/cloudkms.publicKeyViewer on the key, whose version must be enabled",
  );
}
