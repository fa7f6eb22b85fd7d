import { createHash } from "node:crypto";
import { KNOWN_LOGS } from "../decode/log-name.ts";
import {
  type CatalogueProblem,
  didYouMean,
  type Path,
  readCatalogueText,
  schemaProblems,
} from "./catalogue-problem.ts";
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
  const source = readCatalogueText(text, file);
  const parsed = catalogueSchema.safeParse(source.content);
  if (!parsed.success) throw source.fault(schemaProblems(parsed.error.issues, source.content));
  const events: EventRules[] = [];
  const problems: CatalogueProblem[] = [];
  const names = Object.keys(parsed.data.events);
  for (const [event, body] of Object.entries(parsed.data.events)) {
    events.push(resolveEvent(event, body, events));
    problems.push(...eventProblems(event, body, names));
  }
  if (problems.length > 0) throw source.fault(problems);
  return { digest: digestOf(source.content), events };
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
function eventProblems(event: string, body: EventBody, names: readonly string[]): CatalogueProblem[] {
  const path = ["events", event];
  const above = names.slice(0, names.indexOf(event));
  const shared = ruleProblems(path, body, above, names);
  const unless = nameProblems([...path, "unless"], list(body.unless), above, names);
  const alternatives = (body.any ?? []).flatMap((own, index) =>
    ruleProblems([...path, "any", index], own, above, names),
  );
  const complete = (body.any ?? [{}]).flatMap((own: RuleBody, index) => {
    const place = body.any === undefined ? path : [...path, "any", index];
    const refines = own.refines ?? body.refines;
    if ((own.log ?? body.log ?? refines) === undefined) {
      return [{ path: place, what: 'neither "log" nor "refines" says which lines count', hint: null }];
    }
    const refined = fieldsOf(body, own).find((name) => name.startsWith("refined."));
    if (refined === undefined || refines !== undefined) return [];
    return [{ path: place, what: `"${refined}" without "refines"`, hint: null }];
  });
  return [...shared, ...unless, ...alternatives, ...complete];
}

function ruleProblems(
  path: Path,
  rule: RuleBody,
  above: readonly string[],
  names: readonly string[],
): CatalogueProblem[] {
  const problems = nameProblems([...path, "refines"], list(rule.refines), above, names);
  for (const log of list(rule.log)) {
    if ((KNOWN_LOGS as readonly string[]).includes(log)) continue;
    const hint = didYouMean(log, KNOWN_LOGS) ?? `the logs are ${KNOWN_LOGS.join(", ")}`;
    problems.push({ path: [...path, "log"], what: `unknown log "${log}"`, hint });
  }
  if (rule.detail !== undefined && parseTemplate(rule.detail) === null) {
    const what = `a brace without its partner or without a name in "${rule.detail}"`;
    problems.push({ path: [...path, "detail"], what, hint: 'write fields as "{method} {route}"' });
  }
  for (const field of fieldsOf(rule)) {
    if (!field.startsWith("refined.") || (REFINED_FIELDS as readonly string[]).includes(field)) continue;
    problems.push({ path, what: `unknown field "${field}"`, hint: didYouMean(field, REFINED_FIELDS) });
  }
  return problems;
}

/** Events are tried from top to bottom, so one can only ask for events above it. */
function nameProblems(path: Path, asked: readonly string[], above: readonly string[], names: readonly string[]) {
  return asked
    .filter((name) => !above.includes(name))
    .map((name): CatalogueProblem => {
      if (names.includes(name)) return { path, what: `event "${name}" must stand above this one`, hint: null };
      return { path, what: `unknown event "${name}"`, hint: didYouMean(name, names) };
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
function digestOf(content: unknown): string {
  const { version, events } = content as { version: unknown; events: Record<string, unknown> };
  const canonical = canonicalJson({ version, events: Object.entries(events) });
  return `sha256:${createHash("sha256").update(canonical).digest("hex")}`;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}
