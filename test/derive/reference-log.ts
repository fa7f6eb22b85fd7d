import { field, isObject, isPresent, parseRecord, type ReferenceRecord, text } from "./reference-fields.ts";

const KNOWN = [
  "rails.production",
  "rails.api",
  "rails.graphql",
  "rails.audit",
  "rails.auth",
  "rails.application",
  "rails.exceptions",
  "rails.integrations",
  "rails.features",
  "rails.git",
  "sidekiq",
  "shell",
  "workhorse",
  "gitaly",
  "registry",
  "pages",
];

const ALIASES: Readonly<Record<string, string>> = {
  production_json: "rails.production",
  api_json: "rails.api",
  graphql_json: "rails.graphql",
  audit_json: "rails.audit",
  auth_json: "rails.auth",
  application_json: "rails.application",
  exceptions_json: "rails.exceptions",
  integrations_json: "rails.integrations",
  features_json: "rails.features",
  git_json: "rails.git",
  "gitlab-shell": "shell",
  gitlab_shell: "shell",
  "gitlab-workhorse": "workhorse",
  "gitlab-pages": "pages",
};

/** Names that a transport gave, after the record's own and before its shape; null where there is none. */
export type TransportNames = readonly (string | null)[];

/** The log of a record: the first known name, else its shape, else `unknown`. */
export function referenceLog(record: ReferenceRecord, transport: TransportNames = []): string {
  const names = [text(record, "subcomponent"), text(record, "tag"), ...transport];
  for (const name of names) {
    const known = name === null ? null : knownName(name);
    if (known !== null) return known;
  }
  return shapeOf(record) ?? "unknown";
}

/** Names match on whole segments between dots. */
function knownName(name: string): string | null {
  const holds = (known: string) => `.${name}.`.includes(`.${known}.`);
  const alias = Object.keys(ALIASES).find(holds);
  return KNOWN.find(holds) ?? (alias === undefined ? null : (ALIASES[alias] ?? null));
}

function shapeOf(record: ReferenceRecord): string | null {
  const has = (key: string) => isPresent(Object.hasOwn(record, key) ? record[key] : undefined);
  if (has("controller") && has("action") && has("params")) return "rails.production";
  if (has("route") && has("params")) return "rails.api";
  if (has("query_string")) return "rails.graphql";
  if (has("job_status") && has("class")) return "sidekiq";
  if (has("command") && has("gl_project_path")) return "shell";
  return null;
}

export interface OpenedLine {
  readonly record: ReferenceRecord;
  readonly log: string;
}

/** A line as it lies in the archive: a record, or a Cloud Logging entry around one. */
export function referenceLine(line: ReferenceRecord): OpenedLine {
  const isEntry = "jsonPayload" in line || "textPayload" in line || "protoPayload" in line;
  if (!isEntry || !("logName" in line || "insertId" in line)) return { record: line, log: referenceLog(line) };
  const record = payloadOf(line);
  if (record === null) return { record: line, log: "unknown" };
  const labels = line["labels"];
  // What stands behind `/logs/` in `projects/p/logs/rails%2Eapi`.
  const logName = text(line, "logName")?.split("/logs/")[1];
  const transport = [
    isObject(labels) ? text(labels, "tag") : null,
    logName === undefined ? null : decodeURIComponent(logName),
  ];
  return { record, log: referenceLog(record, transport) };
}

function payloadOf(entry: ReferenceRecord): ReferenceRecord | null {
  const payload = field(entry, "jsonPayload");
  if (isObject(payload)) return payload;
  const payloadText = text(entry, "textPayload");
  try {
    return payloadText === null ? null : parseRecord(payloadText);
  } catch {
    return null;
  }
}
