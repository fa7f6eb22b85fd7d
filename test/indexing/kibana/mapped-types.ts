import type { Mapping } from "../../../src/indexing/fields/mapping.ts";
import { COUNTS, DAY_MAPPINGS } from "../../../src/indexing/template/day-mappings.ts";

interface Mapped {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapped>>;
}

/** Types of fields by their names, for each data view. */
export const MAPPED_TYPES: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries({ ...DAY_MAPPINGS, counts: COUNTS }).map(
    ([name, mapping]: readonly [string, Mapping]) => [name, new Map(typesIn("", mapping as Mapped))] as const,
  ),
);

function typesIn(name: string, { type, properties }: Mapped): (readonly [name: string, type: string])[] {
  const inside = Object.entries(properties ?? {}).flatMap(([key, child]) =>
    typesIn(name === "" ? key : `${name}.${key}`, child),
  );
  return type === undefined ? inside : [[name, type], ...inside];
}
