import type { KeyTable } from "./key-table.ts";
import type { MemberList } from "./member-list.ts";

/**
 * A strict scanner for JSON (RFC 8259) on bytes: it validates everything and builds nothing, but remembers where
 * the values of the wanted keys of one object lie. The bytes are known to be valid UTF-8.
 */

/** Receives the members of an object that a key table knows. Of equal keys the last call wins. */
export interface MemberSink {
  /** `[start, end)` is the value's text; `escaped` is true for a string that holds a backslash. */
  set(slot: number, start: number, end: number, escaped: boolean): void;
}

/** What a scan says when it is not the place behind the value. */
export const INVALID = -1;
export const TOO_DEEP = -2;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** 1 for bytes that end the plain run of a string: quote, backslash, control characters. */
const STOPS_STRING = new Uint8Array(256);
for (let byte = 0; byte < 0x20; byte += 1) STOPS_STRING[byte] = 1;
STOPS_STRING[QUOTE] = 1;
STOPS_STRING[BACKSLASH] = 1;

/** 1 for space, tab, LF, CR. */
const IS_SPACE = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) IS_SPACE[byte] = 1;

const IS_DIGIT = new Uint8Array(256);
for (let byte = 0x30; byte <= 0x39; byte += 1) IS_DIGIT[byte] = 1;

/** 1 for what may follow a backslash, `u` aside. */
const IS_ESCAPE = new Uint8Array(256);
for (const char of '"\\/bfnrt') IS_ESCAPE[char.charCodeAt(0)] = 1;

const IS_HEX = new Uint8Array(256);
for (const char of "0123456789abcdefABCDEF") IS_HEX[char.charCodeAt(0)] = 1;

export function isSpace(bytes: Uint8Array, at: number): boolean {
  return IS_SPACE[bytes[at] ?? 0] === 1;
}

/** Behind any white space at `at`. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  while (IS_SPACE[bytes[at] ?? 0] === 1) at += 1;
  return at;
}

/** Behind the plain characters of a string that are at `at`: at a quote, a backslash or a control character. */
function skipPlain(bytes: Uint8Array, at: number): number {
  while (STOPS_STRING[bytes[at] ?? 0] === 0) at += 1;
  return at;
}

/** Behind the closing quote of the string whose first character is at `at`, or `INVALID`. */
export function skipString(bytes: Uint8Array, at: number, end: number): number {
  for (;;) {
    at = skipPlain(bytes, at);
    if (at >= end) return INVALID;
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return INVALID;
    const escape = bytes[at + 1] ?? 0;
    if (escape === 0x75) {
      for (let i = 2; i < 6; i += 1) if (IS_HEX[bytes[at + i] ?? 0] === 0) return INVALID;
      at += 6;
    } else if (IS_ESCAPE[escape] === 1) at += 2;
    else return INVALID;
  }
}

function skipDigits(bytes: Uint8Array, at: number): number {
  while (IS_DIGIT[bytes[at] ?? 0] === 1) at += 1;
  return at;
}

/** Behind the number at `at`, or `INVALID`. */
function skipNumber(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0x2d) at += 1;
  if (bytes[at] === 0x30) at += 1;
  else {
    const first = at;
    at = skipDigits(bytes, at);
    if (at === first) return INVALID;
  }
  if (bytes[at] === 0x2e) {
    const first = at + 1;
    at = skipDigits(bytes, first);
    if (at === first) return INVALID;
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at += 1;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
    const first = at;
    at = skipDigits(bytes, at);
    if (at === first) return INVALID;
  }
  return at;
}

/** Behind the string, number or literal at `at`, or `INVALID`. */
function skipScalar(bytes: Uint8Array, at: number, end: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return skipString(bytes, at + 1, end);
    case 0x74:
      return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65 ? at + 4 : INVALID;
    case 0x66:
      return bytes[at + 1] === 0x61 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x73 && bytes[at + 4] === 0x65
        ? at + 5
        : INVALID;
    case 0x6e:
      return bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c ? at + 4 : INVALID;
    default:
      return skipNumber(bytes, at);
  }
}

/** Behind the key and the colon at `at` (space allowed between), or `INVALID`. */
function skipKey(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== QUOTE) return INVALID;
  at = skipString(bytes, at + 1, end);
  if (at < 0) return INVALID;
  if (bytes[at] !== COLON) at = skipSpace(bytes, at);
  return bytes[at] === COLON ? skipSpace(bytes, at + 1) : INVALID;
}

/** The deepest nesting that any setting may allow. */
export const DEEPEST = 1000;

/** 1 for each open container that is an object. One for all scans, because a scan never waits or calls another. */
const openObjects = new Uint8Array(DEEPEST + 1);

