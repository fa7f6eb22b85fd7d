import { hasStatus, hasStatusFrom, NONE, type ReferenceEvent, type ReferenceOperation } from "./reference-event.ts";
import { field, type ReferenceRecord, text, textOrDigits } from "./reference-fields.ts";
import {
  gitFetchOverHttp,
  gitFetchOverSsh,
  gitPush,
  gitPushRejected,
  gitRefUpdate,
  gitWebCommit,
} from "./reference-git.ts";
import { referenceGraphql } from "./reference-graphql.ts";

type Rule = (record: ReferenceRecord) => ReferenceEvent | null;

/**
 * The standard catalogue again, in the words of its table in docs/reference/events.md and in its order: one function for
 * each event, and the log whose lines it reads. It shares nothing with the code that it checks. Keep it plain: whoever
 * doubts a count reads it beside the page.
 */
const RULES: readonly (readonly [log: string, rule: Rule])[] = [
  ["rails.api", gitPush],
  ["rails.api", gitWebCommit],
  ["rails.api", gitPushRejected],
  ["rails.api", gitRefUpdate],
  ["rails.production", gitFetchOverHttp],
  ["shell", gitFetchOverSsh],
  ["rails.graphql", graphqlRequest],
  ["rails.api", restRequest],
  ["rails.api", runnerRequest],
  ["rails.production", railsRequest],
  ["rails.production", pageview],
  ["rails.api", recordOfRestRequest],
  ["rails.production", recordOfRailsRequest],
  ["rails.graphql", recordOfMutation],
  ["sidekiq", jobDone],
  ["sidekiq", jobFailed],
  ["rails.production", login],
];

/** The events of a record of a log. */
export function referenceEvents(log: string, record: ReferenceRecord): readonly ReferenceEvent[] {
  const events: ReferenceEvent[] = [];
  for (const [itsLog, rule] of RULES) {
    const event = itsLog === log ? rule(record) : null;
    if (event !== null) events.push(event);
  }
  return events;
}

function graphqlRequest(record: ReferenceRecord): ReferenceEvent | null {
  const request = referenceGraphql(record);
  if (request === null) return null;
  const { kind, detail, decidingName } = request;
  const operation = kind === "mutation" ? operationByName(decidingName ?? "") : "read";
  return { event: `graphql_${kind}`, operation, detail };
}

function operationByName(name: string): ReferenceOperation {
  if (name.startsWith("create")) return "create";
  if (name.startsWith("update")) return "update";
  if (name.startsWith("destroy") || name.startsWith("delete") || name.startsWith("remove")) return "delete";
  if (name.endsWith("Create")) return "create";
  if (name.endsWith("Update")) return "update";
  if (name.endsWith("Destroy") || name.endsWith("Delete") || name.endsWith("Remove")) return "delete";
  return "update";
}

function restRequest(record: ReferenceRecord): ReferenceEvent | null {
  if (field(record, "route") === undefined || isRunnerTraffic(record)) return null;
  const route = text(record, "route") ?? "";
  if (route.startsWith("/api/:version/internal/")) return null;
  return { event: "rest_request", operation: operationOfRest(record, route), detail: methodAndRoute(record) };
}

function operationOfRest(record: ReferenceRecord, route: string): ReferenceOperation {
  const onlyReads = ["/markdown", "/ci/lint", "/search", "/verify"].some((ending) => route.endsWith(ending));
  switch (text(record, "method")) {
    case "POST":
      return onlyReads ? "read" : "create";
    case "PUT":
    case "PATCH":
      return "update";
    case "DELETE":
      return "delete";
    case "GET":
    case "HEAD":
      return "read";
    default:
      return "none";
  }
}

function runnerRequest(record: ReferenceRecord): ReferenceEvent | null {
  if (!isRunnerTraffic(record)) return null;
  return { event: "runner_request", operation: "none", detail: methodAndRoute(record) };
}

