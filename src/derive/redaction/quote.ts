import { backslashesBefore, type Text } from "./text.ts";

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;

/** A quote of a text: `"` of JSON, `\"` of JSON within a string, and so on by level; or an apostrophe. */
export interface Mark {
  readonly byte: number;
  /** 0 for `"`, 1 for `\"`, 2 for `\\\"`. */
  readonly level: number;
  /** Behind the quote. */
  readonly end: number;
}

/** The quote at `at`, with the backslashes in front. */
export function markAt({ bytes, end }: Text, at: number): Mark | null {
  let quote = at;
  while (quote < end && bytes[quote] === BACKSLASH) quote += 1;
  if (quote >= end) return null;
  if (bytes[quote] === APOSTROPHE && quote === at) return { byte: APOSTROPHE, level: 0, end: quote + 1 };
  return bytes[quote] === QUOTE ? { byte: QUOTE, level: levelOf(quote - at), end: quote + 1 } : null;
}

/** A quote of this level. */
export function quoteOf(level: number): string {
  return `${"\\".repeat(2 ** level - 1)}"`;
}

/** Each level of strings doubles the backslashes of the one within; those beyond that are part of the text. */
function levelOf(backslashes: number): number {
  let level = 0;
  for (let rest = backslashes; rest % 2 === 1; rest = (rest - 1) / 2) level += 1;
  return level;
}

/** Where the string ends that this quote opens: before its closing quote, or one of a string around it, or at the end. */
export function stringEnd(text: Text, open: Mark): number {
  const { bytes, end } = text;
  for (let at = open.end; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === APOSTROPHE && open.byte === APOSTROPHE) return at;
    if (byte !== QUOTE) continue;
    const level = levelOf(Math.min(backslashesBefore(text, at), at - open.end));
    if (open.byte === APOSTROPHE || level <= open.level) return at - (2 ** level - 1);
  }
  return end;
}
