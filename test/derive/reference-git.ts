import { hasStatus, NONE, type ReferenceEvent } from "./reference-event.ts";
import { isCut, param, paramText, paramTextOrDigits, type ReferenceRecord, text } from "./reference-fields.ts";

export function gitPush(record: ReferenceRecord): ReferenceEvent | null {
  if (!isAllowedPush(record) || !hasStatus(record, 200)) return null;
  const protocol = paramText(record, "protocol");
  if (protocol === "ssh" || protocol === "http") return { event: "git_push", operation: "update", detail: protocol };
  if (!isProtocolCutOff(record)) return null;
  return { event: "git_push", operation: "update", detail: "(truncated)" };
}

export function gitWebCommit(record: ReferenceRecord): ReferenceEvent | null {
  if (!isAllowedPush(record) || !hasStatus(record, 200)) return null;
  if (paramText(record, "protocol") !== "web") return null;
  return { event: "git_web_commit", operation: "update", detail: "web" };
}

export function gitPushRejected(record: ReferenceRecord): ReferenceEvent | null {
  if (!isAllowedPush(record) || !hasStatus(record, 401, 403, 404, 503)) return null;
  const detail = isProtocolCutOff(record) ? "(truncated)" : (paramTextOrDigits(record, "protocol") ?? NONE);
  return { event: "git_push_rejected", operation: "none", detail };
}

/** The question whether a push may go on, with its changes; a cut list of parameters stands for changes that are gone. */
function isAllowedPush(record: ReferenceRecord): boolean {
  if (text(record, "route") !== "/api/:version/internal/allowed" || text(record, "method") !== "POST") return false;
  if (paramText(record, "action") !== "git-receive-pack") return false;
  const changes = param(record, "changes");
  return changes === undefined ? isCut(record) : changes !== "_any";
}

/** Both the changes and the protocol are gone from a cut list. */
function isProtocolCutOff(record: ReferenceRecord): boolean {
  return isCut(record) && param(record, "changes") === undefined && param(record, "protocol") === undefined;
}

export function gitRefUpdate(record: ReferenceRecord): ReferenceEvent | null {
  if (text(record, "route") !== "/api/:version/internal/post_receive") return null;
  if (text(record, "method") !== "POST" || !hasStatus(record, 200)) return null;
  if (!paramText(record, "gl_repository")?.startsWith("project-")) return null;
  return { event: "git_ref_update", operation: "update", detail: NONE };
}

export function gitFetchOverHttp(record: ReferenceRecord): ReferenceEvent | null {
  if (text(record, "controller") !== "Repositories::GitHttpController") return null;
  if (text(record, "action") !== "info_refs" || paramText(record, "service") !== "git-upload-pack") return null;
  return hasStatus(record, 200) ? { event: "git_fetch", operation: "read", detail: "http" } : null;
}

export function gitFetchOverSsh(record: ReferenceRecord): ReferenceEvent | null {
  if (text(record, "msg") !== "executing git command") return null;
  if (!text(record, "command")?.startsWith("git-upload-pack")) return null;
  return { event: "git_fetch", operation: "read", detail: "ssh" };
}
