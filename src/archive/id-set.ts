/** Ids (32 hex digits) in a fixed piece of memory: 16 bytes each, whatever the number of strings that passed by. */
export interface IdSet {
  readonly size: number;
  /** Adds the id; false where it was there already. Throws a `RangeError` when the set is full. */
  add(id: string): boolean;
  clear(): void;
}

/** Half full at the most, so that a search ends after a step or two. */
const PLACES_PER_ID = 2;
const WORDS = 4;

/** A set for at most `maxIds` ids. Open addressing: an id is the tail of a hash, so it is its own hash value. */
export function createIdSet(maxIds: number): IdSet {
  const places = 2 ** Math.ceil(Math.log2(Math.max(maxIds, 1) * PLACES_PER_ID));
  const words = new Uint32Array(places * WORDS);
  const id = new Uint32Array(WORDS);
  let size = 0;

  return {
    get size() {
      return size;
    },
    add(text) {
      for (let word = 0; word < WORDS; word += 1) id[word] = parseWord(text, word * 8);
      const [first = 0, second = 0, third = 0, fourth = 0] = id;
      for (let place = fourth % places; ; place = (place + 1) % places) {
        const at = place * WORDS;
        // No id is all zeros: that would be a hash of 12 zero bytes.
        if ((words[at] ?? 0) === 0 && (words[at + 1] ?? 0) === 0 && words[at + 2] === 0 && words[at + 3] === 0) {
          if (size === maxIds) throw new RangeError(`add id: the set holds ${maxIds} already`);
          words.set(id, at);
          size += 1;
          return true;
        }
        const isSame =
          words[at] === first && words[at + 1] === second && words[at + 2] === third && words[at + 3] === fourth;
        if (isSame) return false;
      }
    },
    clear() {
      words.fill(0);
      size = 0;
    },
  };
}

/** Eight hex digits as a number, without a string of their own. */
function parseWord(text: string, start: number): number {
  let word = 0;
  for (let at = start; at < start + 8; at += 1) {
    const code = text.charCodeAt(at);
    word = word * 16 + (code < 0x3a ? code - 0x30 : code - 0x57);
  }
  return word;
}
