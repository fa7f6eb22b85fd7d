import { MASK } from "./edit.ts";
import { byteSet, has, LETTERS_AND_DIGITS, latin1, standsAt, type Text } from "./text.ts";

const WORDS = new Set([
  "[filtered]",
  "[redacted]",
  "[masked]",
  "[removed]",
  "<redacted>",
  "<filtered>",
  "%5bfiltered%5d",
  "true",
  "false",
  "null",
  "nil",
  "none",
  "undefined",
]);
const LONGEST_WORD = 14;
const LONGEST_MASK = 128;
/** How GitLab masks itself. */
const RAILS_MASK = "[FILTERED]";
const OPEN_BRACKET = 0x5b;
const ASTERISK = 0x2a;
const FILLERS = byteSet(".xX-");
const LEAST_FILLERS = 3;

/** Whether a value says nothing: it is empty, was masked by somebody already, or is no value at all. */
export function isPlaceholder(text: Text, start: number, end: number): boolean {
  if (start >= end) return true;
  if (end - start <= LONGEST_WORD && WORDS.has(latin1(text, start, end).toLowerCase())) return true;
  return masksEnd(text, start) === end || isOneCharacter(text, start, end);
}

/** Behind the masks that stand at `at` one behind the other; `at` where there is none. */
export function masksEnd(text: Text, at: number): number {
  for (let end = maskEnd(text, at); end > 0; end = maskEnd(text, at)) at = end;
  return at;
}

function maskEnd(text: Text, at: number): number {
  const { bytes, end } = text;
  if (at >= end || bytes[at] !== OPEN_BRACKET) return -1;
  if (standsAt(text, at, RAILS_MASK)) return at + RAILS_MASK.length;
  if (!standsAt(text, at, MASK)) return -1;
  const last = Math.min(end, at + LONGEST_MASK);
  for (let i = at + MASK.length; i < last; i += 1) {
    if (bytes[i] === 0x5d) return i + 1;
    if (!has(LETTERS_AND_DIGITS, bytes[i]) && bytes[i] !== 0x5f && bytes[i] !== 0x2e && bytes[i] !== 0x2d) return -1;
  }
  return -1;
}

/** `********`, or a few and more of other letters that stand for something. */
function isOneCharacter({ bytes }: Text, start: number, end: number): boolean {
  const first = bytes[start];
  if (first !== ASTERISK && (end - start < LEAST_FILLERS || !has(FILLERS, first))) return false;
  for (let at = start; at < end; at += 1) if (bytes[at] !== first) return false;
  return true;
}
