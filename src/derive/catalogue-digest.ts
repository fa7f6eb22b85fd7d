import { createHash } from "node:crypto";
import { UNCOUNTED_FIELDS } from "./rule-schema.ts";

/**
 * The order of events and of lists means something, the order of fields does not, nor do fields that count nothing. A
 * catalogue that extends another has the digest that it would have if all stood in one file.
 */
export function catalogueDigest(
  names: readonly string[],
  own: WrittenCatalogue,
  base: WrittenCatalogue | null,
): string {
  const bodies = { ...eventsIn(base), ...eventsIn(own) };
  const events = names.map((name) => [name, countedFields(bodies[name])] as const);
  const canonical = canonicalJson({ version: own["version"], events });
  return `sha256:${createHash("sha256").update(canonical).digest("hex")}`;
}

/** A catalogue as written. */
export type WrittenCatalogue = Readonly<Record<string, unknown>>;

function eventsIn(fields: WrittenCatalogue | null): Readonly<Record<string, unknown>> {
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
