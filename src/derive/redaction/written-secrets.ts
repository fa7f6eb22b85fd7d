import { type Edit, maskEdit } from "./edit.ts";
import { isPlaceholder } from "./placeholder.ts";
import {
  anyCasePattern,
  BASE64,
  backslashesBefore,
  beginsWord,
  byteSet,
  has,
  isOutsideEscape,
  latin1,
  looksRandom,
  matchesAt,
  mixesDigits,
  NAME,
  skipSet,
  standsAt,
  type Text,
} from "./text.ts";

/** Secrets that are known by how they are written: JWT, private keys, passwords in URLs, credentials of HTTP. */

const QUOTE = 0x22;
const AT_SIGN = 0x40;
const COLON = 0x3a;

const LEAST_JWT_PART = 8;
/** Three parts are signed, five are encrypted. */
const MOST_JWT_PARTS = 5;

/** `HEADER.PAYLOAD.SIGNATURE` at `at`, where `eyJ` stands; what is cut behind the first half of the payload is one too. */
export function jwtAt(text: Text, at: number): Edit | null {
  const { bytes, end } = text;
  if (!beginsWord(text, at, NAME) || !isOutsideEscape(text, at)) return null;
  let behind = skipSet(text, at, NAME);
  if (behind - at < LEAST_JWT_PART) return null;
  let secret = 0;
  for (let parts = 1; parts < MOST_JWT_PARTS && behind < end && bytes[behind] === 0x2e; parts += 1) {
    const partEnd = skipSet(text, behind + 1, NAME);
    secret += partEnd - behind - 1;
    behind = partEnd;
  }
  if (bytes[behind - 1] === 0x2e) behind -= 1;
  return secret < LEAST_JWT_PART ? null : maskEdit(at, behind, "jwt");
}

const PEM_LABEL = byteSet("A-Z0-9 ");
const LONGEST_LABEL = 40;

/** A private key in PEM whose `BEGIN` begins at `at`; what is cut goes on to the end of its string. */
export function privateKeyAt(text: Text, at: number): Edit | null {
  const { bytes, end } = text;
  const start = at - 5;
  if (start < text.start || !standsAt(text, start, "-----BEGIN ") || !isOutsideEscape(text, start)) return null;
  const labelEnd = skipSet({ ...text, end: Math.min(end, at + LONGEST_LABEL) }, at, PEM_LABEL);
  if (!latin1(text, at, labelEnd).includes("PRIVATE KEY")) return null;
  let behind = labelEnd;
  while (behind < end && bytes[behind] !== QUOTE && !standsAt(text, behind, "-----END ")) behind += 1;
  if (bytes[behind] === QUOTE || behind >= end)
    return maskEdit(start, behind - backslashesBefore(text, behind), "private_key");
  behind = skipSet(text, behind + 9, PEM_LABEL);
  while (behind < end && bytes[behind] === 0x2d) behind += 1;
  return maskEdit(start, behind, "private_key");
}

const ENDS_AUTHORITY = byteSet("\u0000-\u0020\"'<>\\/?#`");

/** The password in the URL whose `://` is at `at`. */
export function urlPasswordAt(text: Text, at: number): Edit | null {
  const { bytes, end } = text;
  let colon = -1;
  let sign = -1;
  for (let i = at + 3; i < end && !has(ENDS_AUTHORITY, bytes[i]); i += 1) {
    if (bytes[i] === COLON && colon < 0) colon = i;
    // A password may hold one too.
    if (bytes[i] === AT_SIGN) sign = i;
  }
  if (colon < 0 || sign < colon || isPlaceholder(text, colon + 1, sign)) return null;
  return maskEdit(colon + 1, sign, "url_password");
}

const BEARER_SCHEME = anyCasePattern("bearer ");
const BASIC_SCHEME = anyCasePattern("basic ");
const LEAST_BEARER = 16;
const BEARER = byteSet("a-zA-Z0-9._~+/=-");

/** The token behind the `Bearer ` at `start`. */
export function bearerAt(text: Text, start: number): Edit | null {
  if (!matchesAt(text, start, BEARER_SCHEME)) return null;
  const at = start + BEARER_SCHEME.length;
  const behind = skipSet(text, at, BEARER);
  if (behind - at < LEAST_BEARER || !looksRandom(text, at, behind) || !mixesDigits(text, at, behind)) return null;
  return maskEdit(at, behind, "authorization");
}

/** The user and password behind the `Basic ` at `start`: base64 of a text with a colon. */
export function basicAt(text: Text, start: number): Edit | null {
  if (!matchesAt(text, start, BASIC_SCHEME)) return null;
  const at = start + BASIC_SCHEME.length;
  const behind = skipSet(text, at, BASE64);
  if (behind - at < 8) return null;
  const decoded = Buffer.from(latin1(text, at, behind), "base64");
  const isText = decoded.includes(COLON) && decoded.every((byte) => byte >= 0x20 && byte !== 0x7f);
  return isText ? maskEdit(at, behind, "authorization") : null;
}
