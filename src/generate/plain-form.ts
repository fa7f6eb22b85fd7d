import type { Chance } from "./chance.ts";
import { collected, ENVIRONMENT, respelled } from "./collector.ts";
import type { Form, FormName } from "./form.ts";
import type { LeftLine, Members } from "./left-line.ts";
import { poisoned } from "./poison.ts";

/** Forms in which each line stands by itself. */
export type PlainFormName = Exclude<FormName, "pubsub">;

export function createPlainForm(chance: Chance, name: PlainFormName): Form {
  return {
    environment: name === "bare" ? null : ENVIRONMENT,
    record: (line) => ({ bytes: lineText(chance, name, line), timeMs: line.timeMs, reason: null }),
    take: ({ bytes, reason }) => ({ bytes, reasons: [reason], publishedAtMs: null, again: () => bytes }),
    rest: () => null,
    poison: (timeMs) => poisoned(chance, timeMs, { isPublished: false, mayBeLarge: true }),
    badMessage: () => null,
  };
}

/** The text of a line in one of these forms. */
export function lineText(chance: Chance, name: PlainFormName, line: LeftLine): string {
  const members = respelled(chance, line.members);
  if (name === "bare") return JSON.stringify(members);
  const record = collected(line.tag, members);
  return name === "fluentd" ? JSON.stringify(record) : entryText(chance, line, record);
}

/** Cloud Logging lifts time and severity out of the record; some numbers have become doubles on the way. */
function entryText(chance: Chance, { timeMs }: LeftLine, { time: _time, severity, tag, ...record }: Members): string {
  const name = String(tag);
  const timestamp = new Date(timeMs).toISOString().replace("Z", `${100_000 + chance.below(900_000)}Z`);
  const envelope = {
    labels: { "compute.googleapis.com/resource_name": record["hostname"] ?? "", tag: name },
    logName: `projects/gitlab-production/logs/${encodeURIComponent(name)}`,
    receiveTimestamp: new Date(timeMs + 2500).toISOString(),
    resource: { labels: { project_id: "gitlab-production", zone: "us-east1-c" }, type: "gce_instance" },
    severity: severity ?? "INFO",
    timestamp,
  };
  const insertId = chance.digits(14);
  if (chance.share(0.02)) return JSON.stringify({ insertId, textPayload: JSON.stringify(record), ...envelope });
  const text = JSON.stringify({ insertId, jsonPayload: record, ...envelope });
  return chance.share(0.1) ? text.replace(/"(status|user_id|meta\.user_id)":(\d+)([,}])/g, '"$1":$2.0$3') : text;
}
