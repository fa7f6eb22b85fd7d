import type { FieldRead, LineFields } from "./line-fields.ts";
import { type Condition, type Conditions, isTests, type Scalar, type Tests } from "./rule-language.ts";

/** Whether a condition holds for the line at hand. */
export type Test = () => boolean;

/** The condition on one field, bound to the line. Field and condition stay with it, so that a rule can be explained. */
export interface BoundCondition {
  readonly field: string;
  readonly condition: Condition;
  /** The field of the line at hand. */
  readonly read: FieldRead;
  readonly holds: Test;
}

/** Conditions in the order in which they are best tried: first what costs little and tells lines apart. */
export function bindConditions(conditions: readonly Conditions[], line: LineFields): readonly BoundCondition[] {
  return conditions
    .flatMap((each) => Object.entries(each))
    .toSorted(([a, first], [b, second]) => costOf(a, first) - costOf(b, second))
    .map(([field, condition]) => {
      const read = line.field(field);
      return { field, condition, read, holds: bindCondition(condition, read) };
    });
}

/** True where all hold. */
export function allHold(conditions: readonly BoundCondition[]): boolean {
  for (const condition of conditions) if (!condition.holds()) return false;
  return true;
}

function costOf(field: string, condition: Condition): number {
  if (field.startsWith("refined.")) return 0;
  if (field.startsWith("graphql.")) return 4;
  if (field.startsWith("params")) return 3;
  return isTests(condition) ? 2 : 1;
}

/** The condition on a field, bound to it. */
export function bindCondition(condition: Condition, field: FieldRead): Test {
  if (isTests(condition)) return bindTests(condition, field);
  return equalsOne(Array.isArray(condition) ? condition : [condition as Scalar], field);
}

function equalsOne(values: readonly Scalar[], field: FieldRead): Test {
  const tests: Test[] = [];
  const texts = new Set(values.filter((value) => typeof value === "string"));
  const integers = new Set(values.filter((value) => typeof value === "number").map(String));
  const flags = new Set(values.filter((value) => typeof value === "boolean"));
  const [only] = texts;
  if (texts.size === 1) tests.push(() => field.string() === only);
  if (texts.size > 1) tests.push(() => isIn(texts, field.string()));
  if (integers.size > 0) tests.push(() => isIn(integers, field.integer()));
  if (flags.size > 0) tests.push(() => isIn(flags, field.boolean()));
  return anyOf(tests);
}

function isIn<Value>(values: ReadonlySet<Value>, value: Value | null): boolean {
  return value !== null && values.has(value);
}

function bindTests(given: Tests, field: FieldRead): Test {
  const tests: Test[] = [];
  const { present, not, prefix, suffix, last_segment: lastSegment, between } = given;
  if (present !== undefined) tests.push(() => field.present() === present);
  if (given.string === true) tests.push(() => field.string() !== null);
  if (prefix !== undefined) tests.push(textTest(field, prefix, (text, wanted) => text.startsWith(wanted)));
  if (suffix !== undefined) tests.push(textTest(field, suffix, (text, wanted) => text.endsWith(wanted)));
  if (lastSegment !== undefined) tests.push(textTest(field, lastSegment, isLastSegment));
  if (between !== undefined) tests.push(() => isBetween(field.integer(), between[0], between[1]));
  if (not !== undefined) {
    const refused = bindCondition(not, field);
    tests.push(() => !refused());
  }
  const [first, ...others] = tests;
  if (first === undefined) return () => true;
  return others.length === 0 ? first : () => tests.every((test) => test());
}

function textTest(
  field: FieldRead,
  wanted: string | readonly string[],
  matches: (text: string, wanted: string) => boolean,
) {
  const choices = typeof wanted === "string" ? [wanted] : wanted;
  return anyOf(
    choices.map((choice) => () => {
      const text = field.string();
      return text !== null && matches(text, choice);
    }),
  );
}

function anyOf(tests: readonly Test[]): Test {
  const [first, ...others] = tests;
  if (first === undefined) return () => false;
  return others.length === 0 ? first : () => tests.some((test) => test());
}

function isLastSegment(text: string, segment: string): boolean {
  return text.endsWith(segment) && (text.length === segment.length || text.endsWith(`::${segment}`));
}

/** Digits beyond the exact range of a double are larger than any bound that YAML can give. */
function isBetween(digits: string | null, least: number, most: number): boolean {
  if (digits === null) return false;
  const value = Number(digits);
  return value >= least && value <= most;
}
