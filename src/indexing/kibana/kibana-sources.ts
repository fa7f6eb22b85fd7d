import type * as z from "zod";
import type { UsageError } from "../../core/fault.ts";
import type { FieldProblem } from "../../yaml/problem.ts";
import { checkSchema } from "../../yaml/schema-problem.ts";
import { fileFault, readYamlFile } from "../../yaml/yaml-file.ts";
import { type DashboardSource, dashboardSchema, dataViewsSchema, searchesSchema } from "./dashboard-schema.ts";

/** A file of `kibana/`. */
export interface KibanaText {
  /** Path below that folder: `dashboards/git.yaml`. */
  readonly file: string;
  readonly text: string;
}

/** A file that was read and has the right fields. */
export interface KibanaFile<Content> {
  readonly content: Content;
  /** The error that tells what is wrong in it, each at its line. */
  readonly fault: (problems: readonly FieldProblem[]) => UsageError;
}

export interface KibanaSources {
  readonly dataViews: KibanaFile<z.output<typeof dataViewsSchema>>;
  readonly searches: KibanaFile<z.output<typeof searchesSchema>>;
  /** In order of file names. */
  readonly dashboards: readonly KibanaFile<DashboardSource>[];
}

/** A request that a panel or a search makes, and whose it is. */
export interface KibanaRequest {
  /** `git.yaml: Pushes by protocol`. */
  readonly of: string;
  /** Name of the data view. */
  readonly index: string;
  /** What Elasticsearch is asked, but for the span of time. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Fields that it shows or sorts by, beside those in the body. */
  readonly shown: readonly string[];
}

/** Throws `UsageError`, a line for each problem of a file. */
export function readKibanaSources(texts: readonly KibanaText[]): KibanaSources {
  const textOf = (file: string): KibanaText => texts.find((each) => each.file === file) ?? { file, text: "" };
  return {
    dataViews: read(textOf("data-views.yaml"), dataViewsSchema, "set of data views", '"data_views:"'),
    searches: read(textOf("searches.yaml"), searchesSchema, "set of searches", '"searches:"'),
    dashboards: texts
      .filter(({ file }) => file.startsWith("dashboards/"))
      .toSorted((a, b) => (a.file < b.file ? -1 : 1))
      .map((each) => read(each, dashboardSchema, "dashboard", '"name:", "title:" and "panels:"')),
  };
}

/** What Kibana will ask for each panel and search. */
export function kibanaRequests({ searches, dashboards }: KibanaSources): readonly KibanaRequest[] {
  const ofSearches = Object.entries(searches.content.searches).map(([name, search]) => ({
    of: `search ${name}`,
    index: search.index,
    body: { query: search.query, sort: [search.sort] },
    shown: search.columns,
  }));
  const ofPanels = dashboards.flatMap(({ content: { name, panels } }) =>
    panels.map(({ title, index, query, aggs }) => ({
      of: `${name}: ${title}`,
      index,
      body: { size: 0, query, ...(aggs === undefined ? {} : { aggs }) },
      shown: [],
    })),
  );
  return [...ofSearches, ...ofPanels];
}

function read<Content>(
  { file, text }: KibanaText,
  schema: z.ZodType<Content>,
  noun: string,
  beginning: string,
): KibanaFile<Content> {
  const yaml = readYamlFile(text, `kibana/${file}`, noun, beginning);
  if (yaml.fields === null) throw fileFault(yaml, []);
  const { data, problems } = checkSchema(schema, yaml.fields);
  if (data === undefined || yaml.problems.length > 0) throw fileFault(yaml, problems);
  return { content: data, fault: (found) => fileFault(yaml, found) };
}
