import { type Edit, maskEdit, maskOf } from "./edit.ts";
import { isPlaceholder } from "./placeholder.ts";
import { type Mark, markAt, quoteOf, stringEnd } from "./quote.ts";
import type { SecretName } from "./secret-name.ts";
import { byteAt, byteSet, has, LETTERS_AND_DIGITS, skipBlank, skipSet, standsAt, type Text } from "./text.ts";
import { writtenValueAt } from "./written-value.ts";

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const MORE_THAN = 0x3e;
const OPEN_LIST = 0x5b;

const NUMBER = byteSet("0-9+.eE-");
/** Numbers with fewer digits are counts and states, and no secrets. */
const LEAST_DIGITS = 6;

/** The values that this name has. Empty where none follows, or none that says something. */
export function secretValuesAt(text: Text, name: SecretName): readonly Edit[] {
  const mark = markAt(text, name.end);
  if (mark !== null && !name.isOfUrl) {
    const at = memberValueAt(text, mark) ?? pairValueAt(text, mark);
    if (at !== null) return valuesAt(text, at, mark, name.kind);
  }
  const edit = mark === null ? writtenValueAt(text, name) : null;
  return edit === null ? [] : [edit];
}

/** Where the value of `"password": …` is, the quote behind whose name is given; also `"password" => …` of Ruby and `=` of SQL. */
function memberValueAt(text: Text, mark: Mark): number | null {
  const at = skipBlank(text, mark.end);
  if (byteAt(text, at) === COLON) return skipBlank(text, at + 1);
  if (byteAt(text, at) !== EQUALS) return null;
  return skipBlank(text, byteAt(text, at + 1) === MORE_THAN ? at + 2 : at + 1);
}

/** Where the value of `{"key":"password","value":…}` is, the quote behind whose key is given. */
function pairValueAt(text: Text, mark: Mark): number | null {
  let at = skipBlank(text, mark.end);
  if (byteAt(text, at) !== COMMA) return null;
  const open = markAt(text, skipBlank(text, at + 1));
  if (open === null || open.level !== mark.level || !standsAt(text, open.end, "value")) return null;
  const close = markAt(text, open.end + 5);
  if (close === null || close.level !== mark.level) return null;
  at = skipBlank(text, close.end);
  return byteAt(text, at) === COLON ? skipBlank(text, at + 1) : null;
}

/** A string, a number, or a list of strings, with quotes like those around the name. */
function valuesAt(text: Text, at: number, name: Mark, kind: string): readonly Edit[] {
  if (byteAt(text, at) !== OPEN_LIST) {
    const edit = stringAt(text, at, name, kind)?.edit ?? numberAt(text, at, name, kind);
    return edit === null ? [] : [edit];
  }
  const edits: Edit[] = [];
  for (let next = skipBlank(text, at + 1); ; ) {
    const found = stringAt(text, next, name, kind);
    if (found === null) return edits;
    if (found.edit !== null) edits.push(found.edit);
    next = skipBlank(text, found.end);
    if (byteAt(text, next) !== COMMA) return edits;
    next = skipBlank(text, next + 1);
  }
}

function stringAt(text: Text, at: number, name: Mark, kind: string): { edit: Edit | null; end: number } | null {
  const open = markAt(text, at);
  // SQL and Python have apostrophes around values where names have quotes.
  if (open === null || (open.byte === QUOTE && open.level !== name.level)) return null;
  if (open.byte === QUOTE && name.byte !== QUOTE && text.isJson) return null;
  const end = stringEnd(text, open);
  const close = markAt(text, end);
  const isClosed = close !== null && close.byte === open.byte && close.level === open.level;
  const edit = isPlaceholder(text, open.end, end) ? null : maskEdit(open.end, end, kind);
  return { edit, end: isClosed ? close.end : text.end };
}

/** In the place of a number stands a string. */
function numberAt(text: Text, at: number, name: Mark, kind: string): Edit | null {
  const end = skipSet(text, at, NUMBER);
  if (end - at < LEAST_DIGITS || name.byte !== QUOTE || (end < text.end && has(LETTERS_AND_DIGITS, text.bytes[end])))
    return null;
  const quote = quoteOf(name.level);
  return { start: at, end, text: `${quote}${maskOf(kind)}${quote}`, kind };
}
