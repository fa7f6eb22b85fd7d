import type { JsonBody } from "../../core/cluster-part.ts";
import type { DayIndexKind } from "../day-index.ts";
import { LOG_FIELDS } from "../fields/log-fields.ts";
import { KEYWORD, type Mapping, MOST_TERM_CHARACTERS, mappingOf } from "../fields/mapping.ts";
import { OWN_FIELDS } from "../fields/own-fields.ts";
import { digestOf } from "./template-part.ts";

/** What stands in the mapping of an index of a day that logtally has made. */
export interface IndexNote {
  readonly holds: DayIndexKind;
  /** Digest of its fields: another one has others. */
  readonly fields: string;
}

/** Which line it is, in the words of its document. */
const LINE = mappingOf(OWN_FIELDS.filter(({ name }) => name === "@timestamp" || name.startsWith("archive.")));

const QUARANTINE: Mapping = {
  dynamic: false,
  properties: {
    ...LINE.properties,
    place: { properties: { object: KEYWORD, row: { type: "long" } } },
    rejection: {
      properties: { index: KEYWORD, status: { type: "short" }, type: KEYWORD, reason: { type: "text" } },
    },
    message: { type: "text" },
  },
};

/** What a worker tells of itself: numbers are of the interval before `@timestamp`. */
const HEALTH: Mapping = {
  dynamic: false,
  properties: {
    "@timestamp": { type: "date" },
    worker: {
      properties: {
        pipeline: KEYWORD,
        id: KEYWORD,
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

/** The fields of the documents of each kind. */
export const DAY_MAPPINGS: Readonly<Record<DayIndexKind, Mapping>> = {
  logs: mappingOf(LOG_FIELDS),
  quarantine: QUARANTINE,
  health: HEALTH,
};

/** Kibana adds up `count` by `key` and day; nothing else is added to a mapping that dashboards rely on. */
export const COUNTS: Mapping = {
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

/** The note of an index of that kind with the fields of today. */
export function noteOf(holds: DayIndexKind): IndexNote {
  return { holds, fields: digestOf({ ...DAY_MAPPINGS[holds] }) };
}

/** The mapping with the note by which an index is known as ours. */
export function notedMapping(holds: DayIndexKind): JsonBody {
  return { ...DAY_MAPPINGS[holds], _meta: { logtally: noteOf(holds) } };
}
