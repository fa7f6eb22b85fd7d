import { createHash } from "node:crypto";

/** What the cluster is told about indices before the first document makes one. */
export interface IndexTemplate {
  readonly name: string;
  readonly body: {
    readonly index_patterns: readonly string[];
    readonly priority: number;
    readonly template: { readonly mappings: Readonly<Record<string, unknown>> };
    /** `logtally` is a digest of the rest: the cluster gives back the rest in words of its own. */
    readonly _meta: { readonly description: string; readonly logtally: string };
  };
}

/** Above those of Elasticsearch itself, which end at 200. */
const PRIORITY = 500;

const KEYWORD = { type: "keyword", ignore_above: 1024 };
const ARCHIVE = {
  properties: {
    stream: KEYWORD,
    id: KEYWORD,
    log: KEYWORD,
    lane: KEYWORD,
    reason: KEYWORD,
    topic: KEYWORD,
    message_id: KEYWORD,
    published_at: { type: "date" },
  },
};
/**
 * One field for the whole record, so that no line can be in conflict with another, or fill the mapping. A term may have
 * 32,766 bytes, and a character four.
 */
const RECORD = { type: "flattened", ignore_above: 8000, depth_limit: 1000 };

const LOGS = {
  dynamic: false,
  properties: { "@timestamp": { type: "date" }, archive: ARCHIVE, gitlab: RECORD, message: { type: "text" } },
};

const QUARANTINE = {
  dynamic: false,
  properties: {
    "@timestamp": { type: "date" },
    archive: ARCHIVE,
    place: { properties: { object: KEYWORD, row: { type: "long" } } },
    rejection: {
      properties: { index: KEYWORD, status: { type: "short" }, type: KEYWORD, reason: { type: "text" } },
    },
    message: { type: "text" },
  },
};

/** The templates of the indices whose names begin with `prefix`. */
export function indexTemplates(prefix: string): readonly IndexTemplate[] {
  return [
    template(`${prefix}.logs`, "Lines of GitLab's logs, by logtally", LOGS),
    template(`${prefix}.quarantine`, "Lines that their index rejected, by logtally", QUARANTINE),
  ];
}

function template(name: string, description: string, mappings: Readonly<Record<string, unknown>>): IndexTemplate {
  const rest = { index_patterns: [`${name}-*`], priority: PRIORITY, template: { mappings } };
  const digest = createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 16);
  return { name, body: { ...rest, _meta: { description, logtally: digest } } };
}
