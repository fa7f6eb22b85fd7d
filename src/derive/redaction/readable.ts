import { isSpace } from "../../decode/json-scan.ts";
import type { Edit } from "./edit.ts";
import type { Text } from "./text.ts";

/**
 * A line without the escapes that could hide something: `\u0067lpat-` reads `glpat-`, `:\/\/` reads `://`. It is only
 * looked at; what is found there is masked where it came from.
 */
interface Readable {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** The place in the line of each byte, and of the end. */
  readonly places: Int32Array;
}

const OPEN_OBJECT = 0x7b;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const QUOTE = 0x22;
const LETTER_U = 0x75;

/** Looks for something in a line as it reads, and says where that is in the line. Null for nothing. */
export function findReadable(
  buffer: Buffer,
  start: number,
  end: number,
  find: (text: Text) => readonly Edit[],
): readonly Edit[] | null {
  let first = start;
  while (first < end && isSpace(buffer, first)) first += 1;
  const isJson = buffer[first] === OPEN_OBJECT;
  const readable = readableOf(buffer, start, end);
  const edits =
    readable === null
      ? find({ bytes: buffer, start, end, isJson })
      : find({ bytes: readable.bytes, start: 0, end: readable.length, isJson }).map((edit) => inLine(edit, readable));
  return edits.length === 0 ? null : edits;
}

/** Null where nothing is escaped but what JSON has no other way to write. */
function readableOf(buffer: Buffer, start: number, end: number): Readable | null {
  const first = buffer.subarray(start, end).indexOf(BACKSLASH);
  if (first < 0 || !hasNeedless(buffer, start + first, end)) return null;
  const bytes = new Uint8Array(end - start);
  const places = new Int32Array(end - start + 1);
  let length = 0;
  const put = (byte: number, place: number): void => {
    bytes[length] = byte;
    places[length] = place;
    length += 1;
  };
  let at = start;
  while (at < end) {
    const run = backslashesAt(buffer, at, end);
    const decoded = run === 0 ? -1 : needlessAt(buffer, at, run, end);
    // In a string within a string all of an even run belongs to the escape.
    const kept = decoded < 0 || run % 2 === 0 ? 0 : run - 1;
    const copied = decoded < 0 ? Math.max(run, 1) : kept;
    for (let i = 0; i < copied; i += 1) put(buffer[at + i] ?? 0, at + i);
    if (decoded < 0) at += copied;
    else {
      if (decoded === QUOTE || decoded === BACKSLASH) put(BACKSLASH, at + kept);
      put(decoded, at + kept);
      at += run + (decoded === SLASH && buffer[at + run] === SLASH ? 1 : 5);
    }
  }
  places[length] = end;
  return { bytes, length, places };
}

/** The same edit in the line. */
function inLine(edit: Edit, { places }: Readable): Edit {
  return { ...edit, start: places[edit.start] ?? 0, end: places[edit.end] ?? 0 };
}

/** Whether the escape at `at` is one of a printable character that writers of JSON do not usually escape. */
export function isUnusual(buffer: Uint8Array, at: number, end: number): boolean {
  const byte = codeAt(buffer, at + 1, end);
  return byte >= 0x20 && byte < 0x7f && byte !== 0x26 && byte !== 0x27 && byte !== 0x3c && byte !== 0x3e;
}

function hasNeedless(buffer: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const run = backslashesAt(buffer, at, end);
    if (run > 0 && needlessAt(buffer, at, run, end) >= 0) return true;
    at += run + 1;
  }
  return false;
}

function backslashesAt(buffer: Buffer, at: number, end: number): number {
  let run = 0;
  while (at + run < end && buffer[at + run] === BACKSLASH) run += 1;
  return run;
}

/** The ASCII character that the run of backslashes at `at` and what follows stand for, or -1. */
function needlessAt(buffer: Buffer, at: number, run: number, end: number): number {
  if (at + run < end && buffer[at + run] === SLASH) return SLASH;
  const byte = codeAt(buffer, at + run, end);
  if (byte < 0x20 || byte > 0x7e) return -1;
  return run % 2 === 0 && (byte === QUOTE || byte === BACKSLASH) ? -1 : byte;
}

/** The number in `u00XX` at `at`, or -1. */
function codeAt(buffer: Uint8Array, at: number, end: number): number {
  if (at + 5 > end || buffer[at] !== LETTER_U || buffer[at + 1] !== 0x30 || buffer[at + 2] !== 0x30) return -1;
  const high = hexValue(buffer[at + 3]);
  const low = hexValue(buffer[at + 4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexValue(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
