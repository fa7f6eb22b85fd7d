import { nameHint } from "../core/nearest-name.ts";
import { FAMILIES } from "../decode/field-reader.ts";
import { KNOWN_LOGS } from "../decode/log-name.ts";
import type { FieldPath } from "../yaml/field-schema.ts";
import { type FieldProblem, fieldProblem } from "../yaml/problem.ts";
import { listed } from "./rule-language.ts";
import { type EventBody, type RuleBody } from "./rule-schema.ts";
import { parseTemplate, templateFields } from "./template.ts";

/** Fields of the event that a rule refines. */
const REFINED_FIELDS: readonly string[] = ["refined.operation", "refined.detail"];

/** Details stand in counts as they are, so none may say who it was. */
const PERSONAL_FIELDS: readonly string[] =
  "username user_id meta.user meta.user_id meta.client_id params.user_id params.identifier remote_ip meta.remote_ip ip ip_address ua user_agent author_id author_name".split(
    " ",
  );

/** Where an alternative of an event stands in its catalogue. */
export function alternativePath(event: string, { any }: EventBody, index: number): FieldPath {
  return any === undefined ? ["events", event] : ["events", event, "any", String(index)];
}

/** What no schema sees: names that must be known, and fields that only some rules have. */
export function eventProblems(event: string, body: EventBody, names: readonly string[]): FieldProblem[] {
  const path = ["events", event];
  const above = names.slice(0, names.indexOf(event));
  const shared = ruleProblems(path, body, above, names);
  const unless = nameProblems([...path, "unless"], listed(body.unless), above, names);
  const alternatives = (body.any ?? []).flatMap((own, index) =>
    ruleProblems(alternativePath(event, body, index), own, above, names),
  );
  const complete = (body.any ?? [{}]).flatMap((own: RuleBody, index) => {
    const place = alternativePath(event, body, index);
    const refines = own.refines ?? body.refines;
    if ((own.log ?? body.log ?? refines) === undefined) {
      return [fieldProblem(place, 'neither "log" nor "refines" says which lines count', null)];
    }
    const refined = fieldsOf(body, own).find((name) => name.startsWith("refined."));
    if (refined === undefined || refines !== undefined) return [];
    return [fieldProblem(place, `"${refined}" without "refines"`, null)];
  });
  return [...shared, ...unless, ...alternatives, ...complete];
}

function ruleProblems(
  path: FieldPath,
  rule: RuleBody,
  above: readonly string[],
  names: readonly string[],
): FieldProblem[] {
  const problems = nameProblems([...path, "refines"], listed(rule.refines), above, names);
  for (const log of listed(rule.log)) {
    if ((KNOWN_LOGS as readonly string[]).includes(log)) continue;
    const hint = nameHint(log, KNOWN_LOGS, `the logs are ${KNOWN_LOGS.join(", ")}`);
    problems.push(fieldProblem([...path, "log"], `unknown log "${log}"`, hint));
  }
  if (rule.detail !== undefined && parseTemplate(rule.detail) === null) {
    const what = `a brace without its partner or without a name in "${rule.detail}"`;
    problems.push(fieldProblem([...path, "detail"], what, 'write fields as "{method} {route}"'));
  }
  for (const field of fieldsOf(rule)) problems.push(...fieldNameProblems(path, field));
  for (const field of templateFields(parseTemplate(rule.detail ?? "") ?? [])) {
    if (!PERSONAL_FIELDS.includes(field)) continue;
    const hint = 'persons are counted as pseudonyms: "counts --by user"';
    problems.push(fieldProblem([...path, "detail"], `"${field}" tells a person, which a detail must not`, hint));
  }
  return problems;
}

/** Names that would never be found in a line. */
function fieldNameProblems(path: FieldPath, field: string): FieldProblem[] {
  if (field.startsWith("refined.") && !REFINED_FIELDS.includes(field)) {
    return [fieldProblem(path, `unknown field "${field}"`, nameHint(field, REFINED_FIELDS, null))];
  }
  const family = FAMILIES.find((name) => field.startsWith(`${name}_`));
  if (family === undefined) return [];
  const dotted = `${family}.${field.slice(family.length + 1)}`;
  return [fieldProblem(path, `"${field}" is another spelling of "${dotted}"`, `write "${dotted}": it holds for all`)];
}

/** Events are tried from top to bottom, so one can only ask for events above it. */
function nameProblems(path: FieldPath, asked: readonly string[], above: readonly string[], names: readonly string[]) {
  return asked
    .filter((name) => !above.includes(name))
    .map((name) => {
      if (names.includes(name)) return fieldProblem(path, `event "${name}" must stand above this one`, null);
      return fieldProblem(path, `unknown event "${name}"`, nameHint(name, names, null));
    });
}

/** Names of all fields, real or not, that rules ask for. */
function fieldsOf(...rules: readonly RuleBody[]): readonly string[] {
  return rules.flatMap((rule) => {
    const cases = typeof rule.operation === "object" ? rule.operation.flatMap(({ when }) => Object.keys(when)) : [];
    return [...Object.keys(rule.when ?? {}), ...cases, ...templateFields(parseTemplate(rule.detail ?? "") ?? [])];
  });
}
