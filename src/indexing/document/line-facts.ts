import type { ArchivedLine } from "../../core/archived-line.ts";
import { SECOND_MS } from "../../core/units.ts";
import { type DerivedEvent, NO_DETAIL } from "../../derive/derived-event.ts";
import type { Places } from "../../derive/dimensions.ts";
import type { MaskedKind } from "../../derive/redaction/edit.ts";
import type { DocumentPlan } from "./document-plan.ts";
import { createKeptJson } from "./kept-json.ts";
import type { OwnValues } from "./own-values.ts";

/** What logtally finds out about a line. */
export interface LineFacts {
  /** What the line counts. */
  readonly events: readonly DerivedEvent[];
  /** The same of the line as it may be shown, for the details of events. */
  readonly shownEvents: readonly DerivedEvent[];
  /** Null for a line without fields. */
  readonly places: Places | null;
  readonly masked: readonly MaskedKind[];
  /** Of a line that is no record; null for others. */
  readonly text: string | null;
}

/** Puts into the values what the line's meta and its facts say. */
export type PutFacts = (line: ArchivedLine, facts: LineFacts) => void;

const MODULE = "gitlab";

/** Components of GitLab by the beginning of their logs' names. */
const SERVICES: Readonly<Record<string, string>> = {
  rails: "gitlab-rails",
  sidekiq: "gitlab-sidekiq",
  shell: "gitlab-shell",
  workhorse: "gitlab-workhorse",
  gitaly: "gitaly",
  registry: "gitlab-registry",
  pages: "gitlab-pages",
};

const META_FIELDS = {
  time: "@timestamp",
  module: "event.module",
  dataset: "event.dataset",
  created: "event.created",
  service: "service.name",
  stream: "archive.stream",
  id: "archive.id",
  log: "archive.log",
  lane: "archive.lane",
  reason: "archive.reason",
  topic: "archive.topic",
  messageId: "archive.message_id",
  publishedAt: "archive.published_at",
  lag: "archive.lag_s",
} as const;

const FACT_FIELDS = {
  text: "message",
  masked: "archive.masked",
  action: "event.action",
  operation: "counted.operation",
  detail: "counted.detail",
  instance: "counted.instance",
  plan: "counted.plan",
  group: "counted.group",
  project: "counted.project",
  category: "counted.category",
} as const;

/** `stream` is the pipeline's name. */
export function createPutFacts(own: OwnValues, plan: DocumentPlan, stream: string): PutFacts {
  const to = numbersOf(plan, FACT_FIELDS);
  const putMeta = createPutMeta(own, plan, stream);
  const listed = createKeptJson((name) => [name]);
  /** Each once. */
  const putNames = <Thing>(target: number, things: readonly Thing[], nameOf: (thing: Thing) => string): void => {
    const [first] = things;
    if (first === undefined) return;
    if (things.length === 1) own.putBytes(target, listed(nameOf(first)));
    else own.putJson(target, JSON.stringify([...new Set(things.map(nameOf))]));
  };
  return (line, { events, shownEvents, places, masked, text }) => {
    own.begin();
    putMeta(line);
    own.putText(to.text, text);
    putNames(to.masked, masked, ({ kind }) => kind);
    if (places !== null) {
      own.putText(to.instance, places.instance);
      own.putText(to.plan, places.plan);
      own.putText(to.group, places.group);
      own.putText(to.project, places.project);
      own.putText(to.category, places.category);
    }
    if (events.length === 0) return;
    putNames(to.action, events, ({ event }) => event);
    putNames(to.operation, events, ({ operation }) => operation);
    const detailed = shownEvents.filter(({ detail }) => detail !== NO_DETAIL);
    putNames(to.detail, detailed, ({ detail }) => detail);
  };
}

function createPutMeta(own: OwnValues, plan: DocumentPlan, stream: string): (line: ArchivedLine) => void {
  const to = numbersOf(plan, META_FIELDS);
  const word = createKeptJson((text) => text);
  const dataset = createKeptJson((log) => `${MODULE}.${log}`);
  return ({ meta: { id, lane, log, timeMs, reason, message } }) => {
    const publishedAtMs = message?.publishedAtMs ?? null;
    // Where the record says none that can be read.
    own.putTime(to.time, timeMs ?? publishedAtMs);
    own.putBytes(to.module, word(MODULE));
    own.putBytes(to.dataset, dataset(log));
    own.putTime(to.created, publishedAtMs);
    const service = serviceOf(log);
    if (service !== null) own.putBytes(to.service, word(service));
    own.putBytes(to.stream, word(stream));
    own.putText(to.id, id);
    own.putBytes(to.log, word(log));
    own.putBytes(to.lane, word(lane));
    own.putText(to.reason, reason);
    if (message === null) return;
    own.putText(to.topic, message.topic === "" ? null : message.topic);
    own.putText(to.messageId, message.messageId);
    own.putTime(to.publishedAt, publishedAtMs);
    if (publishedAtMs !== null && timeMs !== null) own.putJson(to.lag, String((publishedAtMs - timeMs) / SECOND_MS));
  };
}

/** The component that writes the log; null where nobody knows. */
function serviceOf(log: string): string | null {
  const dot = log.indexOf(".");
  return SERVICES[dot < 0 ? log : log.slice(0, dot)] ?? null;
}

function numbersOf<Fields extends Readonly<Record<string, string>>>(
  plan: DocumentPlan,
  fields: Fields,
): Readonly<Record<keyof Fields, number>> {
  const numbered = Object.entries(fields).map(([what, name]) => [what, plan.numberOf(name)]);
  return Object.fromEntries(numbered) as Record<keyof Fields, number>;
}
