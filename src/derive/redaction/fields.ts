import { FAMILIES } from "../../decode/field-reader.ts";
import { DEEPEST, type MemberSink, scanObject } from "../../decode/json-scan.ts";
import { createKeyTable, type KeyTable } from "../../decode/key-table.ts";
import { scanParams } from "../../decode/params.ts";
import type { Pseudonyms } from "../pseudonym.ts";
import { type Edit, edited, isMask, maskOf } from "./edit.ts";

/** What is done to the values of a field; `null` is put in the place of what is dropped, and is indexed nowhere. */
export type FieldTreatment = "mask" | "pseudonym" | "drop";

const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;
const LETTER_N = 0x6e;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** In front of 32 hex digits. */
const PSEUDONYM = "pseudonym-";
const PSEUDONYM_LENGTH = PSEUDONYM.length + 32;

/** A field as the settings name it, or the text of a record, whose fields are looked for. */
interface Field {
  readonly name: string;
  readonly treatment: FieldTreatment | FindFields;
}

/** What the members of an object are: fields, or objects that hold some. */
interface Level {
  readonly keys: KeyTable;
  readonly fields: readonly (Field | null)[];
  readonly levels: readonly (Level | null)[];
}

/** Where an entry of Cloud Logging has the record: as an object, or as the text of one. */
const PAYLOAD = "jsonPayload";
const TEXT_PAYLOAD = "textPayload";

/** Edits of a line, in order; null for none. */
type FindFields = (buffer: Buffer, start: number, end: number) => readonly Edit[] | null;

/**
 * Finds fields by the names that rules use: `meta.user` is the key `meta.user`, the member `user` of `meta`, and
 * `meta_user`; `params.key` is the value of that key. Wherever it stands in a record it is found, also twice, and in the
 * payload of an entry of Cloud Logging. A text that is no JSON object and has the name of a field is masked as a whole.
 */
export function createFieldFinder(
  fields: Readonly<Record<string, FieldTreatment>>,
  pseudonyms: Pick<Pseudonyms, "field"> | null,
): FindFields {
  const named = Object.entries(fields).map(([name, treatment]): [string, Field] => [name, { name, treatment }]);
  const all = [...named, ...named.flatMap(([name, field]) => underscored(name, field))];
  const isNamed = createNameSearch(Object.keys(fields));
  const inRecord = findIn(levelOf(all), pseudonyms, isNamed);
  const text: Field = { name: TEXT_PAYLOAD, treatment: inRecord };
  const inEntry = all.map(([name, field]): [string, Field] => [`${PAYLOAD}.${name}`, field]);
  return findIn(levelOf([...all, ...inEntry, [TEXT_PAYLOAD, text]]), pseudonyms, isNamed);
}

function findIn(top: Level, pseudonyms: Pick<Pseudonyms, "field"> | null, isNamed: NameSearch): FindFields {
  return (buffer, start, end) => {
    let at = start;
    while (at < end && SPACES.has(buffer[at] ?? 0)) at += 1;
    const edits: Edit[] = [];
    const isWhole =
      buffer[at] === OPEN_OBJECT &&
      scan(buffer, at, end, top, (field, valueStart, valueEnd) => {
        const edit = editOf(buffer, valueStart, valueEnd, field, pseudonyms);
        if (edit !== null) edits.push(edit);
      });
    if (!isWhole) return isNamed(buffer, start, end) ? [{ start, end, text: maskOf(TEXT), kind: TEXT }] : null;
    return edits.length === 0 ? null : edits.sort((a, b) => a.start - b.start);
  };
}

/** What a text is masked as whose fields cannot be told apart. */
const TEXT = "text";

/** Whether a text has the name of a field, as a key, also of JSON within a string. */
type NameSearch = (buffer: Buffer, start: number, end: number) => boolean;

function createNameSearch(names: readonly string[]): NameSearch {
  const lasts = names.map((name) => name.slice(name.lastIndexOf(".") + 1));
  const keys = [...new Set(lasts)].flatMap((last) => [`${last}"`, `${last}\\"`]);
  return (buffer, start, end) => {
    const text = buffer.subarray(start, end);
    return keys.some((key) => text.includes(key));
  };
}

