import type { Deed } from "../left-line.ts";
import { byNumber, type Request } from "../lines/context.ts";
import { apiLine, paramList } from "../lines/rails-line.ts";
import type { Scene } from "../scene.ts";
import type { Actor } from "./actor.ts";
import { leaveJob } from "./background-job.ts";

/** Refs on their way into a repository, whoever brings them. */
export interface RefChange {
  readonly actor: Actor;
  /** Correlation id of the request that brings them. */
  readonly id: string;
  readonly protocol: "ssh" | "http" | "web";
  readonly repository: "project" | "wiki";
  /** Status of the answer to the pre-receive hook. */
  readonly status: number;
  /** The list of refs was so long that the log cut it off: `changes` is gone, and what stood behind it. */
  readonly cut: "nothing" | "changes" | "changes_and_protocol";
}

const GITALY = "gitaly/13.8.0";
const ALLOWED = "/api/:version/internal/allowed";
/** Ends a list of parameters that was cut: in Rails, and in the API of older releases. */
const SENTINELS = [{ key: "truncated", value: "..." }, "..."] as const;

/**
 * The question of Git's pre-receive hook whether the refs may change, and what follows a yes: it is asked once for
 * each push, each merge and each commit in the browser.
 */
export function leaveHooks(scene: Scene, change: RefChange, timeMs: number): void {
  const { chance } = scene;
  leaveAllowed(scene, change, timeMs);
  if (change.status !== 200) return;
  const { actor, repository } = change;
  const id = hookId(scene, change);
  const pre = { ...internalRequest(actor, id, "/api/:version/internal/pre_receive"), user: null };
  const name = `${repository}-${actor.project.id}`;
  const preTimeMs = timeMs + 20 + chance.below(100);
  const preParams = paramList([
    ["gl_repository", name],
    ["secret_token", "[FILTERED]"],
  ]);
  scene.leave("rails.api", preTimeMs, apiLine(chance, preTimeMs, pre, internal("pre_receive", 200, preParams)));
  leavePostReceive(scene, change, preTimeMs + 50 + chance.below(400));
}

/** What a question over SSH asks first: may this key in at all? It is no push yet. */
export function leaveFirstQuestion(
  scene: Scene,
  actor: Actor,
  id: string,
  action: "git-receive-pack" | "git-upload-pack",
  status: number,
  timeMs: number,
): void {
  const params = paramList([
    ["action", action],
    ["project", `${actor.project.path}.git`],
    ["changes", "_any"],
    ["protocol", "ssh"],
    ["key_id", String(actor.user?.keyId ?? 12)],
    ["check_ip", actor.address],
    ["secret_token", "[FILTERED]"],
  ]);
  const request = { ...internalRequest(actor, id, ALLOWED), agent: "GitLab-Shell" };
  scene.leave("rails.api", timeMs, apiLine(scene.chance, timeMs, request, internal("allowed", status, params)));
}

function leaveAllowed(scene: Scene, change: RefChange, timeMs: number): void {
  const { chance } = scene;
  const { actor, protocol, status, cut, repository } = change;
  const head = [
    { key: "action", value: "git-receive-pack" },
    { key: "gl_repository", value: `${repository}-${actor.project.id}` },
    { key: "project", value: "/var/opt/gitlab/git-data/repositories/@hashed/6b/86/x.git" },
  ];
  const said = { key: "protocol", value: protocol };
  const who = actor.user === null ? { key: "key_id", value: "12" } : { key: "user_id", value: String(actor.user.id) };
  const whole = [...head, { key: "changes", value: refs(scene) }, said, { key: "env", value: "{}" }, who];
  const kept = cut === "changes" ? [...head, said] : head;
  const params = cut === "nothing" ? whole : [...kept, chance.pick(SENTINELS)];
  const request = internalRequest(actor, hookId(scene, change), ALLOWED);
  const { members, carried } = apiLine(chance, timeMs, request, internal("allowed", status, params));
  // A list that was cut has lost its user too.
  const bearer = cut === "nothing" ? byNumber(carried, actor.user) : carried;
  scene.leave("rails.api", timeMs, { members, carried: bearer }, [pushDeed(change)]);
}

function pushDeed({ protocol, status, cut }: RefChange): Deed {
  const detail = cut === "changes_and_protocol" ? "(truncated)" : protocol;
  if (status !== 200) return { event: "git_push_rejected", operation: "none", detail };
  return { event: protocol === "web" ? "git_web_commit" : "git_push", operation: "update", detail };
}

/** The refs have changed: told to Rails, which starts a job. Wikis have refs of their own, which are no project's. */
function leavePostReceive(scene: Scene, change: RefChange, timeMs: number): void {
  const { chance } = scene;
  const { actor, protocol, repository } = change;
  const byKey = actor.user === null || (protocol === "ssh" && chance.share(0.5));
  const params = paramList([
    ["gl_repository", `${repository}-${actor.project.id}`],
    ["identifier", byKey ? `key-${actor.user?.keyId ?? 12}` : `user-${actor.user?.id}`],
    ["changes", refs(scene)],
    ["push_options", []],
    ["secret_token", "[FILTERED]"],
  ]);
  const id = hookId(scene, change);
  const route = "/api/:version/internal/post_receive";
  const request = internalRequest(actor, id, route);
  const { members, carried } = apiLine(chance, timeMs, request, internal("post_receive", 200, params));
  const update: Deed = { event: "git_ref_update", operation: "update", detail: null };
  const bearer = byKey ? carried : byNumber(carried, actor.user);
  scene.leave("rails.api", timeMs, { members, carried: bearer }, repository === "project" ? [update] : []);
  leaveJob(scene, "PostReceive", { ...request, caller: route }, timeMs + 60);
}

function internalRequest({ user, project, address }: Actor, id: string, route: string): Request {
  return { id, user, project, address, agent: GITALY, caller: route, category: "source_code_management" };
}

function internal(name: string, status: number, params: readonly unknown[]) {
  const route = `/api/:version/internal/${name}`;
  return { method: "POST", path: `/api/v4/internal/${name}`, route, status, params, isInternal: true };
}

/** Up to GitLab 13.4 the hooks drew ids of their own. */
function hookId(scene: Scene, { id }: RefChange): string {
  return scene.chance.share(0.2) ? scene.requestId() : id;
}

function refs({ chance }: Scene): string {
  return `${"0".repeat(40)} ${chance.digits(40)} refs/heads/topic-${chance.below(1000)}\n`;
}
