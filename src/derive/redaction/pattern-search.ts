import type { ByteSet } from "./text.ts";

/** Four bytes, each of a set, and what they may be part of. */
export interface SearchedPattern<T> {
  readonly sets: readonly ByteSet[];
  readonly means: T;
}

/** Finds the next of many patterns, and looks at two bytes of three on its way. */
export interface PatternSearch<T> {
  /** Where the next pattern begins, at `from` or behind it; it ends before `end`. -1 for none. */
  next(bytes: Uint8Array, from: number, end: number): number;
  /** What begins where `next` has said. */
  readonly found: readonly T[];
}

const LENGTH = 4;
/** Every third pair of bytes is looked at: of the three pairs of a pattern, one is among them. */
const STRIDE = LENGTH - 1;
const PAIRS = 65_536;
/** Sparse, so that what is not there is seldom compared with what is. */
const PLACES_PER_WORD = 8;

/**
 * A table says for each pair of bytes where in patterns it stands, and where it does, the four bytes are looked up as
 * one number. The steps do not depend on each other, which is what a processor is fast at; there is one for each three
 * bytes, and one for each find.
 */
export function createPatternSearch<T>(patterns: readonly SearchedPattern<T>[]): PatternSearch<T> {
  const words = new Map<number, T[]>();
  for (const { sets, means } of patterns) {
    for (const word of wordsOf(sets)) words.set(word, [...(words.get(word) ?? []), means]);
  }
  const table = createWordTable(words);
  // A bit for each of the three offsets; bytes, so that the table stays in the processor's nearest memory.
  const offsets = offsetsOf(words.keys());

  let found: readonly T[] = [];
  return {
    get found() {
      return found;
    },
    next(bytes, from, end) {
      const lastStart = end - LENGTH;
      for (let at = from; at + 1 < end; at += STRIDE) {
        const known = offsets[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] ?? 0;
        if (known === 0) continue;
        // The pattern that begins first is found first.
        for (let offset = STRIDE - 1; offset >= 0; offset -= 1) {
          const start = at - offset;
          if ((known & (1 << offset)) === 0 || start < from || start > lastStart) continue;
          const means = table(wordAt(bytes, start));
          if (means === null) continue;
          found = means;
          return start;
        }
      }
      return -1;
    },
  };
}

function wordAt(bytes: Uint8Array, at: number): number {
  const front = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16);
  return front | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

/** All texts that the pattern stands for. */
function wordsOf(sets: readonly ByteSet[]): number[] {
  if (sets.length !== LENGTH) throw new Error(`search: a pattern has ${sets.length} bytes`);
  let words = [0];
  for (const set of sets) {
    const members = [...set.keys()].filter((byte) => set[byte] === 1);
    words = words.flatMap((word) => members.map((byte) => (word << 8) | byte));
  }
  return words;
}

function offsetsOf(words: Iterable<number>): Uint8Array {
  const offsets = new Uint8Array(PAIRS);
  for (const word of words) {
    for (let offset = 0; offset < STRIDE; offset += 1) {
      const pair = (word >>> (8 * (STRIDE - 1 - offset))) & (PAIRS - 1);
      offsets[pair] = (offsets[pair] ?? 0) | (1 << offset);
    }
  }
  return offsets;
}

/** Gives what a word means, or null. A map would take several times as long to say that it does not have it. */
function createWordTable<T>(words: ReadonlyMap<number, readonly T[]>): (word: number) => readonly T[] | null {
  const bits = Math.ceil(Math.log2(words.size * PLACES_PER_WORD + 1));
  const placeOf = (word: number): number => Math.imul(word, 0x9e3779b1) >>> (32 - bits);
  const means: (readonly T[])[] = [];
  const keys = new Int32Array(2 ** bits);
  const numbers = new Uint16Array(2 ** bits);
  for (const [word, meaning] of words) {
    let place = placeOf(word);
    while (numbers[place] !== 0) place = (place + 1) & (keys.length - 1);
    means.push(meaning);
    keys[place] = word;
    numbers[place] = means.length;
  }
  return (word) => {
    for (let place = placeOf(word); ; place = (place + 1) & (keys.length - 1)) {
      const number = numbers[place] ?? 0;
      if (number === 0) return null;
      if (keys[place] === word) return means[number - 1] ?? null;
    }
  };
}