/**
 * Behind the value at `at`, or `INVALID`, or `TOO_DEEP` where it nests deeper than `levels` (a scalar needs 0).
 * A loop with a byte per open container, so that no input can exhaust the stack.
 */
export function skipValue(bytes: Uint8Array, at: number, end: number, levels: number): number {
  let depth = 0;
  for (;;) {
    const byte = bytes[at];
    if (at < end && (byte === OPEN_OBJECT || byte === OPEN_LIST)) {
      if (depth === levels) return TOO_DEEP;
      depth += 1;
      openObjects[depth] = byte === OPEN_OBJECT ? 1 : 0;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== (byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST)) {
        if (byte === OPEN_OBJECT) at = skipKey(bytes, at, end);
        if (at < 0) return INVALID;
        continue;
      }
    } else {
      at = skipScalar(bytes, at, end);
      if (at < 0 || at > end) return INVALID;
      if (depth === 0) return at;
      at = skipSpace(bytes, at);
    }
    // Behind a value, or at the end of an empty container: close what ends here, then step to the next value.
    for (;;) {
      const inObject = openObjects[depth] === 1;
      if (bytes[at] === (inObject ? CLOSE_OBJECT : CLOSE_LIST)) {
        depth -= 1;
        at += 1;
        if (at > end) return INVALID;
        if (depth === 0) return at;
        at = skipSpace(bytes, at);
      } else if (bytes[at] === COMMA) {
        at = skipSpace(bytes, at + 1);
        if (inObject) at = skipKey(bytes, at, end);
        if (at < 0) return INVALID;
        break;
      } else return INVALID;
    }
  }
}

/**
 * Scans the object at `at` and hands the members that `keys` knows to `sink`, and all of them to `list`.
 * Returns the place behind the object, `INVALID`, or `TOO_DEEP` where it nests deeper than `levels` (itself 1).
 */
export function scanObject(
  bytes: Buffer,
  at: number,
  end: number,
  levels: number,
  keys: KeyTable,
  sink: MemberSink,
  list: MemberList | null,
): number {
  if (bytes[at] !== OPEN_OBJECT) return INVALID;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_OBJECT) return at < end ? at + 1 : INVALID;
  for (;;) {
    const keyStart = at + 1;
    if (bytes[at] !== QUOTE) return INVALID;
    const plainEnd = skipPlain(bytes, keyStart);
    at = skipString(bytes, plainEnd, end);
    if (at < 0) return INVALID;
    const isPlain = at === plainEnd + 1;
    const keyEnd = at;
    const slot = isPlain ? keys.find(bytes, keyStart, plainEnd) : findEscapedKey(bytes, keyStart - 1, at, keys);
    if (bytes[at] !== COLON) at = skipSpace(bytes, at);
    if (bytes[at] !== COLON) return INVALID;
    at += 1;
    if (IS_SPACE[bytes[at] ?? 0] === 1) at = skipSpace(bytes, at);
    const start = at;
    const byte = bytes[at];
    let escaped = false;
    if (byte === QUOTE) {
      const plainEnd = skipPlain(bytes, at + 1);
      escaped = bytes[plainEnd] !== QUOTE;
      at = escaped ? skipString(bytes, plainEnd, end) : plainEnd + 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) at = skipValue(bytes, at, end, levels - 1);
    else at = skipScalar(bytes, at, end);
    if (at < 0) return at;
    if (at > end) return INVALID;
    if (slot >= 0) sink.set(slot, start, at, escaped);
    if (list !== null) list.add(slot, keyStart - 1, keyEnd, start, at);
    if (bytes[at] !== COMMA) {
      at = skipSpace(bytes, at);
      if (bytes[at] === CLOSE_OBJECT) return at < end ? at + 1 : INVALID;
      if (bytes[at] !== COMMA) return INVALID;
    }
    at += 1;
    if (IS_SPACE[bytes[at] ?? 0] === 1) at = skipSpace(bytes, at);
  }
}

/** Calls `visit` with the span of each element of the list at `at`, which a scan has validated before. */
export function eachElement(
  bytes: Uint8Array,
  at: number,
  end: number,
  visit: (start: number, end: number) => void,
): void {
  at = skipSpace(bytes, at + 1);
  while (bytes[at] !== CLOSE_LIST) {
    const start = at;
    at = skipValue(bytes, at, end, DEEPEST);
    if (at < 0) throw new Error("read list: it was valid before");
    visit(start, at);
    at = skipSpace(bytes, at);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
}

/** `[start, end)` is the key with its quotes. */
function findEscapedKey(bytes: Buffer, start: number, end: number, keys: KeyTable): number {
  return keys.findText(JSON.parse(bytes.toString("utf8", start, end)) as string);
}
