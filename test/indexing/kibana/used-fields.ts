import { type KibanaSources, kibanaRequests } from "../../../src/indexing/kibana/kibana-sources.ts";

/** What is done with a field. */
export type FieldUse = "term" | "range" | "exists" | "buckets" | "time" | "number" | "distinct" | "sort" | "shown";

/** A field that a source names. */
export interface UsedField {
  /** The panel, search, control or data view. */
  readonly of: string;
  /** Name of the data view. */
  readonly index: string;
  readonly field: string;
  readonly use: FieldUse;
}

type Part = Readonly<Record<string, unknown>>;

/** Aggregations by what they do with their field. */
const AGGREGATIONS: Readonly<Record<string, FieldUse>> = {
  terms: "buckets",
  date_histogram: "time",
  value_count: "shown",
  cardinality: "distinct",
  percentiles: "number",
  sum: "number",
  avg: "number",
  min: "number",
  max: "number",
};

/** Every field that requests, columns, controls and formats name. */
export function usedFields(sources: KibanaSources): UsedField[] {
  const requests = kibanaRequests(sources).flatMap(({ of, index, body, shown }) => [
    ...queryFields(body["query"]).map((used) => ({ of, index, ...used })),
    ...aggregationFields(body["aggs"]).map((used) => ({ of, index, ...used })),
    ...((body["sort"] as readonly Part[] | undefined) ?? []).flatMap((sort) =>
      Object.keys(sort).map((field) => ({ of, index, field, use: "sort" as const })),
    ),
    ...shown.map((field) => ({ of, index, field, use: "shown" as const })),
  ]);
  const controls = sources.dashboards.flatMap(({ content: { name, controls } }) =>
    controls.map(({ title, index, field }) => ({
      of: `${name}: control ${title}`,
      index,
      field,
      use: "buckets" as const,
    })),
  );
  const formats = Object.entries(sources.dataViews.content.data_views).flatMap(([index, view]) =>
    Object.entries(view.formats).map(([field, format]) => ({
      of: `data view ${index}`,
      index,
      field,
      use: "search" in format ? ("term" as const) : ("number" as const),
    })),
  );
  return [...requests, ...controls, ...formats];
}

function queryFields(query: unknown): Pick<UsedField, "field" | "use">[] {
  const [[kind, body] = ["", null]] = Object.entries((query ?? {}) as Part);
  const inner = (body ?? {}) as Part;
  if (kind === "bool")
    return Object.values(inner).flatMap((clauses) => (Array.isArray(clauses) ? clauses.flatMap(queryFields) : []));
  if (kind === "exists") return [{ field: String(inner["field"]), use: "exists" }];
  return Object.keys(inner).map((field) => ({ field, use: kind === "range" ? "range" : "term" }));
}

function aggregationFields(aggs: unknown): Pick<UsedField, "field" | "use">[] {
  return Object.values((aggs ?? {}) as Part).flatMap((agg) => {
    const { aggs: inside, ...rest } = agg as Part;
    const [[kind, body] = ["", {}]] = Object.entries(rest);
    const own =
      kind === "filter"
        ? queryFields(body)
        : kind === "filters"
          ? Object.values((body as { readonly filters: Part }).filters).flatMap(queryFields)
          : [{ field: String((body as Part)["field"]), use: AGGREGATIONS[kind] ?? "shown" }];
    return [...own, ...aggregationFields(inside)];
  });
}
