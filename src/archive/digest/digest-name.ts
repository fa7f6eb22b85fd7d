import { vaultPrefix } from "../vault-name.ts";

const SEQUENCE_DIGITS = 8;
const DIGEST = /^vault\/v1\/[a-z0-9-]{1,63}\/digest\/(\d{8,15})\.(json|sig)$/;
/** Public keys, and the statements by which one follows another. */
export const KEY_PREFIX = "vault/v1/keys/";
const PUBLIC_KEY = /^vault\/v1\/keys\/([0-9a-f]{16})\.pub$/;
const STATEMENT = /^vault\/v1\/keys\/([0-9a-f]{16})\.statement\.json$/;

export function digestPrefix(stream: string): string {
  return `${vaultPrefix(stream)}digest/`;
}

export function digestName(stream: string, sequence: number): string {
  return `${digestPrefix(stream)}${sequenceText(sequence)}.json`;
}

function sequenceText(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, "0");
}

/** The signature of a digest or a statement lies beside it. */
export function signatureName(name: string): string {
  return name.replace(/\.json$/, ".sig");
}

/** The number in the name of a digest or its signature; null for any other name. */
export function parseDigestSequence(name: string): number | null {
  const [, digits = ""] = DIGEST.exec(name) ?? [];
  const sequence = Number(digits);
  // With more zeros it would be a second name of the same digest.
  return sequence > 0 && sequenceText(sequence) === digits ? sequence : null;
}

export function publicKeyName(fingerprint: string): string {
  return `${KEY_PREFIX}${fingerprint}.pub`;
}

export function statementName(newKey: string): string {
  return `${KEY_PREFIX}${newKey}.statement.json`;
}

/** The fingerprint in the name of a public key; null for any other name. */
export function parsePublicKeyName(name: string): string | null {
  return PUBLIC_KEY.exec(name)?.[1] ?? null;
}

/** The fingerprint of the new key in the name of a statement; null for any other name. */
export function parseStatementName(name: string): string | null {
  return STATEMENT.exec(name)?.[1] ?? null;
}
