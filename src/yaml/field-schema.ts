import * as z from "zod";

/** Keys and indices from the top of the file to a value. */
export type FieldPath = readonly string[];

/** True where the value is a YAML mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The part of `value` at the path; undefined where there is none. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

/**
 * The schema of the field at the path; null where the schema has no such field. `value` is the whole content of the
 * file: which fields a section has depends on its `kind`, or on whether it is a mapping or a list.
 */
export function schemaAt(schema: z.ZodType, path: FieldPath, value: unknown): z.ZodType | null {
  let found: z.ZodType | null = schema;
  for (const [depth, key] of path.entries()) {
    found = childSchema(found, key, valueAt(value, path.slice(0, depth)));
    if (found === null) return null;
  }
  return found;
}

/** The right names of the fields at the path; empty where any name or none is right. */
export function fieldNames(schema: z.ZodType, path: FieldPath, value: unknown): readonly string[] {
  const section = schemaAt(schema, path, value);
  return section === null ? [] : Object.keys(shapeOf(section, valueAt(value, path)));
}

/** The schemas that the kinds of this section have; empty where it has no `kind`. */
export function kindSchemas(schema: z.ZodType): ReadonlyMap<string, z.ZodObject> {
  const kinds = new Map<string, z.ZodObject>();
  const bare = unwrap(schema, null);
  if (!(bare instanceof z.ZodDiscriminatedUnion)) return kinds;
  for (const option of bare.options) {
    if (!(option instanceof z.ZodObject) || !(option.shape["kind"] instanceof z.ZodLiteral)) continue;
    kinds.set(String(option.shape["kind"].value), option);
  }
  return kinds;
}

/** True where the user names the entries: names of logs have dots in them. */
export function hasFreeNames(schema: z.ZodType): boolean {
  return unwrap(schema, {}) instanceof z.ZodRecord;
}

function childSchema(schema: z.ZodType, key: string, value: unknown): z.ZodType | null {
  const bare = unwrap(schema, value);
  if (bare instanceof z.ZodArray) return bare.element as z.ZodType;
  if (bare instanceof z.ZodRecord) return bare.valueType as z.ZodType;
  const shape = shapeOf(bare, value);
  return Object.hasOwn(shape, key) ? (shape[key] ?? null) : null;
}

function shapeOf(schema: z.ZodType, value: unknown): Readonly<Record<string, z.ZodType>> {
  const bare = unwrap(schema, value);
  const section = bare instanceof z.ZodObject ? bare : kindSchemas(bare).get(String(valueAt(value, ["kind"])));
  return section === undefined ? {} : section.shape;
}

/** The schema of a list or mapping, out of what is wrapped around it; of a union the option for such a value. */
function unwrap(schema: z.ZodType, value: unknown): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType, value);
  }
  if (schema instanceof z.ZodLazy) return unwrap(schema.unwrap() as z.ZodType, value);
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType, value);
  if (!(schema instanceof z.ZodUnion) || schema instanceof z.ZodDiscriminatedUnion) return schema;
  const options = schema.options.map((option) => unwrap(option as z.ZodType, value));
  const isFit = (option: z.ZodType): boolean =>
    Array.isArray(value)
      ? option instanceof z.ZodArray
      : isMapping(value) && (option instanceof z.ZodObject || option instanceof z.ZodRecord);
  return options.find(isFit) ?? schema;
}
