import { has, LETTERS_AND_DIGITS, latin1, type Text } from "./text.ts";

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
const MASK = "[MASKED ";

/** Whether a value says nothing: it is empty, was masked by somebody already, or is no value at all. */
export function isPlaceholder(text: Text, start: number, end: number): boolean {
  if (start >= end) return true;
  if (end - start <= LONGEST_WORD && WORDS.has(latin1(text, start, end).toLowerCase())) return true;
  return maskEnd(text, start) === end || isOneCharacter(text, start, end);
}

/** Behind the mask that begins at `at`; -1 where there is none. */
export function maskEnd({ bytes, end }: Text, at: number): number {
  for (let i = 0; i < MASK.length; i += 1) if (at + i >= end || bytes[at + i] !== MASK.charCodeAt(i)) return -1;
  const last = Math.min(end, at + LONGEST_MASK);
  for (let i = at + MASK.length; i < last; i += 1) {
    if (bytes[i] === 0x5d) return i + 1;
    if (!has(LETTERS_AND_DIGITS, bytes[i]) && bytes[i] !== 0x5f && bytes[i] !== 0x2e && bytes[i] !== 0x2d) return -1;
  }
  return -1;
}

/** `********`, `xxxxx`, `...` */
function isOneCharacter({ bytes }: Text, start: number, end: number): boolean {
  const first = bytes[start];
  if (first !== 0x2a && first !== 0x2e && first !== 0x78 && first !== 0x58) return false;
  for (let at = start; at < end; at += 1) if (bytes[at] !== first) return false;
  return true;
}
