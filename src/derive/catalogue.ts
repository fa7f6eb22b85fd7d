import { createHash } from "node:crypto";
import { nameHint } from "../core/nearest-name.ts";
import { KNOWN_LOGS } from "../decode/log-name.ts";
import type { FieldPath } from "../yaml/field-schema.ts";
import { type FieldProblem, fieldProblem } from "../yaml/problem.ts";
import { checkSchema } from "../yaml/schema-problem.ts";
import { fileFault, readYamlFile } from "../yaml/yaml-file.ts";
import type { Conditions, EventBody, Operation, OperationCase, RuleBody } from "./rule-schema.ts";
import { catalogueSchema } from "./rule-schema.ts";
import { parseTemplate, type TemplatePart, templateFields } from "./template.ts";

/** Which line counts as which event, checked. */
export interface Catalogue {
  /** `sha256:` and 64 hex digits over the content: comments, spacing and the order of fields do not change it. */
  readonly digest: string;
  /** In the order in which they are tried and reported; each stands below those that it names. */
  readonly events: readonly EventRules[];
}

export interface EventRules {
  readonly event: string;
  /** Events that keep a line from counting. */
  readonly unless: readonly string[];
  /** The first that holds counts the line. */
  readonly alternatives: readonly Alternative[];
}

export interface Alternative {
  readonly logs: readonly string[];
  /** Not empty: counts only a line that counted one of these events; of several the first is the one refined. */
  readonly refines: readonly string[];
  /** All must hold: what the event's rules have in common, then the alternative's own. */
  readonly when: readonly Conditions[];
  /** The first case that holds, else `none`. */
  readonly operation: readonly OperationCase[];
  readonly detail: readonly TemplatePart[];
}

/** Fields of the event that a rule refines. */
export const REFINED_FIELDS = ["refined.operation", "refined.detail"] as const;

/**
 * Reads a catalogue. Throws `UsageError`: each line names file, line and field of one problem and, for a misspelled
 * name, the nearest right one.
 */
export function parseCatalogue(text: string, file: string): Catalogue {
  const yaml = readYamlFile(text, file, "catalogue", '"version: 1" and "events:"');
  if (yaml.fields === null) throw fileFault(yaml, []);
  const { data, problems } = checkSchema(catalogueSchema, yaml.fields);
  if (data === undefined) throw fileFault(yaml, problems);
  const events: EventRules[] = [];
  const misfits: FieldProblem[] = [];
  const names = Object.keys(data.events);
  for (const [event, body] of Object.entries(data.events)) {
    events.push(resolveEvent(event, body, events));
    misfits.push(...eventProblems(event, body, names));
  }
  if (yaml.problems.length > 0 || misfits.length > 0) throw fileFault(yaml, misfits);
  return { digest: digestOf(yaml.fields), events };
}

/** Gives each alternative what it shares with the others. */
function resolveEvent(event: string, body: EventBody, above: readonly EventRules[]): EventRules {
  const alternatives = (body.any ?? [{}]).map((own: RuleBody): Alternative => {
    const refines = list(own.refines ?? body.refines);
    const inherited = above.filter((base) => refines.includes(base.event)).flatMap((base) => base.alternatives);
    const logs = own.log ?? body.log ?? inherited.flatMap((base) => base.logs);
    return {
      logs: [...new Set(list(logs))],
      refines,
      when: [body.when, own.when].filter((conditions) => conditions !== undefined),
      operation: casesOf(own.operation ?? body.operation ?? "none"),
      detail: parseTemplate(own.detail ?? body.detail ?? "") ?? [],
    };
  });
  return { event, unless: list(body.unless), alternatives };
}

function casesOf(operation: Operation | readonly OperationCase[]): readonly OperationCase[] {
  return typeof operation === "string" ? [{ operation, when: {} }] : operation;
}

/** What no schema sees: names that must be known, and fields that only some rules have. */
function eventProblems(event: string, body: EventBody, names: readonly string[]): FieldProblem[] {
  const path = ["events", event];
  const above = names.slice(0, names.indexOf(event));
  const shared = ruleProblems(path, body, above, names);
  const unless = nameProblems([...path, "unless"], list(body.unless), above, names);
  const alternatives = (body.any ?? []).flatMap((own, index) =>
    ruleProblems([...path, "any", String(index)], own, above, names),
  );
  const complete = (body.any ?? [{}]).flatMap((own: RuleBody, index) => {
    const place = body.any === undefined ? path : [...path, "any", String(index)];
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
  const problems = nameProblems([...path, "refines"], list(rule.refines), above, names);
  for (const log of list(rule.log)) {
    if ((KNOWN_LOGS as readonly string[]).includes(log)) continue;
    const hint = nameHint(log, KNOWN_LOGS, `the logs are ${KNOWN_LOGS.join(", ")}`);
    problems.push(fieldProblem([...path, "log"], `unknown log "${log}"`, hint));
  }
  if (rule.detail !== undefined && parseTemplate(rule.detail) === null) {
    const what = `a brace without its partner or without a name in "${rule.detail}"`;
    problems.push(fieldProblem([...path, "detail"], what, 'write fields as "{method} {route}"'));
  }
  for (const field of fieldsOf(rule)) {
    if (!field.startsWith("refined.") || (REFINED_FIELDS as readonly string[]).includes(field)) continue;
    problems.push(fieldProblem(path, `unknown field "${field}"`, nameHint(field, REFINED_FIELDS, null)));
  }
  return problems;
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

function list<Item>(items: Item | readonly Item[] | undefined): readonly Item[] {
  if (items === undefined) return [];
  return Array.isArray(items) ? items : [items as Item];
}

/** The order of events and of lists means something, the order of fields does not. */
function digestOf({ version, events }: Readonly<Record<string, unknown>>): string {
  const canonical = canonicalJson({ version, events: Object.entries(events as object) });
  return `sha256:${createHash("sha256").update(canonical).digest("hex")}`;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}
