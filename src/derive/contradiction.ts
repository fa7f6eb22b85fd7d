import { quoteList } from "../core/choice.ts";
import type { FieldPath } from "../yaml/field-schema.ts";
import { type FieldProblem, fieldProblem } from "../yaml/problem.ts";
import { bindCondition } from "./condition.ts";
import type { Alternative, EventRules } from "./event-rules.ts";
import type { FieldRead } from "./line-fields.ts";
import { possibleValues, textValue } from "./possible-values.ts";
import type { Condition, Conditions } from "./rule-language.ts";
import { alternativePath } from "./rule-problem.ts";
import type { EventBody } from "./rule-schema.ts";
import { ownConditions, refinedWays } from "./way.ts";

/** Computed fields with few values. */
const KINDS = ["query", "mutation", "subscription"];

/** Why no line can match, and the field that says so; null for the rule as a whole. */
interface Contradiction {
  readonly field: string | null;
  readonly what: string;
  readonly hint: string | null;
}

/**
 * Why rules can never count a line: conditions on a field that exclude each other or those of the event that the rule
 * refines, logs that do not meet, alternatives and operations behind one that always comes first. `above` are the
 * events that may be refined. What is not found here may still never match: a value that GitLab never writes is no
 * contradiction.
 */
export function contradictions(
  { event, unless, alternatives }: EventRules,
  body: EventBody,
  above: readonly EventRules[],
): FieldProblem[] {
  return alternatives.flatMap((alternative, index): FieldProblem[] => {
    const path = alternativePath(event, body, index);
    const bases = above.filter((base) => alternative.refines.includes(base.event));
    const found =
      impossibleRule(alternative, unless, bases, above) ?? hiddenBehind(alternative, alternatives.slice(0, index));
    if (found === null) return impossibleCases(path, alternative, bases);
    const isOwn = found.field !== null && body.any?.[index]?.when?.[found.field] !== undefined;
    const section = isOwn ? path : ["events", event];
    const place = found.field === null ? path : [...section, "when", found.field];
    return [fieldProblem(place, `no line can match: ${found.what}`, found.hint)];
  });
}

function impossibleRule(
  rule: Alternative,
  unless: readonly string[],
  bases: readonly EventRules[],
  above: readonly EventRules[],
): Contradiction | null {
  const { refines, logs, when } = rule;
  const whole = (what: string): Contradiction => ({ field: null, what, hint: null });
  const baseLogs = bases.flatMap(({ alternatives }) => alternatives.flatMap((base) => base.logs));
  if (refines.length > 0 && !logs.some((log) => baseLogs.includes(log))) {
    const counted = [...new Set(baseLogs)].join(", ");
    return whole(`${quoteList(refines)} counts lines of ${counted}, not of ${logs.join(", ")}`);
  }
  if (refines.length > 0 && refines.every((name) => unless.includes(name))) {
    return whole(`it stands beside ${quoteList(refines)}, and is kept out by the same`);
  }
  const field = contradictedField(when, bases);
  if (field !== null) {
    const hint = valuesHint(field, bases);
    const what = hint === null ? `the conditions on "${field}" exclude each other` : `"${field}" is never like that`;
    return { field, what, hint };
  }
  const own = when.map(ownConditions);
  const ways = refinedWays(rule, above);
  if (ways === null || ways.some((way) => contradictedField([...way.when, ...own], []) === null)) return null;
  return whole(`its conditions and those of ${quoteList(refines)} exclude each other`);
}

/** What a computed field can be; null for fields that may be anything. */
function valuesHint(field: string, bases: readonly EventRules[]): string | null {
  if (field === "params_cut") return "it is true or false";
  if (field === "graphql.kind") return `it is ${quoteList(KINDS)}`;
  return field === "refined.operation" ? `it is ${quoteList(operationsOf(bases))}` : null;
}

