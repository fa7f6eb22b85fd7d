import { nameHint } from "../core/nearest-name.ts";
import { type FieldProblem, fieldProblem } from "../yaml/problem.ts";
import { checkSchema } from "../yaml/schema-problem.ts";
import { fileFault, readYamlFile, type YamlFile } from "../yaml/yaml-file.ts";
import { catalogueDigest, type WrittenCatalogue } from "./catalogue-digest.ts";
import { contradictions } from "./contradiction.ts";
import type { Alternative, Catalogue, EventRules } from "./event-rules.ts";
import { exampleProblems } from "./example.ts";
import { listed, type Operation, type OperationCase } from "./rule-language.ts";
import { eventProblems } from "./rule-problem.ts";
import { type CatalogueBody, catalogueSchema, type EventBody, type RuleBody } from "./rule-schema.ts";
import { parseTemplate } from "./template.ts";

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
  const catalogue = { digest: catalogueDigest(names, fields, base?.fields ?? null), events };
  const failures = exampleProblems(catalogue, data.events);
  if (failures.length > 0) throw fileFault(yaml, failures);
  return catalogue;
}

interface CatalogueSource {
  readonly yaml: YamlFile;
  /** As written. */
  readonly fields: WrittenCatalogue;
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
    const refines = listed(own.refines ?? body.refines);
    const inherited = above.filter((base) => refines.includes(base.event)).flatMap((base) => base.alternatives);
    const logs = own.log ?? body.log ?? inherited.flatMap((base) => base.logs);
    return {
      logs: [...new Set(listed(logs))],
      refines,
      when: [body.when, own.when].filter((conditions) => conditions !== undefined),
      operation: casesOf(own.operation ?? body.operation ?? "none"),
      detail: parseTemplate(own.detail ?? body.detail ?? "") ?? [],
    };
  });
  return { event, description: body.description ?? null, unless: listed(body.unless), alternatives };
}

function casesOf(operation: Operation | readonly OperationCase[]): readonly OperationCase[] {
  return typeof operation === "string" ? [{ operation, when: {} }] : operation;
}
