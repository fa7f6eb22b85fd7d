import fc from "fast-check";

export type Params = Readonly<Record<string, unknown>> | readonly unknown[];

/** Parameters as GitLab writes them. */
export const list = (params: Readonly<Record<string, unknown>>) =>
  Object.entries(params).map(([key, value]) => ({ key, value }));

/** The sign of a list that GitLab cut. */
export const CUT = { key: "truncated", value: "..." };

export const PUSH = { action: "git-receive-pack", changes: "0000 8f3a refs/heads/topic\n", protocol: "ssh" };

const { changes: _changes, ...UNCHANGED } = PUSH;
const pick = (...values: unknown[]) => fc.constantFrom<unknown>(...values);

/** Few values for each field, so that rules often hold, or fail by one of their conditions. */
export const arbitraryRecord = fc.record({
  controller: pick("GraphqlController", "SessionsController", "Projects::IssuesController", null, 5),
  action: pick("show", "create", "destroy", "update", "info_refs", null),
  method: pick("GET", "POST", "PUT", "DELETE", "OPTIONS", null, {}),
  format: pick("html", "json"),
  status: pick(200, "201", 204.0, 302, 401, 500, null),
  route: pick(
    "/api/:version/jobs/request",
    "/api/:version/search",
    "/api/:version/x",
    "/api/:version/internal/allowed",
    null,
  ),
  params: pick(list(PUSH), [...list(UNCHANGED), "..."], [], PUSH, null),
  query_string: pick("mutation { createX }", "{ a }", "{", null, 7),
  is_mutation: pick(true, false, null),
  job_status: pick("done", "fail", null),
  msg: pick("executing git command", null),
  command: pick("git-upload-pack", null),
});

/** Logs with rules, and two without. */
export const arbitraryLog = fc.constantFrom(
  "rails.api",
  "rails.production",
  "rails.graphql",
  "sidekiq",
  "shell",
  "gitaly",
  "unknown",
);