/** The first field whose conditions no value fulfils; null where each has one, or where that is not sure. */
function contradictedField(when: readonly Conditions[], bases: readonly EventRules[]): string | null {
  const fields = new Set(when.flatMap((conditions) => Object.keys(conditions)));
  for (const field of fields) {
    const conditions = when.flatMap((each) => (each[field] === undefined ? [] : [each[field]]));
    const values = valuesOf(field, conditions, bases);
    if (values !== null && !values.some(fulfilling(conditions))) return field;
  }
  return null;
}

/** Whether a value fulfils all conditions, which are bound once: they may be long lists. */
function fulfilling(conditions: readonly Condition[]): (value: FieldRead) => boolean {
  let at: FieldRead | null = null;
  const moving: FieldRead = {
    present: () => at?.present() ?? false,
    string: () => at?.string() ?? null,
    integer: () => at?.integer() ?? null,
    boolean: () => at?.boolean() ?? null,
    text: () => at?.text() ?? null,
  };
  const tests = conditions.map((each) => bindCondition(each, moving));
  return (value) => {
    at = value;
    return tests.every((holds) => holds());
  };
}

function valuesOf(
  field: string,
  conditions: readonly Condition[],
  bases: readonly EventRules[],
): readonly FieldRead[] | null {
  const values = possibleValues(conditions);
  if (values === null) return null;
  if (field === "params_cut") return values.filter((value) => value.boolean() !== null);
  if (field === "graphql.kind") return [...values.filter((value) => !value.present()), ...KINDS.map(textValue)];
  if (field === "refined.operation") return operationsOf(bases).map(textValue);
  return field.startsWith("graphql.") || field === "refined.detail" ? values.flatMap(computedValue) : values;
}

/** What is computed is a text or absent; one of digits is no number there. */
function computedValue(value: FieldRead): FieldRead[] {
  if (!value.present()) return [value];
  return value.string() === null ? [] : [{ ...value, integer: () => null }];
}

function operationsOf(bases: readonly EventRules[]): readonly string[] {
  const alternatives = bases.flatMap((base) => base.alternatives);
  const named = alternatives.flatMap(({ operation }) => operation.map((each) => each.operation));
  const mayBeNone = alternatives.some(({ operation }) => operation.every(({ when }) => Object.keys(when).length > 0));
  return [...new Set([...named, ...(mayBeNone ? ["none"] : [])])];
}

/** An earlier alternative that holds wherever this one does, so that this one never decides. */
function hiddenBehind(rule: Alternative, earlier: readonly Alternative[]): Contradiction | null {
  const index = earlier.findIndex(
    (other) =>
      rule.logs.every((log) => other.logs.includes(log)) &&
      JSON.stringify(other.refines) === JSON.stringify(rule.refines) &&
      entriesOf(other.when).isSubsetOf(entriesOf(rule.when)),
  );
  return index < 0 ? null : { field: null, what: `alternative ${index + 1} holds wherever this one does`, hint: null };
}

function entriesOf(when: readonly Conditions[]): ReadonlySet<string> {
  const entries = when.flatMap((conditions) => Object.entries(conditions));
  return new Set(entries.map((entry) => JSON.stringify(entry)));
}

/** Operations that are never reached: behind one that holds wherever they do, or where no line can be. */
function impossibleCases(path: FieldPath, rule: Alternative, bases: readonly EventRules[]): FieldProblem[] {
  return rule.operation.flatMap(({ operation, when }, index): FieldProblem[] => {
    const never = (why: string): FieldProblem[] => {
      return [
        fieldProblem([...path, "operation"], `case ${index + 1}, "${operation}", is never reached: ${why}`, null),
      ];
    };
    const hiding = rule.operation
      .slice(0, index)
      .findIndex((other) => entriesOf([other.when]).isSubsetOf(entriesOf([when])));
    if (hiding >= 0) return never(`case ${hiding + 1} holds wherever it does`);
    const field = contradictedField([...rule.when, when], bases);
    return field === null ? [] : never(`conditions on "${field}" exclude each other`);
  });
}
