import type { Deed } from "../left-line.ts";
import { apiLine, paramList } from "../lines/rails-line.ts";
import type { Scene } from "../scene.ts";
import { type Action, type Actor, requestOf } from "./actor.ts";
import { leaveHooks } from "./git-hooks.ts";
import { leaveAccess } from "./machinery.ts";
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
  ["GET", "/projects/:id/issues", "read", 200, "issue_tracking", 20],
  ["GET", "/projects/:id", "read", 200, "projects", 16],
  ["HEAD", "/projects/:id", "read", 200, "projects", 1],
  ["GET", "/projects/:id/merge_requests/:merge_request_iid", "read", 200, "code_review", 12],
  ["GET", "/projects/:id/pipelines", "read", 200, "continuous_integration", 12],
  ["GET", "/user", "read", 200, "users", 6],
  ["POST", "/projects/:id/issues", "create", 201, "issue_tracking", 4],
  ["POST", "/projects/:id/issues/:noteable_id/notes", "create", 201, "issue_tracking", 5],
  ["PUT", "/projects/:id/issues/:issue_iid", "update", 200, "issue_tracking", 4],
  ["PATCH", "/projects/:id/variables/:key", "update", 200, "continuous_integration", 1],
  ["DELETE", "/projects/:id/issues/:noteable_id/notes/:note_id", "delete", 204, "issue_tracking", 2],
  ["POST", "/markdown", "read", 201, "wiki", 3],
  ["POST", "/projects/:id/ci/lint", "read", 200, "continuous_integration", 1],
  ["GET", "/projects/:id/search", "read", 200, "global_search", 2],
  ["OPTIONS", "/projects/:id", "none", 204, "projects", 1],
].map(([method, route, operation, status, category, weight]) => ({
  method: String(method),
  route: `/api/:version${route}`,
  operation: operation as Deed["operation"],
  status: Number(status),
  category: String(category),
  weight: Number(weight),
}));

const ERRORS = [400, 401, 403, 404, 409, 422, 429, 500, 503];

/** A program or a page asks the API for something; one in eight asks in vain. */
export const restRequest: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const endpoint = chance.weighted(ENDPOINTS);
  const status = chance.share(0.12) ? chance.pick(ERRORS) : endpoint.status;
  leaveRequest(scene, actor, endpoint, status, timeMs);
};

/** A program asks for a path that there is not: no route matches, and nothing counts. */
export const strayRequest: Action = (scene, actor, timeMs) => {
  const request = requestOf(scene, actor, "(unknown)", "not_owned");
  const answer = { method: "GET", path: "/api/v4/nothing", route: null, status: 404, params: [], isInternal: false };
  scene.leave("rails.api", timeMs, apiLine(scene.chance, timeMs, request, answer));
};

const COMMIT = endpointOf("POST", "/api/:version/projects/:id/repository/commits", "create", 201);
const MERGE = endpointOf("PUT", "/api/:version/projects/:id/merge_requests/:merge_request_iid/merge", "update", 200);

/** A commit or a merge by the API: a request, and refs that GitLab itself brings. */
export const commitByApi: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const endpoint = chance.pick([COMMIT, MERGE]);
  const id = leaveRequest(scene, actor, endpoint, endpoint.status, timeMs + 700);
  leaveHooks(scene, { actor, id, protocol: "web", repository: "project", status: 200, cut: "nothing" }, timeMs);
};

function endpointOf(method: string, route: string, operation: Deed["operation"], status: number): Endpoint {
  return { method, route, operation, status, category: "source_code_management", weight: 1 };
}

/** The lines of one request; returns its correlation id. */
function leaveRequest(scene: Scene, actor: Actor, endpoint: Endpoint, status: number, timeMs: number): string {
  const { chance } = scene;
  const { method, route, operation, category } = endpoint;
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
  scene.leave(
    "rails.api",
    timeMs,
    apiLine(chance, timeMs, request, answer),
    restDeeds(operation, `${method} ${route}`, status),
  );
  if (chance.share(0.5)) {
    const { id, address, agent } = request;
    leaveAccess(scene, { id, method, uri: path, route: "^/api/", status, address, agent }, timeMs);
  }
  return request.id;
}

function pathOf(route: string, { project }: Actor, number: number): string {
  return route.replace(":version", "v4").replace(":id", String(project.id)).replace(/:\w+/g, String(number));
}
