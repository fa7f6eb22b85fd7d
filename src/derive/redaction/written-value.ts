import { type Edit, maskEdit } from "./edit.ts";
import { isPlaceholder, masksEnd } from "./placeholder.ts";
import { markAt, stringEnd } from "./quote.ts";
import type { SecretName } from "./secret-name.ts";
import {
  byteAt,
  byteSet,
  DIGITS,
  has,
  latin1,
  mixesDigits,
  NAME,
  skipBlank,
  skipSet,
  standsAt,
  type Text,
} from "./text.ts";

const COLON = 0x3a;
const EQUALS = 0x3d;
const MORE_THAN = 0x3e;

/** Bytes that end a value wherever it is, and those that do so where no text follows them closely. */
const ENDS_VALUE = byteSet("\u0000-\u0020\"'`<>\\&");
const PUNCTUATION = byteSet(",;|)}]");
const OPENS_CODE = byteSet("[({");
const VARIABLE = byteSet("A-Z0-9_{(");
const TOKEN = byteSet("a-zA-Z0-9_+/.~-");
const SCHEMES = new Set(["basic", "bearer", "token", "digest", "negotiate"]);

/** Numbers with fewer digits are counts and states, and no secrets. */
const LEAST_DIGITS = 6;
const LEAST_SIGNATURE = 16;
/** What stands behind a colon may be prose. */
const LEAST_PASSWORD = 6;
const LEAST_TOKEN = 8;
const LONGEST_NAME = 32;
/** A key goes on where a value ends, and is found by itself. */
const PEM = "-----BEGIN ";

/** The value behind a name without quotes: `token=…` in a URL or a text, `Private-Token: …`, `%3Ftoken%3D…`. */
export function writtenValueAt(text: Text, name: SecretName): Edit | null {
  if (standsAt(text, name.end, "%3D") || standsAt(text, name.end, "%3d"))
    return bareValue(text, name.end + 3, name, true);
  const at = skipBlank(text, name.end);
  const sign = byteAt(text, at);
  if (sign !== EQUALS && sign !== COLON) return null;
  const isArrow = sign === EQUALS && byteAt(text, at + 1) === MORE_THAN;
  const behind = isArrow ? at + 2 : at + 1;
  if (byteAt(text, behind) === sign) return null;
  const value = skipBlank(text, behind);
  if (!name.isOfUrl && markAt(text, value) !== null) return quotedValue(text, value, name.kind);
  if (name.kind === "authorization") return credentials(text, value);
  if (sign === COLON) return name.isOfUrl ? null : likelyValue(text, value, name.kind);
  // What follows `?token= ` is something else, but not what follows `token = `.
  return value > behind && at === name.end && !isArrow ? null : bareValue(text, value, name, false);
}

function quotedValue(text: Text, at: number, kind: string): Edit | null {
  const open = markAt(text, at);
  // In JSON this quote ends the string that the name is in.
  if (open === null || (text.isJson && open.byte === 0x22 && open.level === 0)) return null;
  const next = byteAt(text, open.end);
  if (next < 0 || has(PUNCTUATION, next)) return null;
  const end = stringEnd(text, open);
  return isPlaceholder(text, open.end, end) ? null : maskEdit(open.end, end, kind);
}

function bareValue(text: Text, at: number, name: SecretName, isEncoded: boolean): Edit | null {
  const before = name.start > text.start ? text.bytes[name.start - 1] : -1;
  const isInUrl = isEncoded || before === 0x3f || before === 0x26;
  if (!isInUrl && isCode(text, at)) return null;
  if (name.isOfUrl && !(isInUrl && isLikeSignature(text, at))) return null;
  const end = bareEnd(text, at, isInUrl, isEncoded);
  if (isPlaceholder(text, at, end)) return null;
  if (end - at < LEAST_DIGITS && skipSet(text, at, DIGITS) >= end) return null;
  return maskEdit(at, end, name.kind);
}

/** By its first bytes, so that not all of what follows is read for each name in it. */
function isLikeSignature(text: Text, at: number): boolean {
  const end = bareEnd({ ...text, end: Math.min(text.end, at + LONGEST_NAME) }, at, true, false);
  return end - at >= LEAST_SIGNATURE && mixesDigits(text, at, end);
}

/** `$TOKEN`, `${TOKEN}`, `[:token]` and the like say where a value comes from. */
function isCode(text: Text, at: number): boolean {
  const first = byteAt(text, at);
  if (masksEnd(text, at) > at) return false;
  if (first === 0x24) return has(VARIABLE, byteAt(text, at + 1));
  return has(OPENS_CODE, first);
}

function bareEnd(text: Text, start: number, isInUrl: boolean, isEncoded: boolean): number {
  let at = start;
  for (; at < text.end; at += 1) {
    // A mask has a space, and does not end there.
    at = masksEnd(text, at);
    const byte = byteAt(text, at);
    if (byte < 0) return at;
    if (has(ENDS_VALUE, byte) || (byte === 0x2d && standsAt(text, at, PEM))) return at;
    if (isInUrl && byte === 0x23) return at;
    if (isEncoded && standsAt(text, at, "%26")) return at;
    if (!isInUrl && has(PUNCTUATION, byte) && endsBefore(text, at)) return at;
  }
  return at;
}

/** Whether the punctuation at `at` ends a value: no text follows, or the next name does. */
function endsBefore(text: Text, at: number): boolean {
  const next = byteAt(text, at + 1);
  if (next < 0 || has(ENDS_VALUE, next) || has(PUNCTUATION, next)) return true;
  const behind = skipSet({ ...text, end: Math.min(text.end, at + 1 + LONGEST_NAME) }, at + 1, NAME);
  const sign = byteAt(text, skipBlank(text, behind));
  return behind > at + 1 && (sign === EQUALS || sign === COLON);
}

/** `Basic …` and the like; without a scheme what looks like a token. */
function credentials(text: Text, at: number): Edit | null {
  const schemeEnd = skipSet({ ...text, end: Math.min(text.end, at + LONGEST_NAME) }, at, NAME);
  const valueAt = skipBlank(text, schemeEnd);
  if (valueAt === schemeEnd || !SCHEMES.has(latin1(text, at, schemeEnd).toLowerCase())) {
    return likelyValue(text, at, "authorization");
  }
  const end = bareEnd(text, valueAt, false, false);
  return isPlaceholder(text, valueAt, end) ? null : maskEdit(at, end, "authorization");
}

function likelyValue(text: Text, at: number, kind: string): Edit | null {
  let end = skipSet(text, at, TOKEN);
  while (end > at && text.bytes[end - 1] === 0x2e) end -= 1;
  const least = kind === "password" ? LEAST_PASSWORD : LEAST_TOKEN;
  return end - at < least || !mixesDigits(text, at, end) ? null : maskEdit(at, end, kind);
}
