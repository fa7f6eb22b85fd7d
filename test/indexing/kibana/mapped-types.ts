import { countsTemplate, type IndexTemplate, indexTemplates } from "../../../src/indexing/template.ts";

interface Mapped {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapped>>;
}

/** The mapping of what workers say of themselves. */
export const HEALTH = {
  dynamic: false,
  properties: {
    "@timestamp": { type: "date" },
    worker: {
      properties: {
        pipeline: { type: "keyword" },
        id: { type: "keyword" },
        interval_s: { type: "double" },
        lines: { type: "long" },
        indexed: { type: "long" },
        rejected: { type: "long" },
        repeats: { type: "long" },
        spilled_objects: { type: "long" },
        masked: { type: "long" },
        lag_s: { type: "double" },
        is_away: { type: "boolean" },
      },
    },
  },
};

/** Types of fields by their names, for each data view. */
export const MAPPED_TYPES: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ...[...indexTemplates("logtally"), countsTemplate("logtally")].map(
    (template) => [template.name.slice("logtally.".length), new Map(typesIn("", mappingOf(template)))] as const,
  ),
  ["health", new Map(typesIn("", HEALTH))] as const,
]);

function mappingOf({ body }: IndexTemplate): Mapped {
  return body.template.mappings;
}

function typesIn(name: string, { type, properties }: Mapped): (readonly [name: string, type: string])[] {
  const inside = Object.entries(properties ?? {}).flatMap(([key, child]) =>
    typesIn(name === "" ? key : `${name}.${key}`, child),
  );
  return type === undefined ? inside : [[name, type], ...inside];
}
