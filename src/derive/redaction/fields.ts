import { FAMILIES } from "../../decode/field-reader.ts";
import { DEEPEST, type MemberSink, scanObject } from "../../decode/json-scan.ts";
import { createKeyTable, type KeyTable } from "../../decode/key-table.ts";
import { scanParams } from "../../decode/params.ts";
import type { Pseudonyms } from "../pseudonym.ts";
import { type Edit, isMask, maskOf } from "./edit.ts";

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

/** A field as the settings name it. */
interface Field {
  readonly name: string;
  readonly treatment: FieldTreatment;
}

/** What the members of an object are: fields, or objects that hold some. */
interface Level {
  readonly keys: KeyTable;
  readonly fields: readonly (Field | null)[];
  readonly levels: readonly (Level | null)[];
}

/**
 * Finds fields by the names that rules use: `meta.user` is the key `meta.user`, the member `user` of `meta`, and
 * `meta_user`; `params.key` is the value of that key. Wherever it stands in a record it is found, also twice.
 */
export function createFieldFinder(
  fields: Readonly<Record<string, FieldTreatment>>,
  pseudonyms: Pick<Pseudonyms, "field"> | null,
): (buffer: Buffer, start: number, end: number) => readonly Edit[] | null {
  const named = Object.entries(fields).map(([name, treatment]): [string, Field] => [name, { name, treatment }]);
  const top = levelOf([...named, ...named.flatMap(([name, field]) => underscored(name, field))]);
  return (buffer, start, end) => {
    let at = start;
    while (at < end && SPACES.has(buffer[at] ?? 0)) at += 1;
    if (buffer[at] !== OPEN_OBJECT || at >= end) return null;
    const edits: Edit[] = [];
    scan(buffer, at, end, top, (field, valueStart, valueEnd) => {
      const edit = editOf(buffer, valueStart, valueEnd, field, pseudonyms);
      if (edit !== null) edits.push(edit);
    });
    return edits.length === 0 ? null : edits.sort((a, b) => a.start - b.start);
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

function scan(buffer: Buffer, start: number, end: number, level: Level, visit: Visit): void {
  const inner: { level: Level; start: number; end: number }[] = [];
  const sink: MemberSink = {
    set(slot, valueStart, valueEnd) {
      const field = level.fields[slot] ?? null;
      const below = level.levels[slot] ?? null;
      if (field !== null) visit(field, valueStart, valueEnd);
      else if (below !== null) inner.push({ level: below, start: valueStart, end: valueEnd });
    },
  };
  if (buffer[start] === OPEN_LIST) scanParams(buffer, start, end, level.keys, sink);
  else if (buffer[start] === OPEN_OBJECT) scanObject(buffer, start, end, DEEPEST, level.keys, sink);
  // A scan is never begun within another.
  for (const each of inner) scan(buffer, each.start, each.end, each.level, visit);
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
  if (treatment === "drop") return { start, end, text: "null", kind: name };
  const isContainer = first === OPEN_OBJECT || first === OPEN_LIST;
  if (treatment === "mask" || isContainer || pseudonyms === null) return masked(buffer, start, end, name);
  const text = buffer.toString("utf8", start, end);
  const value = first === QUOTE ? (JSON.parse(text) as string) : text;
  if (isPseudonym(value) || isMask(value)) return null;
  return { start, end, text: `"${PSEUDONYM}${pseudonyms.field(value)}"`, kind: name };
}

function isPseudonym(value: string): boolean {
  return value.length === PSEUDONYM_LENGTH && value.startsWith(PSEUDONYM);
}

function masked(buffer: Buffer, start: number, end: number, name: string): Edit | null {
  const text = `"${maskOf(name)}"`;
  return buffer.toString("utf8", start, end) === text ? null : { start, end, text, kind: name };
}
