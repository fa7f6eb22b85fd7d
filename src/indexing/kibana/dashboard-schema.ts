import * as z from "zod";

/** The files in `kibana/`, declared once. What stands in a request is read by `kql.ts` and `lens-columns.ts`. */

const NAME = "a-z, 0-9 and hyphen";
const GRID = "x, y, width and height on a grid of 48 columns";
const KINDS = ["line", "area", "bar", "horizontal bar", "table", "metric", "heatmap"] as const;
const SPAN = "a span of time, like now-24h";

const name = z.string({ error: NAME }).regex(/^[a-z0-9-]+$/, { error: NAME });
const text = z.string({ error: "text" }).min(1, { error: "text" });
const span = z.string({ error: SPAN }).regex(/^now(?:-\d+[mhdwM])?(?:\/d)?$/, { error: SPAN });
const sort = z.record(text, z.enum(["asc", "desc"]), { error: "a mapping of field to asc or desc" });

/** Beginning of a request: of which indices, and which of their documents. */
const request = {
  index: name.meta({ description: "name of a data view, of data-views.yaml" }),
  query: z.record(text, z.unknown(), { error: "a query" }).meta({ description: "a query of Elasticsearch" }),
};

const panel = z.strictObject({
  title: text.meta({ description: "what the panel is called" }),
  kind: z.enum(KINDS).meta({ description: "how the panel is drawn" }),
  at: z
    .tuple([z.int().min(0), z.int().min(0), z.int().min(1), z.int().min(1)], { error: GRID })
    .meta({ description: GRID }),
  ...request,
  aggs: z.record(text, z.unknown(), { error: "a mapping of aggregations" }).optional(),
  count_label: text.default("lines"),
});

export const dashboardSchema = z.strictObject({
  name: name.meta({ description: "end of the dashboard's id" }),
  title: text.meta({ description: "what the dashboard is called" }),
  description: text.meta({ description: "what it is for" }),
  from: span.default("now-24h"),
  controls: z
    .array(z.strictObject({ title: text, field: text, index: name.default("logs") }), { error: "a list of controls" })
    .default([]),
  panels: z.array(panel, { error: "a list of panels" }).min(1).meta({ description: "what stands on it" }),
});

const search = z.strictObject({
  title: text.meta({ description: "what the search is called" }),
  description: text.meta({ description: "which question it answers" }),
  ...request,
  columns: z.array(text, { error: "a list of fields" }).min(1).meta({ description: "fields that are shown" }),
  sort: sort.default({ "@timestamp": "desc" }),
  from: span.default("now-24h"),
});

export const searchesSchema = z.strictObject({
  searches: z.record(name, search, { error: "a mapping of searches by name" }).meta({ description: "saved searches" }),
});

const dataView = z.strictObject({
  title: text.meta({ description: "what the data view is called" }),
  index: text.meta({ description: "end of the names of its indices, behind PREFIX." }),
  formats: z
    .record(
      text,
      z.union([
        z.strictObject({ duration: z.enum(["nanoseconds", "milliseconds", "seconds"]) }),
        z.strictObject({ bytes: z.literal(true) }),
        z.strictObject({ search: name, label: text.optional() }),
      ]),
      { error: "a mapping of field to format" },
    )
    .default({}),
});

export const dataViewsSchema = z.strictObject({
  data_views: z
    .record(name, dataView, { error: "a mapping of data views by name" })
    .meta({ description: "data views" }),
});

export type DashboardSource = z.output<typeof dashboardSchema>;
export type PanelSource = DashboardSource["panels"][number];
export type SearchSource = z.output<typeof search>;
export type DataViewSource = z.output<typeof dataView>;
