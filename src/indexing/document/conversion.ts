import { isIP } from "node:net";
import type { Conversion } from "../fields/index-field.ts";
import { AS_IT_IS, BY_KEY, type Fitted, QUOTED } from "./fitted.ts";

const QUOTE = 0x22;
const HASH = 0x23;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const QUESTION_MARK = 0x3f;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const FIRST_NOT_ASCII = 0x80;

/** Longer texts are none of what is converted. */
const LONGEST_CONVERTED = 16_384;
const MS_PER_S = 1000;
const NS_PER_MS = 1_000_000;
const NS_PER_S = 1_000_000_000;
const FIRST_FAILURE = 400;
/** What Sidekiq does where a worker says only that it may be tried again. */
const USUAL_RETRIES = 25;
const SUCCESS: Fitted = { text: "success" };
const FAILURE: Fitted = { text: "failure" };
/** Digits that every number has exactly. */
const EXACT_DIGITS = 15;

/** Seconds in the units of Go's durations; the micro sign and the Greek letter look alike. */
const UNITS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  "\u00b5s": 1e-6,
  "\u03bcs": 1e-6,
  ns: 1e-9,
};

const OF_INTEGER = bytesWhere((byte) => isDigit(byte) || byte === MINUS);
const OF_NUMBER = bytesWhere((byte) => isDigit(byte) || byte === MINUS || byte === POINT);
const OF_PATH = bytesWhere((byte) => byte !== QUESTION_MARK && byte !== HASH && byte !== BACKSLASH);
const OF_LOWER = bytesWhere(
  (byte) => !(byte >= UPPER_A && byte <= UPPER_Z) && byte !== BACKSLASH && byte < FIRST_NOT_ASCII,
);

function bytesWhere(isMeant: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_none, byte) => (isMeant(byte) ? 1 : 0));
}

/** What a conversion makes of the value in `[start, end)`; null where it is not for that value. */
export function convertedValue(as: Conversion, bytes: Buffer, start: number, end: number): Fitted | null {
  if (as === "by_key") return bytes[start] === OPEN_LIST ? BY_KEY : bytes[start] === OPEN_OBJECT ? AS_IT_IS : null;
  if (isDone(as, bytes, start, end)) return bytes[start] === QUOTE ? AS_IT_IS : as === "s" ? AS_IT_IS : QUOTED;
  if (as === "s_to_ns" || as === "ms_to_ns") {
    const number = decimalIn(bytes, start, end);
    if (!Number.isNaN(number)) return wholeOf(number * (as === "s_to_ns" ? NS_PER_S : NS_PER_MS));
  }
  const text = scalarText(bytes, start, end);
  return text === null ? null : convertedText(as, text);
}

/** True where the bytes are already what the conversion would make of them, as is usual: nothing is made of them then. */
function isDone(as: Conversion, bytes: Uint8Array, start: number, end: number): boolean {
  const isText = bytes[start] === QUOTE;
  switch (as) {
    case "s":
      return !isText && end - start <= EXACT_DIGITS && hasOnly(bytes, start, end, OF_NUMBER);
    case "user_id":
      return !isText && end - start <= EXACT_DIGITS && hasOnly(bytes, start, end, OF_INTEGER);
    case "path":
      return isText && hasOnly(bytes, start + 1, end - 1, OF_PATH);
    case "lower":
      return isText && hasOnly(bytes, start + 1, end - 1, OF_LOWER);
    case "address":
      return isText && hasOnly(bytes, start + 1, end - 1, OF_NUMBER);
    case "ip":
      return isText && isIpv4(bytes, start + 1, end - 1);
    default:
      return false;
  }
}

/** A plain number without sign or exponent, of so few digits that it is exact; NaN for anything else. */
function decimalIn(bytes: Uint8Array, start: number, end: number): number {
  let digits = 0;
  let whole = 0;
  let scale = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === POINT && scale === 0 && digits > 0) scale = 1;
    else if (isDigit(byte)) {
      whole = whole * 10 + byte - ZERO;
      digits += 1;
      scale *= 10;
    } else return Number.NaN;
  }
  // Both are exact, and so their quotient is the number nearest to the decimal, as any parser gives it.
  return digits > EXACT_DIGITS || bytes[end - 1] === POINT ? Number.NaN : whole / Math.max(scale, 1);
}

/** `meant` has 1 for each byte that may stand there. */
function hasOnly(bytes: Uint8Array, start: number, end: number, meant: Uint8Array): boolean {
  for (let at = start; at < end; at += 1) if (meant[bytes[at] ?? 0] === 0) return false;
  return true;
}