function isRunnerTraffic(record: ReferenceRecord): boolean {
  const route = text(record, "route") ?? "";
  const method = text(record, "method");
  if (route === "/api/:version/jobs/request") return true;
  if (route === "/api/:version/jobs/:id") return method === "PUT" || method === "PATCH";
  return (
    route.startsWith("/api/:version/jobs/:id/trace") ||
    route.startsWith("/api/:version/jobs/:id/artifacts") ||
    route.startsWith("/api/:version/runners")
  );
}

/** A whole number shows its digits: `route` need not be a text to be there. */
function methodAndRoute(record: ReferenceRecord): string {
  const method = textOrDigits(record, "method");
  const route = textOrDigits(record, "route");
  return method === null || route === null ? NONE : `${method} ${route}`;
}

const NO_RAILS_REQUEST = [
  "GraphqlController",
  "Repositories::GitHttpController",
  "HealthController",
  "JwtController",
  "MetricsController",
  "ChaosController",
];

function railsRequest(record: ReferenceRecord): ReferenceEvent | null {
  const controller = text(record, "controller");
  const action = text(record, "action");
  const method = text(record, "method");
  if (controller === null || action === null || method === null) return null;
  if (NO_RAILS_REQUEST.includes(controller)) return null;
  return {
    event: "rails_request",
    operation: operationOfRails(action, method),
    detail: controllerAndAction(record),
  };
}

/** The first of these that holds. */
function operationOfRails(action: string, method: string): ReferenceOperation {
  if (["index", "show", "edit", "raw", "blame", "tree"].includes(action)) return "read";
  if (action === "destroy" || method === "DELETE") return "delete";
  if (method === "GET" || method === "HEAD") return "read";
  if (method === "POST" && (action === "create" || action === "new")) return "create";
  if (action === "update" || method === "PUT" || method === "PATCH" || method === "POST") return "update";
  return "none";
}

function controllerAndAction(record: ReferenceRecord): string {
  const controller = textOrDigits(record, "controller");
  const action = textOrDigits(record, "action");
  return controller === null || action === null ? NONE : `${controller}#${action}`;
}

function pageview(record: ReferenceRecord): ReferenceEvent | null {
  if (railsRequest(record) === null) return null;
  if (text(record, "method") !== "GET" || text(record, "format") !== "html" || !hasStatus(record, 200)) return null;
  return { event: "pageview", operation: "read", detail: controllerAndAction(record) };
}

function recordOfRestRequest(record: ReferenceRecord): ReferenceEvent | null {
  return hasStatusFrom(record, 200, 299) ? recordOf(restRequest(record)) : null;
}

function recordOfRailsRequest(record: ReferenceRecord): ReferenceEvent | null {
  const request = railsRequest(record);
  const highest = request?.operation === "read" ? 299 : 399;
  return hasStatusFrom(record, 200, highest) ? recordOf(request) : null;
}

function recordOfMutation(record: ReferenceRecord): ReferenceEvent | null {
  const request = graphqlRequest(record);
  return request?.event === "graphql_mutation" ? recordOf(request) : null;
}

/** What the request did to a record, counted beside the request. */
function recordOf(request: ReferenceEvent | null): ReferenceEvent | null {
  if (request === null || request.operation === "none") return null;
  return { event: `record_${request.operation}`, operation: request.operation, detail: request.detail };
}

function jobDone(record: ReferenceRecord): ReferenceEvent | null {
  if (text(record, "job_status") !== "done") return null;
  return { event: "job_done", operation: "none", detail: textOrDigits(record, "class") ?? NONE };
}

function jobFailed(record: ReferenceRecord): ReferenceEvent | null {
  if (text(record, "job_status") !== "fail") return null;
  return { event: "job_failed", operation: "none", detail: textOrDigits(record, "class") ?? NONE };
}

function login(record: ReferenceRecord): ReferenceEvent | null {
  const segment = text(record, "controller")?.split("::").at(-1);
  const isPassword = segment === "SessionsController" && text(record, "action") === "create";
  const isProvider = segment === "OmniauthCallbacksController";
  if (!(isPassword || isProvider) || !hasStatus(record, 302)) return null;
  return { event: "login", operation: "create", detail: controllerAndAction(record) };
}
