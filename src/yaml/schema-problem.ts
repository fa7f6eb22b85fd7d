import type { core, ZodType } from "zod";
import { quoteList } from "../core/choice.ts";
import { nameHint } from "../core/nearest-name.ts";
import { shortened } from "../core/shortened.ts";
import { withoutPassword } from "../core/without-password.ts";
import { type FieldPath, fieldNames, hasFreeNames, isMapping, schemaAt, valueAt } from "./field-schema.ts";
import { type FieldProblem, fieldProblem } from "./problem.ts";

/** Of a text that a message repeats, with the sign of the cut. */
const MOST_SHOWN_CHARS = 61;

/** What is expected where the schema has no `error` text of its own. */
const TYPES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  object: "a mapping of fields",
  record: "a mapping",
  string: "a text",
};

/** A value that was held against a schema. */
export interface Checked<Data> {
  /** Undefined where there are problems. */
  readonly data: Data | undefined;
  readonly problems: readonly FieldProblem[];
}

/** An issue at its path from the top of the file. */
interface PlacedIssue {
  readonly issue: core.$ZodIssue;
  readonly path: FieldPath;
}

/**
 * Checks the content of a file. Problems are in the user's words, and name fields as the user writes them.
 *
 * The schema's `error` texts say what is expected, types and choices speak for themselves; a field's `description` is
 * the hint where it is missing. At and below a field with `secret: true` in its meta no value is repeated: it may be a
 * key, put there by mistake.
 */
export function checkSchema<Data>(schema: ZodType<Data>, content: unknown): Checked<Data> {
  const { data, error } = schema.safeParse(content, { error: expectedType });
  const issues = placeIssues(error?.issues ?? [], [], content);
  const problems = issues.flatMap(({ issue, path }) => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField(path, key, content, schema));
    // A section that lacks something may have it under the wrong name.
    if (issue.code === "custom" && issues.some((other) => isUnknownIn(path, other))) return [];
    return [wrongValue(issue, path, content, schema)];
  });
  const hidden = hiddenNames(schema, content);
  return hidden.length === 0 ? { data, problems } : { data: undefined, problems: [...problems, ...hidden] };
}

/** Where names are free, zod passes `__proto__` over, and what it asks for would be nothing. */
function hiddenNames(schema: ZodType, content: unknown): FieldProblem[] {
  return protoPaths(content, []).flatMap((path) => {
    const section = schemaAt(schema, path.slice(0, -1), content);
    if (section === null || !hasFreeNames(section)) return [];
    return [fieldProblem(path, '"__proto__" is no name', "leave it out")];
  });
}

function protoPaths(value: unknown, path: FieldPath): FieldPath[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const below = protoPaths(child, [...path, key]);
    return key === "__proto__" ? [[...path, key], ...below] : below;
  });
}

function expectedType(issue: core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_type") return TYPES[issue.expected];
  return issue.code === "too_small" ? `a list of at least ${issue.minimum}` : undefined;
}

/** In place of what a union says, the issues of the option that the value was meant for. */
function placeIssues(issues: readonly core.$ZodIssue[], parent: FieldPath, content: unknown): PlacedIssue[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path.map(String)];
    const option = issue.code === "invalid_union" ? meantOption(issue.errors, valueAt(content, path)) : undefined;
    return option === undefined ? [{ issue, path }] : placeIssues(option, path, content);
  });
}

/** The first option of a union that does not refuse the value for its type at once. */
function meantOption(
  options: readonly (readonly core.$ZodIssue[])[],
  value: unknown,
): readonly core.$ZodIssue[] | undefined {
  return options.find(([first]) => {
    if (first === undefined || first.path.length > 0) return true;
    if (first.code === "invalid_union") return meantOption(first.errors, value) !== undefined;
    if (first.code === "invalid_value") return first.values.some((choice) => typeof choice === typeof value);
    return first.code !== "invalid_type";
  });
}

function isUnknownIn(section: FieldPath, { issue, path }: PlacedIssue): boolean {
  return issue.code === "unrecognized_keys" && path.join("\0") === section.join("\0");
}

function unknownField(section: FieldPath, key: string, content: unknown, schema: ZodType): FieldProblem {
  const names = fieldNames(schema, section, content);
  const hint = nameHint(key, names, `the fields here are ${names.map(quote).join(", ")}`);
  return { path: [...section, key], what: `unknown field ${quote(key)}`, hint };
}

function wrongValue(issue: core.$ZodIssue, path: FieldPath, content: unknown, schema: ZodType): FieldProblem {
  if (issue.code === "invalid_key") {
    const expected = issue.issues[0]?.message ?? issue.message;
    return fieldProblem(path, `expected ${expected}, found ${describeValue(path.at(-1), false)}`, null);
  }
  const value = valueAt(content, path);
  const choices = choicesOf(issue);
  if (value === undefined) {
    const hint = choices === null ? describe(schemaAt(schema, path, content)) : quoteList(choices);
    return { path, what: `missing field ${quote(path.join("."))}`, hint };
  }
  if (value === null) {
    const declared = schemaAt(schema, path, content);
    const hint = declared?.safeParse(undefined).success === true ? "give it one or leave it out" : describe(declared);
    return { path, what: `field ${quote(path.join("."))} has no value`, hint };
  }
  const expected = choices === null ? issue.message : quoteList(choices);
  const words = choices?.filter((choice) => typeof choice === "string") ?? [];
  const hint = typeof value === "string" ? nameHint(value, words, null) : null;
  const found = describeValue(value, isSecret(path, content, schema));
  return fieldProblem(path, `expected ${expected}, found ${found}`, hint);
}

/** The values that would be right, where there is a list of them. */
function choicesOf(issue: core.$ZodIssue): readonly unknown[] | null {
  if (issue.code === "invalid_value") return issue.values;
  return (issue.code === "invalid_union" && "options" in issue && issue.options) || null;
}

function isSecret(path: FieldPath, content: unknown, schema: ZodType): boolean {
  return path.some((_, depth) => schemaAt(schema, path.slice(0, depth + 1), content)?.meta()?.["secret"] === true);
}

/** The field's description as a hint: lower case but for names like URL, no full stop. */
function describe(schema: ZodType | null): string | null {
  const description = schema?.meta()?.description;
  if (description === undefined) return null;
  return description.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase()).replace(/\.$/, "");
}

function describeValue(value: unknown, isHidden: boolean): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isMapping(value)) return "a mapping";
  if (typeof value !== "string") return isHidden ? `a ${typeof value}` : `${typeof value} ${String(value)}`;
  if (isHidden) return "text";
  return value === "" ? "empty text" : `text ${quote(shortened(withoutPassword(value), MOST_SHOWN_CHARS))}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
