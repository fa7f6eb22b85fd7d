import type { Dimensions } from "../../src/derive/dimensions.ts";
import { asNumber, field, param, paramText, type ReferenceRecord, text } from "./reference-fields.ts";

/**
 * Where and whose the events of a line are, in the words of docs/reference/events.md. Null is absent; a value that is no
 * text is none. Each field with an address may hold a list of them.
 */
export function referenceDimensions(log: string, record: ReferenceRecord, instance: string | null): Dimensions {
  return {
    instance: instance ?? text(record, "environment") ?? text(record, "host"),
    plan: text(record, "meta.subscription_plan"),
    group: groupOf(log, record),
    ownsGroup: isSameName(groupOf(log, record), nameOf(record)),
    project: text(record, "meta.project") ?? text(record, "gl_project_path"),
    category: text(record, "meta.feature_category"),
    user: userOf(log, record),
    visitor: userOf(log, record) ?? placeOf(record),
  };
}

function groupOf(log: string, record: ReferenceRecord): string | null {
  const root = text(record, "meta.root_namespace");
  if (root !== null) return root;
  const project = text(record, "meta.project") ?? text(record, "gl_project_path");
  if (project !== null) return firstSegment(project);
  if (log !== "rails.production" || text(record, "controller") !== "Repositories::GitHttpController") return null;
  const [, segment = ""] = /^\/*([^/]*)/.exec(text(record, "path") ?? "") ?? [];
  // A group's own wiki is `/acme-group.wiki.git/…`.
  const group = segment.replace(/(\.wiki)?\.git$/, "");
  return group === "" ? null : group;
}

function firstSegment(path: string): string | null {
  const [segment = ""] = path.split("/");
  return segment === "" ? null : segment;
}

/** A number, else a name; the two are never joined. */
function userOf(log: string, record: ReferenceRecord): string | null {
  const number =
    asNumber(field(record, "user_id")) ??
    behind("user-", text(record, "user_id")) ??
    asNumber(field(record, "meta.user_id")) ??
    behind("user/", text(record, "meta.client_id")) ??
    userOfParams(log, record);
  if (number !== null) return `id:${number}`;
  const name = nameOf(record);
  return name === null ? null : `name:${name}`;
}

function nameOf(record: ReferenceRecord): string | null {
  return text(record, "meta.user") ?? text(record, "username");
}

/** GitLab gives a name to one user or group, however it is written. */
function isSameName(group: string | null, user: string | null): boolean {
  return group !== null && group.toLowerCase() === user?.toLowerCase();
}

/** Parameters tell the user of internal calls only. */
function userOfParams(log: string, record: ReferenceRecord): bigint | null {
  const route = text(record, "route") ?? "";
  if (log !== "rails.api" || !route.startsWith("/api/:version/internal/")) return null;
  return asNumber(param(record, "user_id")) ?? behind("user-", paramText(record, "identifier"));
}

/** The number behind a word: 101 of `user-101`. */
function behind(word: string, value: string | null): bigint | null {
  return value?.startsWith(word) ? asNumber(value.slice(word.length)) : null;
}

/** Address and user agent of who is no known user. */
function placeOf(record: ReferenceRecord): string | null {
  const address =
    firstAddress(text(record, "remote_ip")) ??
    firstAddress(text(record, "meta.remote_ip")) ??
    firstAddress(text(record, "ip"));
  const agent = text(record, "ua") ?? text(record, "user_agent") ?? "";
  return address === null ? null : `ip:${address}\n${agent}`;
}

function firstAddress(addresses: string | null): string | null {
  const all = (addresses ?? "").split(",").map((address) => address.trim());
  return all.find((address) => address !== "") ?? null;
}
