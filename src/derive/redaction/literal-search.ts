/** Three or four ASCII characters, and what they may be part of. */
export interface Literal<T> {
  readonly text: string;
  /** Whether capital letters will do where it has small ones. */
  readonly isAnyCase: boolean;
  readonly means: T;
}

/** Finds the next of many literals, and looks at less than half of the bytes on its way. */
export interface LiteralSearch<T> {
  /** Place of the last byte of the next literal that ends at `from` or behind it, and before `end`; -1 for none. */
  next(bytes: Uint8Array, from: number, end: number): number;
  /** What `next` has found. */
  readonly found: Literal<T>;
}

/** A window of so many bytes is moved over the text. A shorter literal may have anything in front. */
const WINDOW = 4;
const PAIRS = 65_536;

interface Pattern<T> {
  readonly literal: Literal<T>;
  readonly bytes: Uint8Array;
}

/**
 * The algorithm of Wu and Manber: a table says for each pair of bytes how far the window may move on when it ends with
 * that pair. No byte is read more than four times, whatever the text.
 */
export function createLiteralSearch<T>(literals: readonly [Literal<T>, ...Literal<T>[]]): LiteralSearch<T> {
  const shifts = new Uint8Array(PAIRS).fill(WINDOW - 1);
  const endingWith = new Map<number, Pattern<T>[]>();
  for (const literal of literals) addLiteral(literal, shifts, endingWith);

  const search = {
    found: literals[0],
    next(bytes: Uint8Array, from: number, end: number): number {
      let at = from;
      while (at < end) {
        const pair = ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0);
        const shift = shifts[pair] ?? 1;
        if (shift > 0) {
          at += shift;
          continue;
        }
        for (const { literal, bytes: wanted } of endingWith.get(pair) ?? []) {
          if (!standsBefore(bytes, at + 1, wanted, literal.isAnyCase)) continue;
          search.found = literal;
          return at;
        }
        at += 1;
      }
      return -1;
    },
  };
  return search;
}

function addLiteral<T>(literal: Literal<T>, shifts: Uint8Array, endingWith: Map<number, Pattern<T>[]>): void {
  const bytes = Buffer.from(literal.text, "latin1");
  if (bytes.length < WINDOW - 1 || bytes.length > WINDOW)
    throw new Error(`search: "${literal.text}" has no 3 or 4 bytes`);
  const shorten = (first: number, second: number, shift: number): void => {
    const pair = (first << 8) | second;
    shifts[pair] = Math.min(shifts[pair] ?? 0, shift);
    if (shift === 0) endingWith.set(pair, [...(endingWith.get(pair) ?? []), { literal, bytes }]);
  };
  const casesOf = (byte: number): number[] =>
    literal.isAnyCase && isLetter(byte) ? [byte | 0x20, byte & ~0x20] : [byte];
  if (bytes.length < WINDOW) {
    for (let any = 0; any < 256; any += 1) for (const first of casesOf(bytes[0] ?? 0)) shorten(any, first, WINDOW - 2);
  }
  for (let at = 1; at < bytes.length; at += 1) {
    for (const first of casesOf(bytes[at - 1] ?? 0)) {
      for (const second of casesOf(bytes[at] ?? 0)) shorten(first, second, bytes.length - 1 - at);
    }
  }
}

/** Whether the wanted bytes (in lower case where any case will do) stand right before `end`. */
export function standsBefore(bytes: Uint8Array, end: number, wanted: Uint8Array, isAnyCase: boolean): boolean {
  const start = end - wanted.length;
  if (start < 0) return false;
  for (let at = 0; at < wanted.length; at += 1) {
    const byte = bytes[start + at] ?? 0;
    if (byte !== wanted[at] && !(isAnyCase && isLetter(byte) && (byte | 0x20) === wanted[at])) return false;
  }
  return true;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
