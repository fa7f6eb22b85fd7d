import { trimZeros } from "../decode/digits.ts";
import type { FieldRead } from "./line-fields.ts";
import { type Condition, isTests, listed, type Scalar, type Tests } from "./rule-language.ts";

/** What conditions on one field compare it with. */
interface Landmarks {
  readonly texts: Set<string>;
  readonly integers: Set<number>;
  readonly prefixes: Set<string>;
  readonly suffixes: Set<string>;
  /** Something asks for a text as such, whatever its letters. */
  wantsText: boolean;
}

/** A text that no rule asks for: it stands for all others. */
const OTHER = "\u{f8ff}";
/** Longer products of lists are not tried: nobody writes such rules, and a claim must be sure. */
const MOST_TEXTS = 10_000;

/**
 * Values of a field such that conditions on it which hold together for any value hold together for one of these, each
 * as a field shows it. Null where that is not sure: where the lists are long, and where both a text and a number are
 * asked for, since a number has many spellings.
 */
export function possibleValues(conditions: readonly Condition[]): readonly FieldRead[] | null {
  const marks: Landmarks = {
    texts: new Set(),
    integers: new Set(),
    prefixes: new Set(),
    suffixes: new Set(),
    wantsText: false,
  };
  for (const condition of conditions) collect(condition, marks);
  const { texts, integers, prefixes, suffixes, wantsText } = marks;
  if (integers.size > 0 && (wantsText || prefixes.size > 0 || suffixes.size > 0)) return null;
  if ((prefixes.size + 1) * (suffixes.size + 1) > MOST_TEXTS) return null;
  const numbers = [0, ...integers].flatMap((value) => [value - 1, value, value + 1]).filter((value) => value >= 0);
  const digits = [...new Set(numbers)].map(String);
  return [
    ABSENT,
    LIST,
    flagValue(true),
    flagValue(false),
    ...digits.map(integerValue),
    ...[...new Set([...texts, ...joinedTexts(prefixes, suffixes), ...digits])].map(textValue),
  ];
}

function collect(condition: Condition, marks: Landmarks): void {
  if (isTests(condition)) return collectTests(condition, marks);
  for (const value of listed<Scalar>(condition)) {
    if (typeof value === "string") marks.texts.add(value);
    if (typeof value === "number") marks.integers.add(value);
  }
}

function collectTests(tests: Tests, marks: Landmarks): void {
  if (tests.string === true) marks.wantsText = true;
  for (const text of listed(tests.prefix)) marks.prefixes.add(text);
  for (const text of listed(tests.suffix)) marks.suffixes.add(text);
  for (const text of listed(tests.last_segment)) {
    marks.texts.add(text);
    marks.suffixes.add(`::${text}`);
  }
  for (const end of tests.between ?? []) marks.integers.add(end);
  if (tests.not !== undefined) collect(tests.not, marks);
}

/** Every beginning with every end, with and without something between. */
function joinedTexts(prefixes: ReadonlySet<string>, suffixes: ReadonlySet<string>): readonly string[] {
  return ["", ...prefixes].flatMap((prefix) =>
    ["", ...suffixes].flatMap((suffix) => [
      prefix + OTHER + suffix,
      ...(prefix + suffix === "" ? [] : [prefix + suffix]),
    ]),
  );
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
