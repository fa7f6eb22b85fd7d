import type { FieldType, IndexField } from "./index-field.ts";

/** A term may have 32,766 bytes, and a character four. */
export const MOST_TERM_CHARACTERS = 8000;
export const KEYWORD = { type: "keyword", ignore_above: 1024 };

/** What Elasticsearch is told of a type. */
const TYPES: Readonly<Record<FieldType, Readonly<Record<string, unknown>>>> = {
  keyword: KEYWORD,
  text: { type: "text" },
  long: { type: "long" },
  double: { type: "double" },
  boolean: { type: "boolean" },
  date: { type: "date" },
  ip: { type: "ip" },
  // Whatever stands in a record goes there, so that no line can be in conflict with another, or fill the mapping.
  flattened: { type: "flattened", ignore_above: MOST_TERM_CHARACTERS, depth_limit: 1000 },
};

export interface Mapping {
  readonly dynamic: false;
  readonly properties: Properties;
}

interface Properties {
  readonly [name: string]: { readonly properties: Properties } | Readonly<Record<string, unknown>>;
}

/** The mapping of fields; whatever else a document has stays in its source and is not searched. */
export function mappingOf(fields: readonly Pick<IndexField, "name" | "type">[]): Mapping {
  return {
    dynamic: false,
    properties: propertiesOf(fields.map(({ name, type }) => ({ path: name.split("."), type }))),
  };
}

interface Placed {
  readonly path: readonly string[];
  readonly type: FieldType;
}

function propertiesOf(fields: readonly Placed[]): Properties {
  const groups = Map.groupBy(fields, ({ path: [first = ""] }) => first);
  return Object.fromEntries(
    [...groups].map(([name, inside]) => {
      const [only] = inside;
      if (only?.path.length === 1) return [name, TYPES[only.type]];
      return [name, { properties: propertiesOf(inside.map(({ path, type }) => ({ path: path.slice(1), type }))) }];
    }),
  );
}
