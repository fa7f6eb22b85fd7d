import { type FieldPath, isMapping } from "../../yaml/field-schema.ts";
import type { Refuse } from "./refuse.ts";

/** Signs of Kibana's query language for the bounds of a range. */
const BOUNDS: Readonly<Record<string, string>> = { gte: ">=", gt: ">", lte: "<=", lt: "<" };
const KNOWN = "bool, term, terms, range and exists can be said in Kibana's query language";
const FIELD = /^[a-zA-Z@_][a-zA-Z0-9@_.]*$/;

/**
 * A query of Elasticsearch's DSL in Kibana's query language. What cannot be said there is told to `refuse`; `path` is
 * where the query stands.
 */
export function kqlOf(query: unknown, path: FieldPath, refuse: Refuse): string {
  const only = onlyEntry(query);
  if (only === null) {
    refuse(path, "expected a query of one kind", KNOWN);
    return "";
  }
  const [kind, body] = only;
  const inside = [...path, kind];
  switch (kind) {
    case "bool":
      return boolKql(body, inside, refuse);
    case "exists":
      return existsKql(body, inside, refuse);
    case "term":
      return fieldKql(body, inside, refuse, (value, at) => valueKql(value, at, refuse));
    case "terms":
      return fieldKql(body, inside, refuse, (values, at) => listKql(values, at, refuse));
    case "range":
      return rangeKql(body, inside, refuse);
    default:
      refuse(inside, `no query "${kind}" is known here`, KNOWN);
      return "";
  }
}

/** The one entry of a mapping; null for everything else. */
export function onlyEntry(value: unknown): readonly [key: string, value: unknown] | null {
  const entries = isMapping(value) ? Object.entries(value) : [];
  return entries.length === 1 ? (entries[0] ?? null) : null;
}

function boolKql(body: unknown, path: FieldPath, refuse: Refuse): string {
  if (!isMapping(body) || Object.keys(body).length === 0) {
    refuse(path, "expected a mapping of clauses", 'lists under "filter", "must_not" and "should"');
    return "";
  }
  const clauses = (key: string, value: unknown): string[] => {
    if (Array.isArray(value)) {
      return value.map((clause, at) => grouped(kqlOf(clause, [...path, key, String(at)], refuse)));
    }
    refuse([...path, key], "expected a list of queries", null);
    return [];
  };
  const parts = Object.entries(body).flatMap(([key, value]) => {
    if (key === "filter") return clauses(key, value);
    if (key === "must_not") return clauses(key, value).map((clause) => `not ${clause}`);
    // Beside a filter Elasticsearch makes it a matter of score, unless it is said how many have to be met.
    if (key === "should" && (Object.keys(body).length === 1 || body["minimum_should_match"] === 1)) {
      return [grouped(clauses(key, value).join(" or "))];
    }
    if (key === "minimum_should_match" && value === 1) return [];
    const hint = '"filter", "must_not", and "should" alone or with "minimum_should_match: 1"';
    refuse([...path, key], `clause "${key}" cannot be said in Kibana's query language`, hint);
    return [];
  });
  return parts.join(" and ");
}

function existsKql(body: unknown, path: FieldPath, refuse: Refuse): string {
  const only = onlyEntry(body);
  if (only !== null && only[0] === "field" && isField(only[1])) return `${only[1]}: *`;
  refuse(path, 'expected "field:" and the name of a field', null);
  return "";
}

/** `field: …`, where `valueOf` writes what stands behind. */
function fieldKql(
  body: unknown,
  path: FieldPath,
  refuse: Refuse,
  valueOf: (value: unknown, path: FieldPath) => string,
): string {
  const only = onlyEntry(body);
  if (only !== null && isField(only[0])) return `${only[0]}: ${valueOf(only[1], [...path, only[0]])}`;
  refuse(path, "expected the name of one field, and its value", null);
  return "";
}

function rangeKql(body: unknown, path: FieldPath, refuse: Refuse): string {
  const [field, bounds] = onlyEntry(body) ?? [];
  if (!isField(field) || !isMapping(bounds) || Object.keys(bounds).length === 0) {
    refuse(path, "expected the name of one field, and its bounds", null);
    return "";
  }
  const parts = Object.entries(bounds).map(([bound, value]) => {
    const at = [...path, field, bound];
    const sign = BOUNDS[bound];
    if (sign === undefined) refuse(at, `no bound "${bound}" is known here`, Object.keys(BOUNDS).join(", "));
    return `${field} ${sign ?? ""} ${valueKql(value, at, refuse)}`;
  });
  return parts.join(" and ");
}

function listKql(values: unknown, path: FieldPath, refuse: Refuse): string {
  if (Array.isArray(values) && values.length > 0) {
    return `(${values.map((value, at) => valueKql(value, [...path, String(at)], refuse)).join(" or ")})`;
  }
  refuse(path, "expected a list of at least one value", null);
  return "";
}

function valueKql(value: unknown, path: FieldPath, refuse: Refuse): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  refuse(path, "expected a text, a number, true or false", null);
  return "";
}

function isField(name: unknown): name is string {
  return typeof name === "string" && FIELD.test(name);
}

function grouped(kql: string): string {
  return / (?:and|or) |^not /.test(kql) ? `(${kql})` : kql;
}
