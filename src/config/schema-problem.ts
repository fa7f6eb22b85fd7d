import type { core, ZodType } from "zod";
import { nameHint } from "../core/nearest-name.ts";
import { type FieldPath, fieldNames, isMapping, schemaAt, valueAt } from "./field-schema.ts";
import { quoteList } from "./problem.ts";

/** Longest text that a message repeats. */
const MAX_SHOWN_LENGTH = 60;

/** Below this field no value is repeated in a message: it may be a key, put there by mistake. */
const SECRET_FIELD = "pseudonym_key";

/** Something that the schema refuses, still without its place. */
export interface SchemaProblem {
  readonly path: FieldPath;
  readonly what: string;
  readonly hint: string | null;
}

/** Everything that the schema has against `config`, in words. Names are of fields as the user writes them. */
export function schemaProblems(issues: readonly core.$ZodIssue[], config: unknown, schema: ZodType): SchemaProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField(path, key, config, schema));
    return [wrongValue(issue, path, config, schema)];
  });
}

function unknownField(section: FieldPath, key: string, config: unknown, schema: ZodType): SchemaProblem {
  const names = fieldNames(schema, section, config);
  const hint = nameHint(key, names, `the fields here are ${names.map(quote).join(", ")}`);
  return { path: [...section, key], what: `unknown field ${quote(key)}`, hint };
}

function wrongValue(issue: core.$ZodIssue, path: FieldPath, config: unknown, schema: ZodType): SchemaProblem {
  const value = valueAt(config, path);
  const name = quote(path.join("."));
  const choices = choicesOf(issue);
  if (value === undefined) {
    const hint = choices === null ? describe(schemaAt(schema, path, config)) : quoteList(choices);
    return { path, what: `missing field ${name}`, hint };
  }
  if (value === null) {
    return { path, what: `field ${name} has no value`, hint: "give it one or leave it out" };
  }
  const expected = choices === null || typeof value !== "string" ? issue.message : quoteList(choices);
  const hint = choices === null || typeof value !== "string" ? null : nameHint(value, choices, null);
  const what = `field ${name}: expected ${expected}, found ${describeValue(value, path[0] === SECRET_FIELD)}`;
  return { path, what, hint };
}

/** The values that would be right, where there is a list of them. */
function choicesOf(issue: core.$ZodIssue): readonly string[] | null {
  if (issue.code === "invalid_value") return issue.values.map(String);
  if (issue.code === "invalid_union" && "options" in issue && issue.options !== undefined) {
    return issue.options.map(String);
  }
  return null;
}

/** The field's description as a hint: lower case, no full stop. */
function describe(schema: ZodType | null): string | null {
  const description = schema?.meta()?.description;
  if (description === undefined) return null;
  return description.slice(0, 1).toLowerCase() + description.slice(1).replace(/\.$/, "");
}

function describeValue(value: unknown, isSecret: boolean): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isMapping(value)) return "a mapping";
  if (typeof value !== "string") return isSecret ? `a ${typeof value}` : `${typeof value} ${String(value)}`;
  if (isSecret) return "text";
  const shown = value.length > MAX_SHOWN_LENGTH ? `${value.slice(0, MAX_SHOWN_LENGTH)}…` : value;
  return value === "" ? "empty text" : `text ${quote(shown)}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
