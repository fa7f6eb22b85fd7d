import { ID_WORDS } from "../segment/meta.ts";

/** Ids in a fixed piece of memory, 16 bytes each. */
export interface IdSet {
  readonly size: number;
  /** Adds the id in the words from `start` on; false where it was there already. Throws a `RangeError` when full. */
  add(ids: Int32Array, start: number): boolean;
  clear(): void;
}

/** Half full at the most, so that a search ends after a step or two. */
const PLACES_PER_ID = 2;

/** A set for at most `maxIds` ids. Open addressing: an id is the tail of a hash, so it is its own hash value. */
export function createIdSet(maxIds: number): IdSet {
  const places = 2 ** Math.ceil(Math.log2(Math.max(maxIds, 1) * PLACES_PER_ID));
  const words = new Int32Array(places * ID_WORDS);
  let size = 0;

  return {
    get size() {
      return size;
    },
    add(ids, start) {
      const first = ids[start] ?? 0;
      const second = ids[start + 1] ?? 0;
      const third = ids[start + 2] ?? 0;
      const fourth = ids[start + 3] ?? 0;
      for (let place = fourth & (places - 1); ; place = (place + 1) & (places - 1)) {
        const at = place * ID_WORDS;
        // No id is all zeros: that would be a hash of 12 zero bytes.
        if (words[at + 3] === 0 && words[at + 2] === 0 && words[at + 1] === 0 && words[at] === 0) {
          if (size === maxIds) throw new RangeError(`add id: the set holds ${maxIds} already`);
          words[at] = first;
          words[at + 1] = second;
          words[at + 2] = third;
          words[at + 3] = fourth;
          size += 1;
          return true;
        }
        const isSame =
          words[at + 3] === fourth && words[at + 2] === third && words[at + 1] === second && words[at] === first;
        if (isSame) return false;
      }
    },
    clear() {
      words.fill(0);
      size = 0;
    },
  };
}
