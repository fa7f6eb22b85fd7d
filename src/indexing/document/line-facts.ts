import type { ArchivedLine } from "../../core/archived-line.ts";
import { SECOND_MS } from "../../core/units.ts";
import { type DerivedEvent, NO_DETAIL } from "../../derive/derived-event.ts";
import type { Dimensions } from "../../derive/dimensions.ts";
import type { MaskedKind } from "../../derive/redaction/edit.ts";
import type { DocumentPlan } from "./document-plan.ts";
import type { OwnValues } from "./own-values.ts";

/** What logtally finds out about a line. */
export interface LineFacts {
  /** What the line counts. */
  readonly events: readonly DerivedEvent[];
  /** Details of events, as they may be shown. */
  readonly details: readonly string[];
  /** Null for a line without fields. */
  readonly dimensions: Dimensions | null;
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

/** `stream` is the pipeline's name. */
export function createPutFacts(own: OwnValues, plan: DocumentPlan, stream: string): PutFacts {
  const numberOf = (name: string): number => plan.numberOf(name);
  const putMeta = createPutMeta(own, numberOf, stream);
  const [instance, ofPlan, group] = [numberOf("counted.instance"), numberOf("counted.plan"), numberOf("counted.group")];
  const [project, category] = [numberOf("counted.project"), numberOf("counted.category")];
  const [action, operation, detail] = [
    numberOf("event.action"),
    numberOf("counted.operation"),
    numberOf("counted.detail"),
  ];
  const [masked, message] = [numberOf("archive.masked"), numberOf("message")];
  return (line, facts) => {
    const { events, details, dimensions } = facts;
    own.begin();
    putMeta(line);
    own.putText(message, facts.text);
    own.putJson(masked, namesJson(facts.masked.map(({ kind }) => kind)));
    if (dimensions !== null) {
      own.putText(instance, dimensions.instance);
      own.putText(ofPlan, dimensions.plan);
      own.putText(group, dimensions.group);
      own.putText(project, dimensions.project);
      own.putText(category, dimensions.category);
    }
    if (events.length === 0) return;
    own.putJson(action, namesJson(events.map((each) => each.event)));
    own.putJson(operation, namesJson(events.map((each) => each.operation)));
    own.putJson(detail, namesJson(details.filter((name) => name !== NO_DETAIL)));
  };
}

function createPutMeta(
  own: OwnValues,
  numberOf: DocumentPlan["numberOf"],
  stream: string,
): (line: ArchivedLine) => void {
  const [at, module, dataset] = [numberOf("@timestamp"), numberOf("event.module"), numberOf("event.dataset")];
  const [created, service, ofStream] = [
    numberOf("event.created"),
    numberOf("service.name"),
    numberOf("archive.stream"),
  ];
  const [ofId, ofLog, ofLane] = [numberOf("archive.id"), numberOf("archive.log"), numberOf("archive.lane")];
  const [ofReason, topic, ofMessage] = [
    numberOf("archive.reason"),
    numberOf("archive.topic"),
    numberOf("archive.message_id"),
  ];
  const [publishedAt, lag] = [numberOf("archive.published_at"), numberOf("archive.lag_s")];
  return ({ meta: { id, lane, log, timeMs, reason, message } }) => {
    const publishedAtMs = message?.publishedAtMs ?? null;
    // Where the record says none that can be read.
    own.putTime(at, timeMs ?? publishedAtMs);
    own.putText(module, MODULE);
    own.putText(dataset, `${MODULE}.${log}`);
    own.putTime(created, publishedAtMs);
    own.putText(service, SERVICES[log.split(".", 1)[0] ?? ""] ?? null);
    own.putText(ofStream, stream);
    own.putText(ofId, id);
    own.putText(ofLog, log);
    own.putText(ofLane, lane);
    own.putText(ofReason, reason);
    if (message === null) return;
    own.putText(topic, message.topic === "" ? null : message.topic);
    own.putText(ofMessage, message.messageId);
    own.putTime(publishedAt, publishedAtMs);
    if (publishedAtMs !== null && timeMs !== null) own.putJson(lag, String((publishedAtMs - timeMs) / SECOND_MS));
  };
}

/** Each once; null for none. */
function namesJson(names: readonly string[]): string | null {
  return names.length === 0 ? null : JSON.stringify(names.length === 1 ? names : [...new Set(names)]);
}
