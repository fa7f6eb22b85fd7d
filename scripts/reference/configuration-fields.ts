import { choice } from "../../src/core/choice.ts";
import type { JsonSchema } from "./json-schema.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** The table of all fields of a file of settings. */
export function configurationFields(schema: JsonSchema): string {
  return markdownTable(["field", "value", "default", "meaning"], fieldRows([schema], ""));
}

/** Rows of a section: of several kinds, where it may have one of them. */
function fieldRows(kinds: readonly JsonSchema[], prefix: string): readonly (readonly string[])[] {
  const names = new Set(kinds.flatMap(({ properties = {} }) => Object.keys(properties)));
  return [...names].flatMap((name) => {
    const having = kinds.filter(({ properties = {} }) => properties[name] !== undefined);
    const fields = having.flatMap(({ properties = {} }) => properties[name] ?? []);
    const [field = {}] = fields;
    const path = `${prefix}${name}`;
    const needing = having.filter(({ required = [] }) => required.includes(name));
    const row = [code(path), valueText(fields), defaultText(field, needing, kinds), meaningText(fields)];
    const sections = field.oneOf ?? (field.properties === undefined ? [] : [field]);
    return [row, ...fieldRows(sections, `${path}.`)];
  });
}

function valueText(fields: readonly JsonSchema[]): string {
  const [{ title, type, oneOf, properties, enum: words } = {}] = fields;
  if (oneOf !== undefined || properties !== undefined) return "a section";
  if (title !== undefined) return plain(title.replace(/\d{5,}/g, (digits) => Number(digits).toLocaleString("en")));
  if (type === "boolean") return "`true` or `false`";
  return choice((words ?? fields.map((field) => field.const)).map((word) => code(String(word))));
}

function defaultText(field: JsonSchema, needing: readonly JsonSchema[], kinds: readonly JsonSchema[]): string {
  if (needing.length > 0) {
    const names = needing.map(({ properties = {} }) => code(String(properties["kind"]?.const)));
    return needing.length === kinds.length ? "required" : `required for ${choice(names)}`;
  }
  if (field.default === undefined || field.properties !== undefined) return "";
  return code(typeof field.default === "string" ? field.default : JSON.stringify(field.default));
}

function meaningText(fields: readonly JsonSchema[]): string {
  const isKind = fields.some((field) => field.const !== undefined);
  const texts = fields.map(({ const: kind, description = "" }) =>
    isKind ? `${code(String(kind))}: ${plain(description)}` : plain(description),
  );
  return [...new Set(texts)].join(" ");
}
