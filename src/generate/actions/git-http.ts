import { type Deed, NOTHING_CARRIED, type Writing } from "../left-line.ts";
import type { Request } from "../lines/context.ts";
import { productionLine, type RailsAnswer, unauthorizedLine } from "../lines/rails-line.ts";
import type { Scene } from "../scene.ts";
import type { Actor } from "./actor.ts";
import { leaveAccess, leaveGitalyCall } from "./machinery.ts";

type Service = "git-receive-pack" | "git-upload-pack";

const CONTROLLER = "Repositories::GitHttpController";
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
    const members = unauthorizedLine(timeMs + 10, { ...request, agent: gitOf(actor) }, answer);
    scene.leave("rails.production", timeMs + 10, { members, carried: NOTHING_CARRIED });
    leaveGitAccess(scene, actor, { members }, uri, timeMs + 11);
    grantedMs += 100 + chance.below(100);
  }
  const request = gitRequest(actor, scene.requestId(), "info_refs");
  // Releases without the project in their context still name its group: it is in the path.
  const shown = chance.share(0.2) ? { ...request, project: null } : request;
  const { members, carried } = productionLine(chance, grantedMs, shown, answer);
  const bearer = { ...carried, group: actor.project.group.path };
  const deeds = service === "git-upload-pack" ? [FETCH] : [];
  scene.leave("rails.production", grantedMs, { members, carried: bearer }, deeds);
  leaveGitAccess(scene, actor, { members }, uri, grantedMs + 5);
  const method = service === "git-upload-pack" ? "InfoRefsUploadPack" : "InfoRefsReceivePack";
  const call = { project: actor.project, service: "SmartHTTPService", method, client: "gitlab-workhorse" };
  leaveGitalyCall(scene, request.id, call, grantedMs + 4);
}

/** The POST with the pack or the wishes: authorised by Rails, answered by Gitaly. */
export function leavePackRequest(scene: Scene, actor: Actor, id: string, service: Service, timeMs: number): void {
  const action = service.replaceAll("-", "_");
  const answer = gitAnswer(actor, action, "POST", service, [["repository_path", `${actor.project.path}.git`]]);
  const request = gitRequest(actor, id, action);
  const line = productionLine(scene.chance, timeMs, request, answer);
  scene.leave("rails.production", timeMs, line);
  leaveGitAccess(scene, actor, line, answer.path ?? "", timeMs + 800);
}

function leaveGitAccess(scene: Scene, actor: Actor, line: Pick<Writing, "members">, uri: string, timeMs: number): void {
  const end = /\.git\/([^?]*)/.exec(uri)?.[1] ?? "";
  const service = /git-[a-z]+-pack/.exec(uri)?.[0] ?? "";
  const contentType = `application/x-${service}-${end === "info/refs" ? "advertisement" : "result"}`;
  const route = `^/([^/]+/){1,}[^/]+\\.git/${end}\\z`;
  leaveAccess(scene, line, { uri, route, address: actor.address, agent: gitOf(actor), contentType }, timeMs);
}

function gitRequest(actor: Actor, id: string, action: string): Request {
  const { user, project, address } = actor;
  const caller = `${CONTROLLER}#${action}`;
  return { id, user, project, address, agent: gitOf(actor), caller, category: "source_code_management" };
}

function gitOf({ user }: Actor): string {
  return user?.git ?? "git/2.29.2";
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