/** Four numbers up to 255, without zeros before them: the form that nearly all addresses have. */
function isIpv4(bytes: Uint8Array, start: number, end: number): boolean {
  let numbers = 0;
  let at = start;
  while (numbers < 4) {
    const first = at;
    let value = 0;
    for (; at < end && at < first + 3 && isDigit(bytes[at] ?? 0); at += 1) value = value * 10 + (bytes[at] ?? 0) - ZERO;
    if (at === first || value > 255 || (bytes[first] === ZERO && at > first + 1)) return false;
    numbers += 1;
    if (numbers < 4) {
      if (bytes[at] !== POINT) return false;
      at += 1;
    }
  }
  return at === end;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function convertedText(as: Exclude<Conversion, "by_key">, text: string): Fitted | null {
  switch (as) {
    case "s":
      return numberOf(scaled(text, 1, 1));
    case "ms":
      return numberOf(scaled(text, 1 / MS_PER_S, 1));
    case "s_to_ns":
      return wholeOf(scaled(text, NS_PER_S, NS_PER_S));
    case "ms_to_ns":
      return wholeOf(scaled(text, NS_PER_MS, NS_PER_S));
    case "address":
      return textOf(firstAddress(text));
    case "ip": {
      const address = firstAddress(text);
      return isIP(address) === 0 ? null : { text: address };
    }
    case "lower":
      return textOf(text.toLowerCase());
    case "path":
      return textOf(withoutQuery(text));
    case "http_version":
      return textOf(/^HTTP\/(\d+(?:\.\d+)?)$/i.exec(text)?.[1] ?? "");
    case "user_id":
      return textOf(/^(?:user-)?(-?\d{1,40})(?:\.0+)?$/.exec(text)?.[1] ?? "");
    case "retries":
      return retriesOf(text);
    case "http_outcome":
      return /^\d{3}(?:\.0+)?$/.test(text) ? outcome(Number(text) < FIRST_FAILURE) : null;
    case "job_outcome":
      return text === "done" || text === "fail" ? outcome(text === "done") : null;
    case "grpc_outcome":
      return outcome(text === "OK");
  }
}

/** A text, or the JSON of a number or boolean; null for anything else. */
function scalarText(bytes: Buffer, start: number, end: number): string | null {
  const first = bytes[start];
  if (first === OPEN_LIST || first === OPEN_OBJECT || end - start > LONGEST_CONVERTED) return null;
  if (first !== QUOTE) return bytes.toString("latin1", start, end);
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === BACKSLASH || byte >= FIRST_NOT_ASCII) return JSON.parse(bytes.toString("utf8", start, end)) as string;
  }
  return bytes.toString("latin1", start + 1, end - 1);
}

function textOf(text: string): Fitted | null {
  return text === "" ? null : { text };
}

function retriesOf(text: string): Fitted | null {
  if (text === "false") return { json: "0" };
  if (text === "true") return { json: String(USUAL_RETRIES) };
  return /^\d{1,9}$/.test(text) ? { json: text } : null;
}

function outcome(isGood: boolean): Fitted {
  return isGood ? SUCCESS : FAILURE;
}

/** The number times `factor`, or a duration of Go, which says its unit, times `perSecond`. NaN for anything else. */
function scaled(text: string, factor: number, perSecond: number): number {
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return Number(text) * factor;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?|\.\d+)(h|ms|m|us|\u00b5s|\u03bcs|ns|s)/gy)];
  const length = parts.reduce((sum, [part]) => sum + part.length, 0);
  if (parts.length === 0 || length !== text.length) return Number.NaN;
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ""] ?? 0), 0) * perSecond;
}

/** Without the noise of binary fractions: 74 ms are 0.074 s. */
function numberOf(value: number): Fitted | null {
  return Number.isFinite(value) ? { json: String(Number(value.toPrecision(EXACT_DIGITS))) } : null;
}

function wholeOf(value: number): Fitted | null {
  const whole = Math.round(value);
  return Number.isSafeInteger(whole) ? { json: String(whole) } : null;
}

/** Of `203.0.113.10, 127.0.0.1`, `203.0.113.10:0` and `[::1]:80`. */
function firstAddress(text: string): string {
  const comma = text.indexOf(",");
  const first = (comma < 0 ? text : text.slice(0, comma)).trim();
  if (first.startsWith("[")) return /^\[([0-9a-fA-F:.]+)\](?::\d+)?$/.exec(first)?.[1] ?? first;
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(first)?.[1] ?? first;
}

function withoutQuery(url: string): string {
  const mark = url.search(/[?#]/);
  return mark < 0 ? url : url.slice(0, mark);
}
