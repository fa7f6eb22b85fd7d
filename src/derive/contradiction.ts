import { quoteList } from "../core/choice.ts";
import type { FieldPath } from "../yaml/field-schema.ts";
import { type FieldProblem, fieldProblem } from "../yaml/problem.ts";
import { bindCondition } from "./condition.ts";
import type { Alternative, EventRules } from "./event-rules.ts";
import type { FieldRead } from "./line-fields.ts";
import { possibleValues, textValue } from "./possible-values.ts";
import type { Condition, Conditions, EventBody } from "./rule-schema.ts";

/** Fields that are computed and have a few values only. */
const KINDS = ["query", "mutation", "subscription"].map(textValue);

/**
 * Why rules can never count a line: conditions on a field that exclude each other, logs that do not meet, alternatives
 * and operations behind one that always comes first. `above` are the events that may be refined. What is not found
 * here may still never match: a value that GitLab never writes is no contradiction.
 */
export function contradictions(
  { event, unless, alternatives }: EventRules,
  body: EventBody,
  above: readonly EventRules[],
): FieldProblem[] {
  return alternatives.flatMap((alternative, index): FieldProblem[] => {
    const path = ["events", event, ...(body.any === undefined ? [] : ["any", String(index)])];
    const impossible =
      impossibleRule(alternative, unless, above) ?? hiddenBehind(alternative, alternatives.slice(0, index));
    if (impossible !== null) return [fieldProblem(path, `no line can match: ${impossible}`, null)];
    return impossibleCases(path, alternative, above);
  });
}

function impossibleRule(rule: Alternative, unless: readonly string[], above: readonly EventRules[]): string | null {
  const { refines, logs } = rule;
  const bases = above.filter(({ event }) => refines.includes(event));
  const baseLogs = bases.flatMap(({ alternatives }) => alternatives.flatMap((base) => base.logs));
  if (refines.length > 0 && !logs.some((log) => baseLogs.includes(log))) {
    return `${quoteList(refines)} counts lines of ${[...new Set(baseLogs)].join(", ")}, not of ${logs.join(", ")}`;
  }
  if (refines.length > 0 && refines.every((name) => unless.includes(name))) {
    return `it stands beside ${quoteList(refines)}, and is kept out by the same`;
  }
  const field = contradictedField(rule.when, bases);
  return field === null ? null : `the conditions on "${field}" exclude each other`;
}

/** The first field whose conditions no value fulfils; null where each has one. */
function contradictedField(when: readonly Conditions[], bases: readonly EventRules[]): string | null {
  const fields = new Set(when.flatMap((conditions) => Object.keys(conditions)));
  for (const field of fields) {
    const conditions = when.flatMap((each) => (each[field] === undefined ? [] : [each[field]]));
    const values = valuesOf(field, conditions, bases);
    if (values !== null && !values.some((value) => conditions.every((each) => bindCondition(each, value)())))
      return field;
  }
  return null;
}

function valuesOf(
  field: string,
  conditions: readonly Condition[],
  bases: readonly EventRules[],
): readonly FieldRead[] | null {
  const values = possibleValues(conditions);
  if (values === null) return null;
  if (field === "params_cut") return values.filter((value) => value.boolean() !== null);
  if (field === "graphql.kind") return [...values.filter((value) => !value.present()), ...KINDS];
  if (field === "refined.operation") return operationsOf(bases).map(textValue);
  return field.startsWith("graphql.") || field === "refined.detail" ? values.flatMap(computedValue) : values;
}

/** What is computed is a text or absent; one of digits is no number there. */
function computedValue(value: FieldRead): FieldRead[] {
  if (!value.present()) return [value];
  return value.string() === null ? [] : [{ ...value, integer: () => null }];
}

function operationsOf(bases: readonly EventRules[]): readonly string[] {
  const cases = bases.flatMap(({ alternatives }) => alternatives.flatMap(({ operation }) => operation));
  return [...new Set([...cases.map(({ operation }) => operation), "none"])];
}

/** An earlier alternative that holds wherever this one does, so that this one never decides. */
function hiddenBehind(rule: Alternative, earlier: readonly Alternative[]): string | null {
  const index = earlier.findIndex(
    (other) =>
      rule.logs.every((log) => other.logs.includes(log)) &&
      JSON.stringify(other.refines) === JSON.stringify(rule.refines) &&
      conditionsOf(other).isSubsetOf(conditionsOf(rule)),
  );
  return index < 0 ? null : `alternative ${index + 1} holds wherever this one does`;
}

function conditionsOf({ when }: Alternative): ReadonlySet<string> {
  const entries = when.flatMap((conditions) => Object.entries(conditions));
  return new Set(entries.map((entry) => JSON.stringify(entry)));
}

/** Operations that are never reached: behind one without conditions, or with conditions that the rule excludes. */
function impossibleCases(path: FieldPath, rule: Alternative, above: readonly EventRules[]): FieldProblem[] {
  const bases = above.filter(({ event }) => rule.refines.includes(event));
  const always = rule.operation.findIndex(({ when }) => Object.keys(when).length === 0);
  return rule.operation.flatMap(({ operation, when }, index): FieldProblem[] => {
    const place = [...path, "operation"];
    if (always >= 0 && index > always) {
      return [
        fieldProblem(
          place,
          `case ${index + 1}, "${operation}", is never reached: case ${always + 1} has no conditions`,
          null,
        ),
      ];
    }
    const field = contradictedField([...rule.when, when], bases);
    if (field === null) return [];
    const what = `case ${index + 1}, "${operation}", is never reached: its condition on "${field}" excludes the rule's`;
    return [fieldProblem(place, what, null)];
  });
}
