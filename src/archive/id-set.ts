import { ID_WORDS } from "../segment/meta.ts";

/** Ids in a piece of memory, 16 bytes each. */
export interface IdSet {
  readonly size: number;
  /** Adds the id in the words from `start` on; false where it was there already. Throws a `RangeError` when full. */
  add(ids: Int32Array, start: number): boolean;
  has(ids: Int32Array, start: number): boolean;
  clear(): void;
}

const WORD_DIGITS = 8;

/** The n-th 32-bit word of lower-case hex digits. */
export function hexWord(text: string, word: number): number {
  let value = 0;
  for (let at = word * WORD_DIGITS; at < (word + 1) * WORD_DIGITS; at += 1) {
    const unit = text.charCodeAt(at);
    value = (value << 4) | (unit - (unit < 0x3a ? 0x30 : 0x57));
  }
  return value;
}

/** A set of these ids, 32 hex digits each. */
export function idSetOf(ids: Iterable<string>): IdSet {
  const set = createGrowingIdSet();
  const words = new Int32Array(ID_WORDS);
  for (const id of ids) {
    for (let word = 0; word < ID_WORDS; word += 1) words[word] = hexWord(id, word);
    set.add(words, 0);
  }
  return set;
}

/** Half full at the most, so that a search ends after a step or two. */
const PLACES_PER_ID = 2;
/** What a set that grows begins with. */
const FIRST_IDS = 1024;

/** A set for at most `maxIds` ids, in memory that is taken at once. */
export function createIdSet(maxIds: number): IdSet {
  return idSet(maxIds, false);
}

/** A set that takes twice the memory whenever it is full: 32 to 64 bytes for each id. */
export function createGrowingIdSet(): IdSet {
  return idSet(FIRST_IDS, true);
}

/** Open addressing: an id is the tail of a hash, so it is its own hash value. */
function idSet(firstIds: number, grows: boolean): IdSet {
  let maxIds = firstIds;
  let places = 2 ** Math.ceil(Math.log2(Math.max(maxIds, 1) * PLACES_PER_ID));
  let words = new Int32Array(places * ID_WORDS);
  let size = 0;

  // No id is all zeros: that would be a hash of 12 zero bytes.
  const isTaken = (at: number): boolean =>
    words[at + 3] !== 0 || words[at + 2] !== 0 || words[at + 1] !== 0 || words[at] !== 0;

  /** Where the id is, or the free place where it belongs. */
  const placeOf = (ids: Int32Array, start: number): number => {
    const first = ids[start];
    const second = ids[start + 1];
    const third = ids[start + 2];
    const fourth = ids[start + 3] ?? 0;
    for (let place = fourth & (places - 1); ; place = (place + 1) & (places - 1)) {
      const at = place * ID_WORDS;
      if (!isTaken(at)) return at;
      const isSame =
        words[at + 3] === fourth && words[at + 2] === third && words[at + 1] === second && words[at] === first;
      if (isSame) return at;
    }
  };

  const put = (at: number, ids: Int32Array, start: number): void => {
    for (let word = 0; word < ID_WORDS; word += 1) words[at + word] = ids[start + word] ?? 0;
  };

  const grow = (): void => {
    const smaller = words;
    maxIds *= 2;
    places *= 2;
    words = new Int32Array(places * ID_WORDS);
    for (let at = 0; at < smaller.length; at += ID_WORDS) {
      const isThere = smaller[at + 3] !== 0 || smaller[at + 2] !== 0 || smaller[at + 1] !== 0 || smaller[at] !== 0;
      if (isThere) put(placeOf(smaller, at), smaller, at);
    }
  };

  return {
    get size() {
      return size;
    },
    add(ids, start) {
      const at = placeOf(ids, start);
      if (isTaken(at)) return false;
      if (size === maxIds && !grows) throw new RangeError(`add id: the set holds ${maxIds} already`);
      if (size === maxIds) grow();
      put(placeOf(ids, start), ids, start);
      size += 1;
      return true;
    },
    has: (ids, start) => isTaken(placeOf(ids, start)),
    clear() {
      words.fill(0);
      size = 0;
    },
  };
}
