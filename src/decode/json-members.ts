import { DEEPEST, skipSpace, skipString, skipValue } from "./json-scan.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const CLOSE_OBJECT = 0x7d;

/** Is given the members of an object, one after another. */
export interface MemberVisitor {
  /**
   * `[keyStart, keyEnd)` is the key with its quotes, `isPlain` where no escape is in it; `[start, end)` is the text of
   * the value.
   */
  visit(keyStart: number, keyEnd: number, isPlain: boolean, start: number, end: number): void;
}

/** Hands each member of the object at `at` to `visitor`, in order. The object was found valid before. */
export function eachMember(bytes: Uint8Array, at: number, end: number, visitor: MemberVisitor): void {
  at = skipSpace(bytes, skipSpace(bytes, at) + 1);
  while (bytes[at] !== CLOSE_OBJECT) {
    const keyStart = at;
    at += 1;
    while (bytes[at] !== QUOTE && bytes[at] !== BACKSLASH && at < end) at += 1;
    const isPlain = bytes[at] === QUOTE;
    const keyEnd = isPlain ? at + 1 : skipString(bytes, at, end);
    at = bytes[keyEnd] === COLON ? keyEnd : skipSpace(bytes, keyEnd);
    const start = skipSpace(bytes, at + 1);
    at = skipValue(bytes, start, end, DEEPEST);
    if (keyEnd < 0 || at < 0) throw new Error("read members: the object was valid before");
    visitor.visit(keyStart, keyEnd, isPlain, start, at);
    at = skipSpace(bytes, at);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
}
