import type { Pseudonyms } from "../pseudonym.ts";
import { type Address, parseAddress, pseudonymAddress, truncated } from "./address.ts";
import type { Edit } from "./edit.ts";
import { findReadable } from "./readable.ts";
import { beginsWord, byteAt, byteSet, has, isOutsideEscape, LETTERS, latin1, skipSet, type Text } from "./text.ts";

const DOT = 0x2e;
const COLON = 0x3a;
const HYPHEN = 0x2d;
const SLASH = 0x2f;
const AT_SIGN = 0x40;

const PARTS = byteSet("0-9a-fA-F:.");
const WORD = byteSet("0-9a-zA-Z_");
const PRODUCT = byteSet("0-9a-zA-Z_.+-");
const BEFORE_PRODUCT = byteSet(" (\"'");
const LONGEST_PRODUCT = 40;
const SHORTEST = 3;
const LONGEST = 45;

/** What an address becomes; null where it stays. */
type Treat = (address: Address) => string | null;

/** Finds IP addresses wherever they stand in a line, and says what stands there instead. */
export function createAddressFinder(
  treatment: "truncate" | "pseudonym",
  pseudonyms: Pick<Pseudonyms, "address"> | null,
): (buffer: Buffer, start: number, end: number) => readonly Edit[] | null {
  const pseudonymOf = (text: string): string => {
    if (pseudonyms === null) throw new Error("redact addresses: there is no key for pseudonyms");
    return pseudonyms.address(text);
  };
  const treat: Treat = treatment === "truncate" ? truncated : (address) => pseudonymAddress(address, pseudonymOf);
  return (buffer, start, end) => findReadable(buffer, start, end, (text) => collect(text, treat));
}

function collect(text: Text, treat: Treat): readonly Edit[] {
  const edits: Edit[] = [];
  for (let at = text.start; at < text.end; at += 1) {
    if (!has(PARTS, text.bytes[at])) continue;
    const end = skipSet(text, at, PARTS);
    if (end - at >= SHORTEST) edits.push(...addressesIn(text, at, end, treat));
    at = end;
  }
  return edits;
}

/** Those in a run of digits, colons and dots: the whole, or with ports and colons around. */
function addressesIn(text: Text, start: number, end: number, treat: Treat): readonly Edit[] {
  const whole = addressAt(text, start, end, treat);
  if (whole !== null) return whole === "none" ? [] : [whole];
  const edits: Edit[] = [];
  for (let at = start; at < end; ) {
    let behind = at;
    while (behind < end && text.bytes[behind] !== COLON) behind += 1;
    const edit = addressAt(text, at, behind, treat);
    if (edit !== null && edit !== "none") edits.push(edit);
    at = behind + 1;
  }
  return edits;
}

/** Null where `[start, end)`, without full stops at its end, is no address; "none" for one that stays. */
function addressAt(text: Text, start: number, end: number, treat: Treat): Edit | "none" | null {
  while (end > start && text.bytes[end - 1] === DOT) end -= 1;
  if (end - start < SHORTEST || end - start > LONGEST || !isOutsideEscape(text, start)) return null;
  if (!beginsWord(text, start, WORD) || has(WORD, byteAt(text, end))) return null;
  const address = parseAddress(latin1(text, start, end));
  if (address === null) return null;
  if (address.version === 4 && isVersion(text, start, end)) return "none";
  const instead = treat(address);
  if (instead === null) return "none";
  const needsBrackets = address.version === 4 && instead.includes(":") && isInUrl(text, start, end);
  return { start, end, text: needsBrackets ? `[${instead}]` : instead, kind: "address" };
}

/** Where a colon would be taken for that of a port. */
function isInUrl(text: Text, start: number, end: number): boolean {
  if (byteAt(text, end) === COLON) return true;
  return start > text.start && (text.bytes[start - 1] === SLASH || text.bytes[start - 1] === AT_SIGN);
}

/** `Chrome/4.0.249.0`, `gitlab-13.3.1.2`, `1.2.3.4-beta` are versions. A path (`/hosts/192.0.2.1`) has none. */
function isVersion(text: Text, start: number, end: number): boolean {
  const { bytes } = text;
  if (byteAt(text, end) === HYPHEN && has(LETTERS, byteAt(text, end + 1))) return true;
  if (start <= text.start) return false;
  if (bytes[start - 1] === HYPHEN) return start - 1 > text.start && has(LETTERS, bytes[start - 2]);
  if (bytes[start - 1] !== SLASH) return false;
  let name = start - 1;
  while (name > text.start && start - name < LONGEST_PRODUCT && has(PRODUCT, bytes[name - 1])) name -= 1;
  return name < start - 1 && (name === text.start || has(BEFORE_PRODUCT, bytes[name - 1]));
}
