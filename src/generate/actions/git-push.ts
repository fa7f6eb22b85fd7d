import { NOTHING_CARRIED } from "../left-line.ts";
import { shellCommandLine, shellRequestLine } from "../lines/shell-line.ts";
import { wholeSecond } from "../log-time.ts";
import type { Scene } from "../scene.ts";
import type { Action, Actor } from "./actor.ts";
import { createRefChange, leaveFirstQuestion, leaveHooks, type RefChange } from "./git-hooks.ts";
import { leaveInfoRefs, leavePackRequest } from "./git-http.ts";
import { leaveGitalyCall } from "./machinery.ts";

const REJECTIONS = [
  { status: 401, weight: 4 },
  { status: 403, weight: 3 },
  { status: 404, weight: 1 },
  { status: 503, weight: 1 },
] as const;

/** A push over SSH: two questions to Rails, of which the second is about refs. */
export const pushBySsh: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const id = scene.requestId();
  // One in fifty may not in at all, and has pushed nothing.
  const isLetIn = chance.share(0.98);
  leaveFirstQuestion(scene, actor, id, "git-receive-pack", isLetIn ? 200 : 403, timeMs);
  const asked = shellRequestLine(chance, timeMs, id, isLetIn ? 200 : 403);
  scene.leave("shell", wholeSecond(timeMs), { members: asked, carried: NOTHING_CARRIED });
  if (!isLetIn) return;
  const change = refChange(scene, actor, id, "ssh");
  const session = { ...actor, id, repository: `${change.repository}-${actor.project.id}` };
  const command = shellCommandLine(chance, timeMs + 200, session, "git-receive-pack");
  scene.leave("shell", wholeSecond(timeMs + 200), command);
  leaveHooks(scene, change, timeMs + 300);
  leaveReceivePack(scene, actor, id, "ssh", timeMs + 1200);
};

/** A push over HTTP: asked for credentials first, then the same hooks. */
export const pushByHttp: Action = (scene, actor, timeMs) => {
  const id = scene.requestId();
  leaveInfoRefs(scene, actor, "git-receive-pack", true, timeMs);
  leavePackRequest(scene, actor, id, "git-receive-pack", timeMs + 700);
  leaveHooks(scene, refChange(scene, actor, id, "http"), timeMs + 900);
  leaveReceivePack(scene, actor, id, "http", timeMs + 1500);
};

function refChange(scene: Scene, actor: Actor, id: string, protocol: "ssh" | "http"): RefChange {
  const { chance } = scene;
  return createRefChange(scene, actor, id, protocol, {
    repository: chance.share(0.05) ? "wiki" : "project",
    status: chance.share(0.08) ? chance.weighted(REJECTIONS).status : 200,
    cut: chance.share(0.05) ? chance.pick(["changes", "changes_and_protocol"] as const) : "nothing",
  });
}

function leaveReceivePack(
  scene: Scene,
  { project }: Actor,
  id: string,
  protocol: "ssh" | "http",
  timeMs: number,
): void {
  const call =
    protocol === "ssh"
      ? { project, service: "SSHService", method: "SSHReceivePack", client: "gitlab-shell" }
      : { project, service: "SmartHTTPService", method: "PostReceivePack", client: "gitlab-workhorse" };
  leaveGitalyCall(scene, id, call, timeMs);
}
