import { isIP } from "node:net";
import { createTimeText } from "../../core/time-text.ts";
import { eachElement } from "../../decode/json-scan.ts";
import { parseDateTime, parseEpoch } from "../../decode/time.ts";
import type { Conversion, FieldType } from "../fields/index-field.ts";
import { convertedValue } from "./conversion.ts";
import { AS_IT_IS, type Fitted, QUOTED } from "./fitted.ts";
import { BARE, kindOf, OBJECT, TEXT, type ValueKind } from "./value-kind.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_F = 0x66;
const LETTER_T = 0x74;
const LETTER_T_UPPER = 0x54;
const LETTER_Z = 0x5a;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

const DATE_LENGTH = '"2020-09-14'.length;
const UTC_LENGTH = '"2020-09-14T09:00:42.123Z"'.length;
/** Digits that a `long` has in any case. */
const SAFE_DIGITS = 18;
const LEAST_LONG = -(2n ** 63n);
const MOST_LONG = 2n ** 63n - 1n;
/** One for all values: it only remembers the day. */
const timeText = createTimeText();
/** A number in JSON's form, as it may stand in a text. */
const LONGEST_NUMBER = 400;

/**
 * What every value of that kind becomes in a field of that type; undefined where it depends on the value. Nothing has to be
 * looked at then.
 */
export function fittedKind(type: FieldType, as: Conversion | null, kind: ValueKind): Fitted | null | undefined {
  if (as !== null) return undefined;
  if (type === "flattened") return kind === OBJECT ? AS_IT_IS : null;
  if (type !== "keyword" && type !== "text") return undefined;
  return kind === TEXT ? AS_IT_IS : kind === BARE ? QUOTED : kind === OBJECT ? null : undefined;
}

/** Fits the JSON value in `[start, end)`, which is not absent, to a type; null where it does not fit. */
export function fittedValue(
  type: FieldType,
  as: Conversion | null,
  bytes: Buffer,
  start: number,
  end: number,
): Fitted | null {
  if (as !== null) return convertedValue(as, bytes, start, end);
  const first = bytes[start] ?? 0;
  const known = fittedKind(type, as, kindOf(first));
  if (known !== undefined) return known;
  switch (type) {
    case "boolean":
      return fittedBoolean(bytes, start, end);
    case "long":
      return fittedLong(bytes, start, end);
    case "double":
      return fittedDouble(bytes, start, end);
    case "date":
      return fittedDate(bytes, start, end);
    case "ip":
      return first === QUOTE ? fittedAddress(bytes, start, end) : null;
    case "text":
      return isListOfTexts(bytes, start, end) ? AS_IT_IS : null;
    default:
      return isListOfScalars(bytes, start, end) ? AS_IT_IS : null;
  }
}

function isListOfScalars(bytes: Buffer, start: number, end: number): boolean {
  return isListOf(bytes, start, end, (first) => first !== OPEN_LIST && first !== OPEN_OBJECT);
}

function isListOfTexts(bytes: Buffer, start: number, end: number): boolean {
  return isListOf(bytes, start, end, (first) => first === QUOTE);
}

function isListOf(bytes: Buffer, start: number, end: number, isMeant: (first: number) => boolean): boolean {
  let areAll = true;
  eachElement(bytes, start, end, (at) => {
    if (!isMeant(bytes[at] ?? 0)) areAll = false;
  });
  return areAll;
}

function fittedBoolean(bytes: Buffer, start: number, end: number): Fitted | null {
  const first = bytes[start];
  if (first === LETTER_T || first === LETTER_F) return AS_IT_IS;
  const text = first === QUOTE && end - start <= '"false"'.length ? bytes.toString("latin1", start + 1, end - 1) : "";
  return text === "true" || text === "false" ? { json: text } : null;
}

/** A whole number: `200`, `"200"`, `200.0`. */
function fittedLong(bytes: Buffer, start: number, end: number): Fitted | null {
  const isText = bytes[start] === QUOTE;
  const from = isText ? start + 1 : start;
  const to = isText ? end - 1 : end;
  if (to - from <= SAFE_DIGITS && isWhole(bytes, from, to)) {
    return isText ? { json: bytes.toString("latin1", from, to) } : AS_IT_IS;
  }
  const text = numberText(bytes, from, to);
  if (text === null) return null;
  const whole = wholeOf(text);
  return whole === null ? null : { json: whole };
}

/** `-12`, and no `012`. */
function isWhole(bytes: Uint8Array, from: number, to: number): boolean {
  let at = bytes[from] === MINUS ? from + 1 : from;
  if (at === to || (bytes[at] === ZERO && at + 1 < to)) return false;
  for (; at < to; at += 1) if ((bytes[at] ?? 0) < ZERO || (bytes[at] ?? 0) > NINE) return false;
  return true;
}

/** Digits of a number that may come with a fraction or exponent; null where it is not whole, or too large. */
function wholeOf(text: string): string | null {
  if (/^-?\d+$/.test(text)) {
    const exact = BigInt(text);
    return exact >= LEAST_LONG && exact <= MOST_LONG ? String(exact) : null;
  }
  const number = Number(text);
  return Number.isSafeInteger(number) ? String(number) : null;
}

function fittedDouble(bytes: Buffer, start: number, end: number): Fitted | null {
  const isText = bytes[start] === QUOTE;
  if (end - start <= SAFE_DIGITS && isDecimal(bytes, start, end)) return AS_IT_IS;
  const text = isText ? numberText(bytes, start + 1, end - 1) : numberText(bytes, start, end);
  if (text === null || !Number.isFinite(Number(text))) return null;
  return isText ? { json: text } : AS_IT_IS;
}

/** A number without exponent, as nearly all are: as it is JSON already, nothing but its bytes has to be looked at. */
function isDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if ((byte < ZERO || byte > NINE) && byte !== POINT && byte !== MINUS) return false;
  }
  return true;
}

/** The text of a JSON number; null for anything else. */
function numberText(bytes: Buffer, from: number, to: number): string | null {
  if (to - from > LONGEST_NUMBER) return null;
  const text = bytes.toString("latin1", from, to);
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? text : null;
}

function fittedDate(bytes: Buffer, start: number, end: number): Fitted | null {
  const isText = bytes[start] === QUOTE;
  const timeMs = isText ? parseDateTime(bytes, start + 1, end - 1) : Number.NaN;
  if (!Number.isNaN(timeMs) && isPlainUtc(bytes, start, end)) return AS_IT_IS;
  const ms = Number.isNaN(timeMs) ? epochMs(bytes, isText ? start + 1 : start, isText ? end - 1 : end) : timeMs;
  return Number.isNaN(ms) ? null : { json: `"${timeText(ms)}"` };
}

/** `2020-09-14T09:00:42.123Z`: as all times of documents are written. */
function isPlainUtc(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start + DATE_LENGTH] === LETTER_T_UPPER && bytes[end - 2] === LETTER_Z && end - start === UTC_LENGTH;
}

function epochMs(bytes: Buffer, from: number, to: number): number {
  return to - from > LONGEST_NUMBER ? Number.NaN : parseEpoch(bytes.toString("latin1", from, to));
}

function fittedAddress(bytes: Buffer, start: number, end: number): Fitted | null {
  for (let at = start; at < end; at += 1) if (bytes[at] === BACKSLASH) return null;
  return isIP(bytes.toString("latin1", start + 1, end - 1)) === 0 ? null : AS_IT_IS;
}
