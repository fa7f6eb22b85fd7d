import type { JsonBody } from "../../core/cluster-part.ts";
import { outsidePatterns } from "../index-name.ts";
import { COUNTS, notedMapping } from "./day-mappings.ts";
import { type TemplatePart, templatePart } from "./template-part.ts";

/** How the indices of a pipeline are made. */
export interface IndexLayout {
  /** Primary shards of an index of a day. */
  readonly shards: number;
  /** Copies of each of them. */
  readonly replicas: number;
  /** How long a document may wait until it is found. */
  readonly refreshIntervalMs: number;
}

export const PLAIN_LAYOUT: IndexLayout = { shards: 1, replicas: 1, refreshIntervalMs: 1000 };

/** Above those of Elasticsearch itself, which end at 200. */
const PRIORITY = 500;

/**
 * What a cluster needs before a worker makes the first index there, in the order in which it is put: components, and the
 * index templates that are made of them. A worker whose template is missing would have its fields guessed.
 */
export function indexTemplates(prefix: string, layout: IndexLayout = PLAIN_LAYOUT): readonly TemplatePart[] {
  const { logs, quarantine } = outsidePatterns(prefix);
  const live = { template: { aliases: { [liveAlias(prefix)]: {} } } };
  const byDay = (fields: string): JsonBody => composed(prefix, fields, ["lifecycle", "lifecycle-by-day"]);
  // The age of what has no day in its name counts from when it was made.
  const outside = (fields: string): JsonBody => composed(prefix, fields, ["lifecycle"]);
  return [
    component(`${prefix}.settings`, "How indices are kept", { settings: settingsOf(layout) }),
    component(`${prefix}.fields`, "Fields of lines", { settings: SORTED, mappings: notedMapping("logs") }),
    component(`${prefix}.quarantine-fields`, "Fields of rejected lines", { mappings: notedMapping("quarantine") }),
    component(`${prefix}.health-fields`, "Fields of what workers tell", { mappings: notedMapping("health") }),
    index(`${prefix}.logs`, "Lines of GitLab's logs", [`${prefix}.logs-*`], { ...byDay("fields"), ...live }),
    index(`${prefix}.logs-outside`, "Lines of no day", [logs], { ...outside("fields"), ...live, ...FIRST }),
    index(
      `${prefix}.quarantine`,
      "Lines that their index rejected",
      [`${prefix}.quarantine-*`],
      byDay("quarantine-fields"),
    ),
    index(`${prefix}.quarantine-outside`, "The same, of no day", [quarantine], {
      ...outside("quarantine-fields"),
      ...FIRST,
    }),
    index(`${prefix}.health`, "What workers tell of themselves", [`${prefix}.health-*`], byDay("health-fields")),
  ];
}

/** Stands for all indices of lines. */
export function liveAlias(prefix: string): string {
  return `${prefix}.live`;
}

/** The template of the indices of published counts, one for each catalogue. */
export function countsTemplate(prefix: string): TemplatePart {
  const name = `${prefix}.counts`;
  return index(name, "Daily counts of events", [`${name}-*`], { template: { mappings: COUNTS } });
}

/** Goes before the template of all others with the same beginning. */
const FIRST = { priority: PRIORITY + 1 };

/**
 * The newest lines first, as they are looked at: a search for the newest hits then ends early. Documents come nearly in
 * that order, so it costs little.
 */
const SORTED = { "index.sort.field": ["@timestamp"], "index.sort.order": ["desc"] };

function settingsOf({ shards, replicas, refreshIntervalMs }: IndexLayout): JsonBody {
  return {
    // A third smaller than the default, and written once.
    "index.codec": "best_compression",
    "index.number_of_shards": shards,
    "index.number_of_replicas": replicas,
    // Said by us: an index that says nothing is not refreshed while nobody searches.
    "index.refresh_interval": `${refreshIntervalMs}ms`,
  };
}

/**
 * Made of our components, and of what may be there: those of the lifecycle where the cluster has any, and last an
 * administrator's own, which stays.
 */
function composed(prefix: string, fields: string, lifecycle: readonly string[]): JsonBody {
  const named = (names: readonly string[]): readonly string[] => names.map((name) => `${prefix}.${name}`);
  const needed = named(["settings", fields]);
  const optional = named([...lifecycle, "custom"]);
  return { composed_of: [...needed, ...optional], ignore_missing_component_templates: optional };
}

function component(name: string, description: string, template: JsonBody): TemplatePart {
  return templatePart("component template", name, `${description}, by logtally`, { template });
}

function index(name: string, description: string, patterns: readonly string[], rest: JsonBody): TemplatePart {
  const body = { index_patterns: patterns, priority: PRIORITY, ...rest };
  return templatePart("index template", name, `${description}, by logtally`, body);
}
