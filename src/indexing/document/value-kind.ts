/** What a JSON value is, told by its first byte. */
export type ValueKind = typeof TEXT | typeof LIST | typeof OBJECT | typeof BARE;

export const TEXT = 1;
export const LIST = 2;
export const OBJECT = 3;
/** A number, `true` or `false`. */
export const BARE = 4;

const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

const KINDS = new Uint8Array(256).fill(BARE);
KINDS[QUOTE] = TEXT;
KINDS[OPEN_LIST] = LIST;
KINDS[OPEN_OBJECT] = OBJECT;

/** `first` is the first byte of a value that is not `null`. */
export function kindOf(first: number): ValueKind {
  return KINDS[first] as ValueKind;
}
