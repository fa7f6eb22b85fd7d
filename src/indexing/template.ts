import { createHash } from "node:crypto";
import { LOG_FIELDS } from "./fields/log-fields.ts";
import { mappingOf } from "./fields/mapping.ts";

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
const MOST_TERM_CHARACTERS = 8000;

const LOGS = { ...mappingOf(LOG_FIELDS) };

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

/** Kibana adds up `count` by `key` and day; nothing else is added to a mapping that dashboards rely on. */
const COUNTS = {
  dynamic: false,
  properties: {
    "@timestamp": { type: "date" },
    id: KEYWORD,
    view: KEYWORD,
    pipeline: KEYWORD,
    archive: KEYWORD,
    instance: KEYWORD,
    deployment: KEYWORD,
    catalogue: KEYWORD,
    pseudonym_key: KEYWORD,
    level: KEYWORD,
    widened: KEYWORD,
    event: KEYWORD,
    segment: KEYWORD,
    persons: KEYWORD,
    key: { type: "keyword", ignore_above: MOST_TERM_CHARACTERS },
    count: { type: "long" },
    unique_users: { type: "long" },
    sessions: { type: "long" },
    per_user: { properties: { mean: { type: "double" }, median: { type: "double" }, max: { type: "long" } } },
    sealed: { type: "boolean" },
    lines: { type: "long" },
  },
};

/** The templates of the indices whose names begin with `prefix`. */
export function indexTemplates(prefix: string): readonly IndexTemplate[] {
  return [
    template(`${prefix}.logs`, "Lines of GitLab's logs, by logtally", LOGS),
    template(`${prefix}.quarantine`, "Lines that their index rejected, by logtally", QUARANTINE),
  ];
}

/** What an index of replayed lines is made with: no template is put for what goes again. */
export interface ReplayIndexBody {
  readonly mappings: Readonly<Record<string, unknown>> & { readonly _meta: { readonly logtally: ReplayMark } };
}

/** Whose an index is, and until when. */
export interface ReplayMark {
  /** Of the replay that made it. */
  readonly replay: string;
  /** RFC 3339; null: until somebody removes it. */
  readonly expires_at: string | null;
}

/** The body of an index of lines, or of that of what they reject. */
export function replayIndexBody(kind: "logs" | "quarantine", mark: ReplayMark): ReplayIndexBody {
  return { mappings: { ...(kind === "logs" ? LOGS : QUARANTINE), _meta: { logtally: mark } } };
}

/** The template of the indices of published counts, one for each catalogue. */
export function countsTemplate(prefix: string): IndexTemplate {
  return template(`${prefix}.counts`, "Daily counts of events, by logtally", COUNTS);
}

function template(name: string, description: string, mappings: Readonly<Record<string, unknown>>): IndexTemplate {
  const rest = { index_patterns: [`${name}-*`], priority: PRIORITY, template: { mappings } };
  const digest = createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 16);
  return { name, body: { ...rest, _meta: { description, logtally: digest } } };
}
