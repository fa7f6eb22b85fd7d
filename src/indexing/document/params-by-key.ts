import { eachMember, type MemberVisitor } from "../../decode/json-members.ts";
import { eachElement } from "../../decode/json-scan.ts";
import type { DocumentText } from "./document-text.ts";

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const POINT = 0x2e;

/** What stands where GitLab cut the list: `{"key":"truncated","value":"..."}`, or only the text. */
const CUT = Buffer.from('"..."');
const CUT_KEY = Buffer.from('"truncated"');
const KEY = Buffer.from('"key"');
const VALUE = Buffer.from('"value"');

/**
 * Writes the JSON list of `{key, value}` in `[start, end)` as one object. False where an element is anything else: then
 * it is no such list, and what is written says nothing.
 */
export function writeByKey(text: DocumentText, bytes: Buffer, start: number, end: number): boolean {
  let isSuch = true;
  text.openObject();
  eachElement(bytes, start, end, (from, to) => {
    isSuch &&= bytes[from] === OPEN_OBJECT ? writePair(text, bytes, from, to) : writeCut(text, bytes, from, to);
  });
  text.closeObject();
  return isSuch;
}

function writePair(text: DocumentText, bytes: Buffer, from: number, to: number): boolean {
  pair.begin(bytes);
  eachMember(bytes, from, to, pair);
  if (!pair.isPair || pair.keyStart < 0 || pair.valueStart < 0) return false;
  text.member("", bytes, pair.keyStart, pair.keyEnd, pair.valueStart, pair.valueEnd);
  return true;
}

function writeCut(text: DocumentText, bytes: Buffer, from: number, to: number): boolean {
  if (bytes[from + 1] !== POINT || !isSame(CUT, bytes, from, to)) return false;
  text.member("", CUT_KEY, 0, CUT_KEY.length, 0, 0);
  text.bytes(CUT, 0, CUT.length);
  return true;
}

function isSame(wanted: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== wanted.length) return false;
  for (let at = 0; at < wanted.length; at += 1) if (bytes[from + at] !== wanted[at]) return false;
  return true;
}

/** The two members of one element. One for all: it is used between two lines of code. */
class Pair implements MemberVisitor {
  isPair = true;
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  #bytes: Buffer = CUT;

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.isPair = true;
    this.keyStart = -1;
    this.valueStart = -1;
  }

  visit(keyStart: number, keyEnd: number, _isPlain: boolean, start: number, end: number): void {
    const bytes = this.#bytes;
    if (bytes[start] === QUOTE && isSame(KEY, bytes, keyStart, keyEnd)) {
      this.keyStart = start;
      this.keyEnd = end;
    } else if (isSame(VALUE, bytes, keyStart, keyEnd)) {
      this.valueStart = start;
      this.valueEnd = end;
    } else this.isPair = false;
  }
}

const pair = new Pair();
