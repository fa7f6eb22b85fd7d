import { trimZeros } from "../decode/digits.ts";
import type { FieldRead } from "./line-fields.ts";
import { type Condition, isTests, listed, type Scalar, type Tests } from "./rule-schema.ts";

/** What conditions on one field compare it with. */
interface Landmarks {
  readonly texts: Set<string>;
  readonly integers: Set<number>;
  readonly prefixes: Set<string>;
  readonly suffixes: Set<string>;
}

/** A text that no rule asks for: it stands for all others. */
const OTHER = "\u{f8ff}";
/** Longer products of lists are not tried: nobody writes such rules, and a claim must be sure. */
const MOST_TEXTS = 20_000;
const MOST_DIGITS = 16;

/**
 * Values of a field such that conditions on it which hold together for any value hold together for one of these; null
 * where they are too many. Each is given as the reading of a field.
 */
export function possibleValues(conditions: readonly Condition[]): readonly FieldRead[] | null {
  const marks: Landmarks = { texts: new Set(), integers: new Set([0]), prefixes: new Set(), suffixes: new Set() };
  for (const condition of conditions) collect(condition, marks);
  const numbers = [...marks.integers].flatMap((value) => [value - 1, value, value + 1]).filter((value) => value >= 0);
  const texts = possibleTexts(marks);
  if (texts === null) return null;
  const digits = numbers.map(String);
  return [
    ABSENT,
    LIST,
    flagValue(true),
    flagValue(false),
    ...digits.map(integerValue),
    ...new Set([...texts, ...digits]).values().map(textValue),
  ];
}

function collect(condition: Condition, marks: Landmarks): void {
  if (isTests(condition)) return collectTests(condition, marks);
  for (const value of listed<Scalar>(condition)) {
    if (typeof value === "string") marks.texts.add(value);
    if (typeof value === "number") marks.integers.add(value);
  }
}

function collectTests({ not, prefix, suffix, last_segment: lastSegment, between }: Tests, marks: Landmarks): void {
  for (const text of listed(prefix)) marks.prefixes.add(text);
  for (const text of listed(suffix)) marks.suffixes.add(text);
  for (const text of listed(lastSegment)) {
    marks.texts.add(text);
    marks.suffixes.add(`::${text}`);
  }
  for (const end of between ?? []) marks.integers.add(end);
  if (not !== undefined) collect(not, marks);
}

/** Every text by itself, and every beginning with every end, with and without something between. */
function possibleTexts({ texts, prefixes, suffixes }: Landmarks): readonly string[] | null {
  if ((prefixes.size + 1) * (suffixes.size + 1) > MOST_TEXTS / MOST_DIGITS) return null;
  const joined = ["", ...prefixes].flatMap((prefix) =>
    ["", ...suffixes].flatMap((suffix) => [
      prefix + suffix,
      prefix + OTHER + suffix,
      ...Array.from({ length: MOST_DIGITS }, (_, zeros) => prefix + "0".repeat(zeros + 1) + suffix).filter((text) =>
        /^\d+$/.test(text),
      ),
    ]),
  );
  return [...texts, ...joined].filter((text) => text !== "");
}

const ABSENT: FieldRead = {
  present: () => false,
  string: () => null,
  integer: () => null,
  boolean: () => null,
  text: () => null,
};
/** Stands for whatever is no text, no whole number and no flag. */
const LIST: FieldRead = { ...ABSENT, present: () => true };

function flagValue(flag: boolean): FieldRead {
  return { ...LIST, boolean: () => flag };
}

function integerValue(digits: string): FieldRead {
  return { ...LIST, integer: () => digits };
}

/** A text as a field shows it: one of digits is a whole number too. */
export function textValue(text: string): FieldRead {
  const digits = /^\d+$/.test(text) ? trimZeros(text) : null;
  return { ...LIST, string: () => text, integer: () => digits };
}
