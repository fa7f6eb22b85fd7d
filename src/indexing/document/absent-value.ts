import { skipSpace } from "../../decode/json-scan.ts";

const QUOTE = 0x22;
const LETTER_N = 0x6e;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** True where the JSON value in `[start, end)` says nothing that could be searched: `null`, `""`, `{}` and `[]`. */
export function isAbsentValue(bytes: Uint8Array, start: number, end: number): boolean {
  switch (bytes[start]) {
    case QUOTE:
      return end === start + 2;
    case LETTER_N:
      return true;
    case OPEN_OBJECT:
      return bytes[skipSpace(bytes, start + 1)] === CLOSE_OBJECT;
    case OPEN_LIST:
      return bytes[skipSpace(bytes, start + 1)] === CLOSE_LIST;
    default:
      return false;
  }
}
