import type { ZodType } from "zod";
import type { FieldPath } from "../yaml/field-schema.ts";
import { fieldNames, hasFreeNames, isMapping, kindSchemas, schemaAt, valueAt } from "../yaml/field-schema.ts";
import type { Place, Problem } from "../yaml/problem.ts";
import { readYaml } from "../yaml/yaml-text.ts";

/** Behind every line of a file in the order of a report. */
const FIRST_ORDER = 1_000_000_000;

/** One `--set a.b=c`, read. */
export interface Override {
  /** `--set a.b=…`: the value is left out, it may be long. */
  readonly place: Place;
  readonly path: FieldPath;
  readonly value: unknown;
}

/** A configuration with overrides in it. */
export interface Overridden {
  readonly config: unknown;
  /** In the order given. */
  readonly applied: readonly Override[];
  /** Overrides that cannot be; what else is wrong is found when the whole configuration is checked. */
  readonly problems: readonly Problem[];
}

/** Applies `a.b=c` one after the other; nothing is changed in place. */
export function applyOverrides(config: unknown, texts: readonly string[], schema: ZodType): Overridden {
  const applied: Override[] = [];
  const problems: Problem[] = [];
  let changed = config;
  for (const [index, text] of texts.entries()) {
    const override = readOverride(text, FIRST_ORDER + index, schema);
    const problem = "what" in override ? override : findMissingPlace(changed, override);
    if (problem !== null) problems.push(problem);
    if (problem !== null || "what" in override) continue;
    changed = applyOverride(changed, override, schema, applied);
    applied.push(override);
  }
  return { config: changed, applied, problems };
}

/** True where `path` is `section` or lies below it. */
export function isWithin(path: FieldPath, section: FieldPath): boolean {
  return section.every((key, depth) => path[depth] === key);
}

/** The path is split at its dots; below a mapping with free names (`identity`) the rest is one name. */
function readOverride(text: string, order: number, schema: ZodType): Override | Problem {
  const equals = text.indexOf("=");
  const dotted = equals < 0 ? text : text.slice(0, equals);
  const place = { label: `--set ${dotted}${equals < 0 ? "" : "=…"}`, order };
  const names = dotted.split(".");
  if (equals < 0 || names.includes("")) {
    return { place, what: "no setting and value", hint: "write it like --set batch.max_lines=1000" };
  }
  const yaml = readYaml(text.slice(equals + 1), "pipeline");
  const problem = yaml.problems[0];
  if (problem !== undefined) return { place, what: problem.what, hint: problem.hint };
  if (yaml.isBlock) {
    return {
      place,
      what: "the value is no scalar, [list] or {mapping}",
      hint: 'quote a value that holds ": " or "- "',
    };
  }
  const first = schemaAt(schema, names.slice(0, 1), {});
  const path = first !== null && hasFreeNames(first) ? joinRest(names) : names;
  return { place, path, value: yaml.value };
}

/**
 * The configuration with the override's value in it; missing sections are made.
 *
 * A new `kind` takes the section's other fields from the file only as far as that kind has them; fields that an
 * earlier override gave stay, so that a contradiction on the command line is reported.
 */
function applyOverride(config: unknown, override: Override, schema: ZodType, earlier: readonly Override[]): unknown {
  const changed = withValue(config, override.path, override.value);
  const sectionPath = override.path.slice(0, -1);
  const section = valueAt(changed, sectionPath);
  const sectionSchema = schemaAt(schema, sectionPath, changed);
  if (override.path.at(-1) !== "kind" || sectionSchema === null || !isMapping(section)) return changed;
  if (!kindSchemas(sectionSchema).has(String(override.value))) return changed;
  const fitting = new Set(fieldNames(schema, sectionPath, changed));
  const kept = Object.entries(section).filter(
    ([name]) => fitting.has(name) || earlier.some(({ path }) => isWithin(path, [...sectionPath, name])),
  );
  return withValue(changed, sectionPath, Object.fromEntries(kept));
}

/** A list that is too short, or a text or number where the path wants to go on. */
function findMissingPlace(config: unknown, { path, place }: Override): Problem | null {
  for (const [depth, key] of path.entries()) {
    const section = valueAt(config, path.slice(0, depth));
    const name = path.slice(0, depth).join(".");
    if (Array.isArray(section)) {
      if (/^(0|[1-9]\d{0,8})$/.test(key) && Number(key) <= section.length) continue;
      const what = `list ${JSON.stringify(name)} has no place ${JSON.stringify(key)}`;
      return { place, what, hint: `the places are 0 to ${section.length}; the last one adds to the list` };
    }
    if (section === undefined || section === null || isMapping(section)) continue;
    const what = `field ${JSON.stringify(name)} has no fields in it`;
    return { place, what, hint: `write it like --set ${name}=…` };
  }
  return null;
}

function withValue(target: unknown, path: FieldPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(target)) {
    const list: unknown[] = [...target];
    list[Number(key)] = withValue(list[Number(key)], rest, value);
    return list;
  }
  return { ...(isMapping(target) ? target : {}), [key]: withValue(valueAt(target, [key]), rest, value) };
}

function joinRest(names: readonly string[]): FieldPath {
  return names.length < 2 ? names : [...names.slice(0, 1), names.slice(1).join(".")];
}
