import { type Deed, NOTHING_CARRIED } from "../left-line.ts";
import { shellCommandLine, shellRequestLine } from "../lines/shell-line.ts";
import { wholeSecond } from "../log-time.ts";
import type { Action } from "./actor.ts";
import { leaveFirstQuestion } from "./git-hooks.ts";
import { leaveInfoRefs, leavePackRequest } from "./git-http.ts";
import { leaveGitalyCall } from "./machinery.ts";

const FETCH: Deed = { event: "git_fetch", operation: "read", detail: "ssh" };

/** Requests after the first: most clients ask what there is, then for what they lack. */
const POSTS = [
  { posts: 0, weight: 1 },
  { posts: 1, weight: 2 },
  { posts: 2, weight: 7 },
] as const;

/** A clone or fetch over SSH. `git archive` is a third command, and no fetch. */
export const fetchBySsh: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const id = scene.requestId();
  leaveFirstQuestion(scene, actor, id, "git-upload-pack", 200, timeMs);
  const asked = shellRequestLine(chance, timeMs, id, 200);
  scene.leave("shell", wholeSecond(timeMs), { members: asked, carried: NOTHING_CARRIED });
  const isFetch = chance.share(0.95);
  const session = { ...actor, id, repository: `project-${actor.project.id}` };
  const command = shellCommandLine(chance, timeMs + 150, session, isFetch ? "git-upload-pack" : "git-upload-archive");
  scene.leave("shell", wholeSecond(timeMs + 150), command, isFetch ? [FETCH] : []);
  const call = { project: actor.project, service: "SSHService", method: "SSHUploadPack", client: "gitlab-shell" };
  leaveGitalyCall(scene, id, call, timeMs + 900);
};

/** A clone or fetch over HTTP: with protocol version 2 it asks twice, the second time only if there is something new. */
export const fetchByHttp: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  leaveInfoRefs(scene, actor, "git-upload-pack", actor.user !== null, timeMs);
  const { posts } = chance.weighted(POSTS);
  for (let post = 0; post < posts; post += 1) {
    const id = scene.requestId();
    leavePackRequest(scene, actor, id, "git-upload-pack", timeMs + 300 * (post + 1));
    const call = {
      project: actor.project,
      service: "SmartHTTPService",
      method: "PostUploadPack",
      client: "gitlab-workhorse",
    };
    leaveGitalyCall(scene, id, call, timeMs + 350 * (post + 1));
  }
};
