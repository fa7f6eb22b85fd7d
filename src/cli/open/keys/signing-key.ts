import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readKeyRing } from "../../../archive/digest/key-ring.ts";
import { parseSigningKey, type SigningKey } from "../../../archive/digest/signing-key.ts";
import { createControlFile, readControlFile } from "../../../backends/files/control-file.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { keyHints, placeName, resolvePem, type SecretHints, type SecretReference } from "../../../config/secret.ts";
import { UsageError } from "../../../core/fault.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { keepSecret } from "../../terminal/secrecy.ts";
import { archiveName } from "../archive/archive-store.ts";
import { openKmsSigningKey } from "./kms-signing-key.ts";

const LOCAL_KEY = "ctl/signing.key";
const KEY_VERSION = /^projects\/.+\/cryptoKeyVersions\/\d+$/;
const MAKE_KEY = "openssl genpkey -algorithm ed25519 -out FILE";
const OLD_KEY_HINT = "the file of the key that signed until now; without it the chain cannot go on";

/**
 * The key that signs digests: the configured one, else the archive's own, made at first use and readable by its owner
 * only; a bucket keeps no key. Rejects with `UsageError` or `IoError`.
 */
export async function openSigningKey({ archive, signing }: PipelineSettings, store: ObjectStore): Promise<SigningKey> {
  if (signing.key?.kind === "kms") return openKmsSigningKey(signing.key);
  if (signing.key !== null) return keyFrom("signing key", signing.key, keyHints(MAKE_KEY));
  if (archive.kind === "gcs") throw keylessBucket(archiveName(archive));
  const path = join(archive.path, LOCAL_KEY);
  const pem = (await readControlFile(path)) ?? (await makeKey(path, archiveName(archive), store));
  return keyIn(`read "${path}"`, pem);
}

/** The one that is replaced: its file, or its name in Cloud KMS. Rejects with `UsageError` or `IoError`. */
export function openOldSigningKey(place: string, { signing }: PipelineSettings): Promise<SigningKey> {
  const endpoint = signing.key?.kind === "kms" ? signing.key.endpoint : null;
  if (KEY_VERSION.test(place)) return openKmsSigningKey({ kind: "kms", name: place, endpoint });
  return keyFrom("old signing key", { kind: "file", path: place }, { hint: OLD_KEY_HINT, missingHint: OLD_KEY_HINT });
}

/** Before a bucket is reached: throws `UsageError` where it would need a key and none is configured. */
export function refuseUnsignableBucket({ archive, signing }: PipelineSettings): void {
  if (archive.kind === "gcs" && signing.key === null) throw keylessBucket(archiveName(archive));
}

/** Another key where one has signed before could only be refused. */
async function makeKey(path: string, archive: string, store: ObjectStore): Promise<string> {
  const { keys } = await readKeyRing(store);
  if (keys.size > 0) {
    throw new UsageError(
      `sign archive "${archive}": "${path}" is missing, and its digests are signed with key ${[...keys.keys()].join(", ")} ` +
        "(hint: restore it from a copy, or name the key with --set signing_key.file=FILE)",
    );
  }
  const { privateKey } = generateKeyPairSync("ed25519");
  return createControlFile(path, privateKey.export({ type: "pkcs8", format: "pem" }));
}

async function keyFrom(what: string, reference: SecretReference, hints: SecretHints): Promise<SigningKey> {
  const pem = await resolvePem(what, reference, hints, { env: process.env, readFile });
  return keyIn(`read ${what}: ${placeName(reference)}`, pem);
}

function keyIn(operation: string, pem: string | Buffer): SigningKey {
  keepSecret(pem);
  try {
    return parseSigningKey(pem);
  } catch (error) {
    throw new UsageError(
      `${operation}: no private key of Ed25519 in PEM: ${(error as Error).message} (hint: make one with: ${MAKE_KEY})`,
      { cause: error },
    );
  }
}

/** Whoever may write to a bucket could sign what he wrote. */
function keylessBucket(archive: string): UsageError {
  return new UsageError(
    `sign archive "${archive}": an archive in a bucket needs a signing key from elsewhere ` +
      `(hint: ${MAKE_KEY}, keep that file, and name it with --set signing_key.file=FILE)`,
  );
}
