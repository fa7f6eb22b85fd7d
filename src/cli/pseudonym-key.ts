import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createControlFile, readControlFile, replaceControlFile } from "../backends/files/control-file.ts";
import type { PipelineSettings } from "../config/pipeline.ts";
import { resolveKey } from "../config/secret.ts";
import { UsageError } from "../core/fault.ts";
import { keyFingerprint } from "../derive/pseudonym.ts";

const LOCAL_KEY = "ctl/pseudonym.key";
const FINGERPRINT = "ctl/pseudonym.fingerprint";
const KEY_BYTES = 32;

/**
 * The key of the deployment's pseudonyms: the configured one, else the archive's own, made at first use and readable
 * by its owner only. Refused where it is another than the archive was used with before, because pseudonyms would
 * silently change; once accepted, it is the one that the archive is used with. Rejects with `UsageError` or `IoError`.
 */
export async function openPseudonymKey(settings: PipelineSettings): Promise<Buffer> {
  const { archive } = settings;
  const path = join(archive.path, FINGERPRINT);
  const key = (await knownKey(settings)) ?? (await makeKey(settings, await readControlFile(path)));
  const fingerprint = keyFingerprint(key);
  const known = await createControlFile(path, `${fingerprint}\n`);
  refuseChange(settings, fingerprint, known);
  if (known.trim() !== fingerprint) await replaceControlFile(path, `${fingerprint}\n`);
  return key;
}

/** What `openPseudonymKey` would find, in words; makes nothing. */
export async function checkPseudonymKey(settings: PipelineSettings): Promise<string> {
  const key = await knownKey(settings);
  if (key === null) return "the archive's own, to be made at first use";
  const fingerprint = keyFingerprint(key);
  refuseChange(settings, fingerprint, await readControlFile(join(settings.archive.path, FINGERPRINT)));
  return `fingerprint ${fingerprint}`;
}

/** The configured key, else the one that the archive has; null without both. */
async function knownKey({ archive, pseudonymKey }: PipelineSettings): Promise<Buffer | null> {
  if (pseudonymKey.reference !== null) {
    return resolveKey("pseudonym key", pseudonymKey.reference, { env: process.env, readFile });
  }
  const text = await readControlFile(join(archive.path, LOCAL_KEY));
  return text === null ? null : keyOf(text);
}

/** A key for an archive that has none; refused where the archive was used with one that is not at hand. */
async function makeKey(settings: PipelineSettings, known: string | null): Promise<Buffer> {
  refuseChange(settings, null, known);
  const path = join(settings.archive.path, LOCAL_KEY);
  return keyOf(await createControlFile(path, `${randomBytes(KEY_BYTES).toString("hex")}\n`));
}

/** The text itself is the key, as it is when the same text comes from the environment or a file. */
function keyOf(text: string): Buffer {
  return Buffer.from(text.trim(), "utf8");
}

/** `fingerprint` is null for a key that is yet to be made, `known` for an archive that was used with none. */
function refuseChange(settings: PipelineSettings, fingerprint: string | null, known: string | null): void {
  const { archive, pseudonymKey } = settings;
  if (known === null || known.trim() === fingerprint || pseudonymKey.acceptsChange) return;
  throw new UsageError(
    `use ${fingerprint === null ? "a new pseudonym key" : `pseudonym key ${fingerprint}`}: the archive "${archive.path}" was used with ${known.trim()}, and every ` +
      "pseudonym would change (hint: give the old key, or say so with --set pseudonym_key.accept_change=true)",
  );
}
