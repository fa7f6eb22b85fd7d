import type { ArchivedLine } from "../../../core/archived-line.ts";
import type { Fields } from "../../../core/fields.ts";
import { catalogueFields } from "../../../derive/catalogue-fields.ts";
import { type DerivedEvent, NO_DETAIL } from "../../../derive/derived-event.ts";
import { createDeriver } from "../../../derive/deriver.ts";
import { createDimensions, DIMENSION_FIELDS } from "../../../derive/dimensions.ts";
import type { LineFacts } from "../../../explorer/logs-answers.ts";
import { createArchiveDecoder } from "../../open/lines/archive-decoder.ts";
import type { ExploredArchive } from "../explored-archive.ts";

const OWN_FIELDS = [
  "action",
  "class",
  "command",
  "controller",
  "correlation_id",
  "grpc.code",
  "grpc.method",
  "job_status",
  "method",
  "operation_name",
  "path",
  "route",
  "status",
  "uri",
] as const;

type OwnField = (typeof OWN_FIELDS)[number];
type Read = (name: OwnField) => string | null;

/** Fields that together say what was asked, in the order in which they are tried, and what stands between them. */
const WHATS: readonly (readonly OwnField[])[] = [
  ["controller", "action"],
  ["route"],
  ["class"],
  ["operation_name"],
  ["grpc.method"],
  ["command"],
];

/** Of a line that says nothing. */
export const NO_FACTS: LineFacts = {
  status: null,
  outcome: null,
  what: null,
  what_fields: [],
  controller: null,
  method: null,
  path: null,
  user: null,
  group: null,
  project: null,
  correlation_id: null,
  events: [],
};

/** Reads of an archived line what a table says of it. What is returned holds the state of one line: do not share it. */
export function createFactsReader({
  catalogue,
  settings,
}: Pick<ExploredArchive, "catalogue" | "settings">): (line: ArchivedLine) => LineFacts {
  const decoder = createArchiveDecoder([...catalogueFields(catalogue), ...DIMENSION_FIELDS, ...OWN_FIELDS]);
  const { slotOf } = decoder;
  const derive = createDeriver(catalogue, slotOf);
  const dimensionsOf = createDimensions(slotOf, settings);
  const slots = Object.fromEntries(OWN_FIELDS.map((name) => [name, slotOf(name)])) as Record<OwnField, number>;
  return ({ buffer, start, end, meta }) => {
    const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
    const fields = record?.fields ?? null;
    if (record === null || fields === null) return NO_FACTS;
    const { user, group, project } = dimensionsOf(record.log, fields);
    const events = derive(record.log, fields);
    return { ...ownFacts(fields, slots, events), user, group, project, events: events.map(({ event }) => event) };
  };
}

function ownFacts(fields: Fields, slots: Record<OwnField, number>, events: readonly DerivedEvent[]) {
  const read: Read = (name) => fields.string(slots[name]);
  return {
    status: fields.integer(slots.status),
    outcome: read("grpc.code") ?? read("job_status"),
    ...whatOf(read, events),
    controller: read("controller"),
    method: read("method"),
    path: read("path") ?? read("uri"),
    correlation_id: read("correlation_id"),
  };
}

function whatOf(read: Read, events: readonly DerivedEvent[]): Pick<LineFacts, "what" | "what_fields"> {
  const names = WHATS.find((each) => each.every((name) => isWhat(read(name))));
  if (names !== undefined) return { what: names.map(read).join("#"), what_fields: names };
  const detail = events.find((each) => each.detail !== NO_DETAIL)?.detail ?? null;
  return { what: detail, what_fields: [] };
}

/** Routes of Workhorse are patterns, each for very different things. */
function isWhat(value: string | null): boolean {
  return value !== null && !value.startsWith("^");
}