/** Every dot of a name may stand for a level. */
function levelOf(named: readonly [string, Field][]): Level {
  const members = new Map<string, { field: Field | null; inner: [string, Field][] }>();
  const memberOf = (key: string) => {
    const member = members.get(key) ?? { field: null, inner: [] };
    members.set(key, member);
    return member;
  };
  for (const [name, field] of named) {
    memberOf(name).field = field;
    for (let dot = name.indexOf("."); dot > 0; dot = name.indexOf(".", dot + 1)) {
      memberOf(name.slice(0, dot)).inner.push([name.slice(dot + 1), field]);
    }
  }
  const all = [...members.values()];
  return {
    keys: createKeyTable(new Map([...members.keys()].map((key, slot) => [key, slot]))),
    fields: all.map(({ field }) => field),
    levels: all.map(({ inner }) => (inner.length === 0 ? null : levelOf(inner))),
  };
}

function underscored(name: string, field: Field): [string, Field][] {
  const family = FAMILIES.find((each) => name.startsWith(`${each}.`));
  return family === undefined ? [] : [[`${family}_${name.slice(family.length + 1)}`, field]];
}

type Visit = (field: Field, start: number, end: number) => void;

/** False where it is not the object or list that it should be. */
function scan(buffer: Buffer, start: number, end: number, level: Level, visit: Visit): boolean {
  const inner: { level: Level; start: number; end: number }[] = [];
  const sink: MemberSink = {
    set(slot, valueStart, valueEnd) {
      const field = level.fields[slot] ?? null;
      const below = level.levels[slot] ?? null;
      if (field !== null) visit(field, valueStart, valueEnd);
      else if (below !== null) inner.push({ level: below, start: valueStart, end: valueEnd });
    },
  };
  let isWhole = true;
  if (buffer[start] === OPEN_LIST) scanParams(buffer, start, end, level.keys, sink);
  else if (buffer[start] === OPEN_OBJECT) {
    const behind = scanObject(buffer, start, end, DEEPEST, level.keys, sink, null);
    isWhole = behind >= 0 && behind <= end;
  }
  // A scan is never begun within another.
  for (const each of inner) scan(buffer, each.start, each.end, each.level, visit);
  return isWhole;
}

/** Null where the value says nothing, or was made so before. */
function editOf(
  buffer: Buffer,
  start: number,
  end: number,
  { name, treatment }: Field,
  pseudonyms: Pick<Pseudonyms, "field"> | null,
): Edit | null {
  const first = buffer[start];
  if (first === LETTER_N || (first === QUOTE && end === start + 2)) return null;
  if (typeof treatment === "function") return editOfText(buffer, start, end, name, treatment);
  if (treatment === "drop") return { start, end, text: "null", kind: name };
  const isContainer = first === OPEN_OBJECT || first === OPEN_LIST;
  if (treatment === "mask" || isContainer || pseudonyms === null) return masked(buffer, start, end, name);
  const text = buffer.toString("utf8", start, end);
  const value = first === QUOTE ? (JSON.parse(text) as string) : text;
  if (isPseudonym(value) || isMask(value)) return null;
  return { start, end, text: `"${PSEUDONYM}${pseudonyms.field(value)}"`, kind: name };
}

/** Of a text that is JSON the fields; null of any other. */
function editOfText(buffer: Buffer, start: number, end: number, name: string, find: FindFields): Edit | null {
  if (buffer[start] !== QUOTE) return null;
  const bytes = Buffer.from(JSON.parse(buffer.toString("utf8", start, end)) as string);
  const edits = find(bytes, 0, bytes.length);
  if (edits === null) return null;
  return {
    start,
    end,
    text: JSON.stringify(edited(bytes, 0, bytes.length, edits).toString("utf8")),
    kind: edits[0]?.kind ?? name,
  };
}

function isPseudonym(value: string): boolean {
  return value.length === PSEUDONYM_LENGTH && value.startsWith(PSEUDONYM);
}

function masked(buffer: Buffer, start: number, end: number, name: string): Edit | null {
  const text = `"${maskOf(name)}"`;
  return buffer.toString("utf8", start, end) === text ? null : { start, end, text, kind: name };
}
