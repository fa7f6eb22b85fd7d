/** Finds the slot of a key by its bytes, without making a string of it. */
export interface KeyTable {
  /** Slot of the key in `[start, end)`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number;
  /** Slot of a key that had to be decoded, or -1. */
  findText(key: string): number;
}

/** Sparse, so that most keys which nobody asked for meet an empty place and are not compared at all. */
const PLACES_PER_KEY = 16;

/** A hash table over bytes: a key is hashed by its length and four of its bytes, then compared. */
export function createKeyTable(slots: ReadonlyMap<string, number>): KeyTable {
  const keys = [...slots.keys()].map((key) => Buffer.from(key, "utf8"));
  const slotOfKey = Int32Array.from(slots.values());
  const size = 2 ** Math.ceil(Math.log2(keys.length * PLACES_PER_KEY + 1));
  const firstKey = new Int32Array(size).fill(-1);
  const nextKey = new Int32Array(keys.length).fill(-1);
  for (const [index, key] of keys.entries()) {
    const place = keyHash(key, 0, key.length) & (size - 1);
    nextKey[index] = firstKey[place] ?? -1;
    firstKey[place] = index;
  }
  return {
    find(bytes, start, end) {
      // Its hash would be made of what stands around it.
      if (start === end) return slots.get("") ?? -1;
      let index = firstKey[keyHash(bytes, start, end) & (size - 1)] ?? -1;
      while (index >= 0) {
        if (sameBytes(keys[index], bytes, start, end)) return slotOfKey[index] ?? -1;
        index = nextKey[index] ?? -1;
      }
      return -1;
    },
    findText: (key) => slots.get(key) ?? -1,
  };
}

function keyHash(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const first = bytes[start] ?? 0;
  const early = bytes[start + (length >> 2)] ?? 0;
  const middle = bytes[start + (length >> 1)] ?? 0;
  const last = bytes[end - 1] ?? 0;
  const mixed = Math.imul(length ^ (first << 5) ^ (early << 11) ^ (middle << 17) ^ (last << 23), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function sameBytes(key: Uint8Array | undefined, bytes: Uint8Array, start: number, end: number): boolean {
  if (key === undefined || key.length !== end - start) return false;
  for (let i = 0; i < key.length; i += 1) if (key[i] !== bytes[start + i]) return false;
  return true;
}
