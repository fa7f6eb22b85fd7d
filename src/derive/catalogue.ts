import { createHash } from "node:crypto";
import { nameHint } from "../core/nearest-name.ts";
import { KNOWN_LOGS } from "../decode/log-name.ts";
import type { FieldPath } from "../yaml/field-schema.ts";
import { type FieldProblem, fieldProblem } from "../yaml/problem.ts";
import { checkSchema } from "../yaml/schema-problem.ts";
import { fileFault, readYamlFile, type YamlFile } from "../yaml/yaml-file.ts";
import { contradictions } from "./contradiction.ts";
import { exampleProblems } from "./example.ts";
import type { CatalogueBody, Conditions, EventBody, Operation, OperationCase, RuleBody } from "./rule-schema.ts";
import { catalogueSchema, UNCOUNTED_FIELDS } from "./rule-schema.ts";
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
  /** What the event is, in words; null where the catalogue does not say. */
  readonly description: string | null;
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

/** The text of a catalogue, and its name in messages. */
export interface CatalogueText {
  readonly text: string;
  readonly file: string;
}

/**
 * Reads a catalogue, which may extend the standard one. Throws `UsageError`: each line names file, line and field of
 * one problem and, for a misspelled name, the nearest right one.
 */
export function parseCatalogue(own: CatalogueText, standard: CatalogueText | null): Catalogue {
  const { yaml, fields, data } = readBody(own);
  const isExtending = data.extends !== undefined && standard !== null;
  const base = isExtending ? readBody(standard) : null;
  const names = mergedNames(base?.data ?? null, data);
  const events: EventRules[] = [];
  const problems: FieldProblem[] = replacementProblems(data, base?.data ?? null);
  for (const name of names) {
    const body = data.events[name] ?? base?.data.events[name];
    if (body === undefined) continue;
    const rules = resolveEvent(name, body, events);
    if (data.events[name] !== undefined) {
      const misfits = eventProblems(name, body, names);
      // Rules that name what there is not would be found to contradict themselves as well.
      problems.push(...misfits, ...(misfits.length === 0 ? contradictions(rules, body, events) : []));
    }
    events.push(rules);
  }
  if (yaml.problems.length > 0 || problems.length > 0) throw fileFault(yaml, problems);
  const catalogue = { digest: digestOf(names, fields, base?.fields ?? null), events };
  const failures = exampleProblems(catalogue, data.events);
  if (failures.length > 0) throw fileFault(yaml, failures);
  return catalogue;
}

interface CatalogueSource {
  readonly yaml: YamlFile;
  /** As written. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly data: CatalogueBody;
}

function readBody({ text, file }: CatalogueText): CatalogueSource {
  const yaml = readYamlFile(text, file, "catalogue", '"version: 1" and "events:"');
  if (yaml.fields === null) throw fileFault(yaml, []);
  const { data, problems } = checkSchema(catalogueSchema, yaml.fields);
  if (data === undefined) throw fileFault(yaml, problems);
  return { yaml, fields: yaml.fields, data };
}

/** Those of the standard catalogue first, replaced ones in their old place: events above are tried before. */
function mergedNames(base: CatalogueBody | null, own: CatalogueBody): readonly string[] {
  return [...new Set([...Object.keys(base?.events ?? {}), ...Object.keys(own.events)])];
}

function replacementProblems({ events }: CatalogueBody, base: CatalogueBody | null): FieldProblem[] {
  const standard = Object.keys(base?.events ?? {});
  return Object.entries(events).flatMap(([name, { replace }]): FieldProblem[] => {
    const path = ["events", name];
    if (replace === undefined) {
      if (!standard.includes(name)) return [];
      const hint = 'give it another name, or add "replace: true" to count this one instead';
      return [fieldProblem(path, "the standard catalogue has an event of this name", hint)];
    }
    if (base === null)
      return [fieldProblem(path, '"replace" without "extends: standard"', "leave one out or add the other")];
    if (standard.includes(name)) return [];
    return [fieldProblem(path, "the standard catalogue has no such event to replace", nameHint(name, standard, null))];
  });
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
  return { event, description: body.description ?? null, unless: list(body.unless), alternatives };
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

/**
 * The order of events and of lists means something, the order of fields does not, nor do fields that count nothing. A
 * catalogue that extends another has the digest that it would have if all stood in one file.
 */
function digestOf(names: readonly string[], own: CatalogueFields, base: CatalogueFields | null): string {
  const bodies = { ...eventsIn(base), ...eventsIn(own) };
  const events = names.map((name) => [name, countedFields(bodies[name])] as const);
  const canonical = canonicalJson({ version: own["version"], events });
  return `sha256:${createHash("sha256").update(canonical).digest("hex")}`;
}

type CatalogueFields = Readonly<Record<string, unknown>>;

function eventsIn(fields: CatalogueFields | null): Readonly<Record<string, unknown>> {
  return (fields?.["events"] ?? {}) as Readonly<Record<string, unknown>>;
}

function countedFields(body: unknown): unknown {
  const entries = Object.entries(body as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.filter(([name]) => !UNCOUNTED_FIELDS.includes(name)));
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}
