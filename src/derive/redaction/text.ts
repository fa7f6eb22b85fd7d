/** The text in which secrets are looked for: `[start, end)` of the bytes. */
export interface Text {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Whether it is JSON, so that a quote without a backslash is the end of a string and never part of one. */
  readonly isJson: boolean;
}

const BACKSLASH = 0x5c;
const PERCENT = 0x25;

/** 1 for the bytes of a set. */
export type ByteSet = Uint8Array;

/** The bytes of ASCII characters; `a-z` stands for a range. */
export function byteSet(description: string): ByteSet {
  const set = new Uint8Array(256);
  for (let at = 0; at < description.length; at += 1) {
    const isRange = description[at + 1] === "-" && at + 2 < description.length;
    const last = description.charCodeAt(isRange ? at + 2 : at);
    for (let byte = description.charCodeAt(at); byte <= last; byte += 1) set[byte] = 1;
    if (isRange) at += 2;
  }
  return set;
}

/** One set for each character of a text; `[abc]` is a set of several. */
export function pattern(description: string): readonly ByteSet[] {
  const sets: ByteSet[] = [];
  for (let at = 0; at < description.length; at += 1) {
    const close = description[at] === "[" ? description.indexOf("]", at) : -1;
    sets.push(byteSet(close < 0 ? (description[at] ?? "") : description.slice(at + 1, close)));
    if (close >= 0) at = close;
  }
  return sets;
}

/** The same, for letters of both cases; the description has small ones. */
export function anyCasePattern(description: string): readonly ByteSet[] {
  return pattern(description).map((set) => set.map((isMember, byte) => isMember | (set[lower(byte)] ?? 0)));
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

const NOTHING = byteSet("");
export const LETTERS_AND_DIGITS = byteSet("a-zA-Z0-9");
export const LETTERS = byteSet("a-zA-Z");
export const DIGITS = byteSet("0-9");
/** Of names, identifiers and base64 for URLs. */
export const NAME = byteSet("a-zA-Z0-9_-");
export const BASE64 = byteSet("a-zA-Z0-9+/=_-");
const HEX = byteSet("0-9a-fA-F");
const ESCAPE_LETTERS = byteSet("bfnrt");
const DIGITS_AND_CAPITALS = byteSet("0-9A-Z");

export function has(set: ByteSet, byte: number | undefined): boolean {
  return byte !== undefined && set[byte] === 1;
}

/** The byte at `at`, or -1 beyond the text. */
export function byteAt({ bytes, end }: Text, at: number): number {
  return at < end ? (bytes[at] ?? -1) : -1;
}

/** Behind the bytes of the set that are at `at`. */
export function skipSet({ bytes, end }: Text, at: number, set: ByteSet): number {
  while (at < end && set[bytes[at] ?? 0] === 1) at += 1;
  return at;
}

/** Behind the spaces and tabs that are at `at`. */
export function skipBlank({ bytes, end }: Text, at: number): number {
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at += 1;
  return at;
}

/** Whether these ASCII characters stand at `at`. */
export function standsAt({ bytes, end }: Text, at: number, characters: string): boolean {
  if (at + characters.length > end) return false;
  for (let i = 0; i < characters.length; i += 1) if (bytes[at + i] !== characters.charCodeAt(i)) return false;
  return true;
}

export function matchesAt({ bytes, end }: Text, at: number, sets: readonly ByteSet[]): boolean {
  if (at + sets.length > end) return false;
  for (let i = 0; i < sets.length; i += 1) if (!has(sets[i] ?? NOTHING, bytes[at + i])) return false;
  return true;
}

/** The characters of `[start, end)`, with one for each byte. */
export function latin1({ bytes }: Text, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

/** Number of backslashes right before `at`. */
export function backslashesBefore({ bytes, start }: Text, at: number): number {
  let first = at;
  while (first > start && bytes[first - 1] === BACKSLASH) first -= 1;
  return at - first;
}

/** False where the byte at `at` belongs to an escape like `\n` or `\u000a`: to mask from there would leave half of it. */
export function isOutsideEscape(text: Text, at: number): boolean {
  const { bytes, start } = text;
  for (let back = 1; back <= 5 && at - back >= start; back += 1) {
    if (bytes[at - back] === BACKSLASH) {
      const isEscape = backslashesBefore(text, at - back + 1) % 2 === 1;
      return !isEscape || (back > 1 && bytes[at - back + 1] !== 0x75);
    }
  }
  return true;
}

/** Whether no word or number goes on at `at`: what stands before is punctuation, or an escape like `\n` or `%20`. */
export function beginsWord({ bytes, start }: Text, at: number, word: ByteSet): boolean {
  if (at <= start || !has(word, bytes[at - 1])) return true;
  if (at - 2 >= start && bytes[at - 2] === BACKSLASH && has(ESCAPE_LETTERS, bytes[at - 1])) return true;
  const isHex = has(HEX, bytes[at - 1]) && has(HEX, bytes[at - 2]);
  if (isHex && at - 3 >= start && bytes[at - 3] === PERCENT) return true;
  const isUnicode = at - 6 >= start && bytes[at - 6] === BACKSLASH && bytes[at - 5] === 0x75;
  return isUnicode && isHex && has(HEX, bytes[at - 3]) && has(HEX, bytes[at - 4]);
}

/** Prose has neither; of random text, enough is looked at to be sure. */
const MOST_LOOKED_AT = 64;

/** Whether the first bytes of `[start, end)` hold a digit or a capital letter. */
export function looksRandom({ bytes }: Text, start: number, end: number): boolean {
  const last = Math.min(end, start + MOST_LOOKED_AT);
  for (let at = start; at < last; at += 1) if (has(DIGITS_AND_CAPITALS, bytes[at])) return true;
  return false;
}

/** Whether its first bytes hold both a digit and a letter. */
export function mixesDigits({ bytes }: Text, start: number, end: number): boolean {
  const last = Math.min(end, start + MOST_LOOKED_AT);
  let digits = 0;
  let letters = 0;
  for (let at = start; at < last; at += 1) {
    if (has(DIGITS, bytes[at])) digits += 1;
    else if (has(LETTERS_AND_DIGITS, bytes[at])) letters += 1;
  }
  return digits > 0 && letters > 0;
}
