import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findSealedPlan } from "../../../archive/sealed-plan.ts";
import { parseSealedName, vaultPrefix } from "../../../archive/vault-name.ts";
import { createControlFile, readControlFile } from "../../../backends/files/control-file.ts";
import type { ArchiveSettings, PipelineSettings } from "../../../config/pipeline.ts";
import { resolveKey } from "../../../config/secret.ts";
import { UsageError } from "../../../core/fault.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import { keyFingerprint } from "../../../derive/pseudonym.ts";
import { keepSecret } from "../../terminal/secrecy.ts";
import { archiveName } from "../archive/archive-store.ts";
import { keyRecordOf } from "./key-record.ts";

const LOCAL_KEY = "ctl/pseudonym.key";
const KEY_BYTES = 32;

/**
 * The key of the deployment's pseudonyms: the configured one, else the archive's own, made at first use and readable
 * by its owner only; a bucket keeps no key. Refused where it is another than the archive was used with before, because
 * pseudonyms would silently change; once accepted, it is the one that the archive is used with. Rejects with
 * `UsageError` or `IoError`.
 */
export async function openPseudonymKey(settings: PipelineSettings, store: ObjectStore): Promise<Buffer> {
  const record = keyRecordOf(settings.archive, store);
  const used = (await record.read()) ?? (await keyOfVault(store));
  const key = (await knownKey(settings)) ?? (await makeKey(settings, used));
  const fingerprint = keyFingerprint(key);
  refuseChange(settings, fingerprint, used);
  const known = await record.create(`${fingerprint}\n`);
  refuseChange(settings, fingerprint, known);
  if (known.trim() === fingerprint) return key;
  await record.replace(`${fingerprint}\n`);
  // In a bucket another worker may have been told to accept another key at the same moment, and was first.
  const winner = await record.read();
  if (winner !== null && winner.trim() !== fingerprint) throw otherKey(settings, fingerprint, winner);
  return key;
}

/** What `openPseudonymKey` would find, in words; makes nothing. */
export async function checkPseudonymKey(settings: PipelineSettings, store: ObjectStore): Promise<string> {
  refuseKeylessBucket(settings);
  const key = await knownKey(settings);
  const used = (await keyRecordOf(settings.archive, store).read()) ?? (await keyOfVault(store));
  if (key === null) {
    refuseNewKey(settings, used);
    return "the archive's own, to be made at first use";
  }
  const fingerprint = keyFingerprint(key);
  refuseChange(settings, fingerprint, used);
  return `fingerprint ${fingerprint}`;
}

/** The configured key, else the one that the archive has; null without both. Makes nothing. */
export async function knownKey({ archive, pseudonymKey }: PipelineSettings): Promise<Buffer | null> {
  if (pseudonymKey.reference !== null) {
    return kept(await resolveKey("pseudonym key", pseudonymKey.reference, { env: process.env, readFile }));
  }
  const text = archive.kind === "gcs" ? null : await readControlFile(localKeyPath(archive));
  return text === null ? null : kept(keyOf(text));
}

/** Who waits for an archive that is not there yet would hear of a key that cannot be read hours later. Rejects with `UsageError`. */
export async function refuseUnreadableKey(settings: PipelineSettings): Promise<void> {
  if (settings.pseudonymKey.reference !== null) await knownKey(settings);
}

/** Fingerprint of the key that the archive says it is used with; null where it does not say. Rejects with `IoError`. */
export async function recordedFingerprint(archive: ArchiveSettings, store: ObjectStore): Promise<string | null> {
  return (await keyRecordOf(archive, store).read())?.trim() ?? null;
}

/** What the archive was sealed with last, where everything in `ctl` is lost; null where nothing is sealed. */
async function keyOfVault(store: ObjectStore): Promise<string | null> {
  let last: string | null = null;
  for await (const { name } of store.list(vaultPrefix())) if (parseSealedName(name) !== null) last = name;
  return last === null ? null : (await findSealedPlan(store, last)).manifest.makes.pseudonym_key;
}

/** A key for an archive that has none; refused where the archive was used with one that is not at hand. */
async function makeKey(settings: PipelineSettings, known: string | null): Promise<Buffer> {
  refuseNewKey(settings, known);
  const text = `${randomBytes(KEY_BYTES).toString("hex")}\n`;
  return kept(keyOf(await createControlFile(localKeyPath(settings.archive), text)));
}

function kept(key: Buffer): Buffer {
  keepSecret(key);
  return key;
}

function localKeyPath(archive: ArchiveSettings): string {
  if (archive.kind === "folder") return join(archive.path, LOCAL_KEY);
  throw keylessBucket(archive);
}

/** Before a bucket is reached: throws `UsageError` where it would need a key and none is configured. */
export function refuseKeylessBucket({ archive, pseudonymKey }: PipelineSettings): void {
  if (archive.kind === "gcs" && pseudonymKey.reference === null) throw keylessBucket(archive);
}

/** Whoever may read a bucket could read a key in it. */
function keylessBucket(archive: ArchiveSettings): UsageError {
  return new UsageError(
    `open archive "${archiveName(archive)}": an archive in a bucket needs a pseudonym key from elsewhere ` +
      '(hint: export LOGTALLY_PSEUDONYM_KEY="$(openssl rand -hex 32)", keep that key, and set ' +
      "pseudonym_key.env=LOGTALLY_PSEUDONYM_KEY)",
  );
}

/** The text itself is the key, as it is when the same text comes from the environment or a file. */
function keyOf(text: string): Buffer {
  return Buffer.from(text.trim(), "utf8");
}

/**
 * Also where a change is accepted: who names no key means no other one, and the workers, which have the old one, would be
 * refused from then on.
 */
function refuseNewKey(settings: PipelineSettings, known: string | null): void {
  if (known !== null) throw otherKey(settings, null, known);
}

/** `known` is null for an archive that was used with none. */
function refuseChange(settings: PipelineSettings, fingerprint: string, known: string | null): void {
  if (known === null || known.trim() === fingerprint || settings.pseudonymKey.acceptsChange) return;
  throw otherKey(settings, fingerprint, known);
}

/** `fingerprint` is null for a key that is yet to be made. */
function otherKey({ archive, pseudonymKey }: PipelineSettings, fingerprint: string | null, known: string): UsageError {
  const hint =
    pseudonymKey.reference === null
      ? "name the key that the workers use, by --set pseudonym_key.file=FILE or pseudonym_key.env=NAME"
      : "give the old key, or say so with --set pseudonym_key.accept_change=true";
  return new UsageError(
    `use ${fingerprint === null ? "a new pseudonym key" : `pseudonym key ${fingerprint}`}: the archive "${archiveName(archive)}" was used with ${known.trim()}, and every ` +
      `pseudonym would change (hint: ${hint})`,
  );
}
