import { type Deed, NOTHING_CARRIED } from "../left-line.ts";
import type { Request } from "../lines/context.ts";
import { productionLine, type RailsAnswer, unauthorizedLine } from "../lines/rails-line.ts";
import type { Scene } from "../scene.ts";
import type { Actor } from "./actor.ts";
import { leaveAccess } from "./machinery.ts";

type Service = "git-receive-pack" | "git-upload-pack";

const CONTROLLER = "Repositories::GitHttpController";
const GIT = "git/2.28.0";
const FETCH: Deed = { event: "git_fetch", operation: "read", detail: "http" };

/**
 * `GET info/refs`: the first request of a clone, a fetch and a push. Git tries without credentials first, and a
 * project that is not public answers 401. A fetch counts here, once, whatever follows.
 */
export function leaveInfoRefs(
  scene: Scene,
  actor: Actor,
  service: Service,
  needsCredentials: boolean,
  timeMs: number,
): void {
  const { chance } = scene;
  const params = [
    ["service", service],
    ["repository_path", `${actor.project.path}.git`],
  ] as const;
  const answer = gitAnswer(actor, "info_refs", "GET", "info/refs", params);
  const uri = `${answer.path}?service=${service}`;
  let grantedMs = timeMs;
  if (needsCredentials) {
    const request = gitRequest({ ...actor, user: null }, scene.requestId(), "info_refs");
    leaveGitAccess(scene, request, "GET", uri, 401, timeMs);
    const members = unauthorizedLine(timeMs + 10, request, answer);
    scene.leave("rails.production", timeMs + 10, { members, carried: NOTHING_CARRIED });
    grantedMs += 100 + chance.below(100);
  }
  const request = gitRequest(actor, scene.requestId(), "info_refs");
  leaveGitAccess(scene, request, "GET", uri, 200, grantedMs);
  // Releases without the project in their context still name its group: it is in the path.
  const shown = chance.share(0.2) ? { ...request, project: null } : request;
  const { members, carried } = productionLine(chance, grantedMs, shown, answer);
  const bearer = { ...carried, group: actor.project.group.path };
  scene.leave(
    "rails.production",
    grantedMs,
    { members, carried: bearer },
    service === "git-upload-pack" ? [FETCH] : [],
  );
}

/** The POST with the pack or the wishes: authorised by Rails, answered by Gitaly. */
export function leavePackRequest(scene: Scene, actor: Actor, id: string, service: Service, timeMs: number): void {
  const action = service.replaceAll("-", "_");
  const answer = gitAnswer(actor, action, "POST", service, [["repository_path", `${actor.project.path}.git`]]);
  const request = gitRequest(actor, id, action);
  scene.leave("rails.production", timeMs, productionLine(scene.chance, timeMs, request, answer));
  leaveGitAccess(scene, request, "POST", answer.path ?? "", 200, timeMs + 800);
}

function leaveGitAccess(scene: Scene, request: Request, method: string, uri: string, status: number, timeMs: number) {
  const { id, address, agent } = request;
  const route = "^/([^/]+/){1,}[^/]+\\.git/info/refs\\z";
  leaveAccess(scene, { id, method, uri, route, status, address, agent }, timeMs);
}

function gitRequest({ user, project, address }: Actor, id: string, action: string): Request {
  const caller = `${CONTROLLER}#${action}`;
  return { id, user, project, address, agent: GIT, caller, category: "source_code_management" };
}

function gitAnswer(
  { project }: Actor,
  action: string,
  method: string,
  end: string,
  params: RailsAnswer["params"],
): RailsAnswer {
  const path = `/${project.path}.git/${end}`;
  return { method, path, format: "*/*", controller: CONTROLLER, action, status: 200, params };
}
