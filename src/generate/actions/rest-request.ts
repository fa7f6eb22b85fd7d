import type { Deed } from "../left-line.ts";
import { apiLine, paramList } from "../lines/rails-line.ts";
import type { Scene } from "../scene.ts";
import { type Action, type Actor, requestOf } from "./actor.ts";
import { createRefChange, leaveHooks } from "./git-hooks.ts";
import { leaveAccess, leaveGitalyCall } from "./machinery.ts";
import { restDeeds } from "./request-deeds.ts";

/** What can be asked of the API, how often, and what it does there. */
interface Endpoint {
  readonly method: string;
  readonly route: string;
  readonly operation: Deed["operation"];
  /** When all is well. */
  readonly status: number;
  readonly category: string;
  readonly weight: number;
}

const ENDPOINTS: readonly Endpoint[] = [
  endpoint("GET", "/projects/:id/issues", "read", 200, "issue_tracking", 20),
  endpoint("GET", "/projects/:id", "read", 200, "projects", 16),
  endpoint("HEAD", "/projects/:id", "read", 200, "projects", 1),
  endpoint("GET", "/projects/:id/merge_requests/:merge_request_iid", "read", 200, "code_review", 12),
  endpoint("GET", "/projects/:id/pipelines", "read", 200, "continuous_integration", 12),
  endpoint("GET", "/user", "read", 200, "users", 6),
  endpoint("POST", "/projects/:id/issues", "create", 201, "issue_tracking", 4),
  endpoint("POST", "/projects/:id/issues/:noteable_id/notes", "create", 201, "issue_tracking", 5),
  endpoint("PUT", "/projects/:id/issues/:issue_iid", "update", 200, "issue_tracking", 4),
  endpoint("PATCH", "/projects/:id/variables/:key", "update", 200, "continuous_integration", 1),
  endpoint("DELETE", "/projects/:id/issues/:noteable_id/notes/:note_id", "delete", 204, "issue_tracking", 2),
  endpoint("POST", "/markdown", "read", 201, "wiki", 3),
  endpoint("POST", "/projects/:id/ci/lint", "read", 200, "continuous_integration", 1),
  endpoint("GET", "/projects/:id/search", "read", 200, "global_search", 2),
  endpoint("OPTIONS", "/projects/:id", "none", 204, "projects", 1),
];

/** What goes wrong when one asks, and when one changes something. */
const READ_ERRORS = [401, 403, 404, 429, 500, 503];
const CHANGE_ERRORS = [400, 401, 403, 404, 409, 422, 429, 500];

/** A program or a page asks the API for something; one in eight asks in vain. */
export const restRequest: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const asked = chance.weighted(ENDPOINTS);
  const errors = asked.operation === "read" ? READ_ERRORS : CHANGE_ERRORS;
  const status = chance.share(0.12) ? chance.pick(errors) : asked.status;
  leaveRequest(scene, actor, asked, status, timeMs);
};

/** A program asks for a path that there is not: no route matches, and nothing counts. */
export const strayRequest: Action = (scene, actor, timeMs) => {
  const request = requestOf(scene, actor, "(unknown)", "not_owned");
  const answer = { method: "GET", path: "/api/v4/nothing", route: null, status: 404, params: [], isInternal: false };
  scene.leave("rails.api", timeMs, apiLine(scene.chance, timeMs, request, answer));
};

const COMMIT = endpoint("POST", "/projects/:id/repository/commits", "create", 201, "source_code_management", 1);
const MERGE = endpoint(
  "PUT",
  "/projects/:id/merge_requests/:merge_request_iid/merge",
  "update",
  200,
  "source_code_management",
  1,
);

/** A commit or a merge by the API: a request, and refs that GitLab itself brings. */
export const commitByApi: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const asked = chance.pick([COMMIT, MERGE]);
  const id = leaveRequest(scene, actor, asked, asked.status, timeMs + 700);
  const method = asked === COMMIT ? "UserCommitFiles" : "UserMergeBranch";
  const call = { project: actor.project, service: "OperationService", method, client: "gitlab-web" };
  leaveHooks(scene, createRefChange(scene, actor, id, "web"), timeMs);
  leaveGitalyCall(scene, id, call, timeMs + 650);
};

function endpoint(
  method: string,
  end: string,
  operation: Endpoint["operation"],
  status: number,
  category: string,
  weight: number,
): Endpoint {
  return { method, route: `/api/:version${end}`, operation, status, category, weight };
}

/** The lines of one request; returns its correlation id. */
function leaveRequest(scene: Scene, actor: Actor, asked: Endpoint, status: number, timeMs: number): string {
  const { chance } = scene;
  const { method, route, operation, category } = asked;
  const path = pathOf(route, actor, chance.below(5000));
  // Newer releases put the method before the route.
  const request = requestOf(scene, actor, chance.share(0.5) ? route : `${method} ${route}`, category);
  const isRead = method === "GET";
  const params = isRead
    ? paramList([
        ["state", "opened"],
        ["per_page", "100"],
      ])
    : chance.pick([paramList([["body", "[FILTERED]"]]), [{ key: "branch", value: "main" }, "..."], []]);
  const isOld = chance.share(0.05);
  const answer = { method, path, route, status, params, isInternal: false, isOld };
  const line = apiLine(chance, timeMs, request, answer);
  scene.leave("rails.api", timeMs, line, restDeeds(operation, `${method} ${route}`, status));
  const { address, agent } = request;
  leaveAccess(scene, line, { uri: path, route: "^/api/", address, agent, contentType: "application/json" }, timeMs + 5);
  return request.id;
}

function pathOf(route: string, { project }: Actor, number: number): string {
  return route.replace(":version", "v4").replace(":id", String(project.id)).replace(/:\w+/g, String(number));
}
