import type { Chance } from "../chance.ts";
import type { Deed } from "../left-line.ts";
import { byNumber, type Request } from "../lines/context.ts";
import { apiLine, paramList } from "../lines/rails-line.ts";
import type { Scene } from "../scene.ts";
import type { Actor } from "./actor.ts";
import { leaveJob } from "./background-job.ts";
import { leaveGitalyCall } from "./machinery.ts";

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
  /** Old and new commit and name of each ref, as Git gives them to its hooks. */
  readonly changes: string;
  /** Up to GitLab 13.4 each call of a hook drew an id of its own. */
  readonly drawsIds: boolean;
}

/** A change of a project's refs that is allowed and short, where nothing else is said. */
export function createRefChange(
  { chance }: Scene,
  actor: Actor,
  id: string,
  protocol: RefChange["protocol"],
  how: Partial<Pick<RefChange, "repository" | "status" | "cut">> = {},
): RefChange {
  const changes = refs(chance);
  const drawsIds = chance.share(0.2);
  return { actor, id, protocol, repository: "project", status: 200, cut: "nothing", changes, drawsIds, ...how };
}

const GITALY = "gitaly/13.6.3";
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
  const call = { project: actor.project, service: "HookService", client: "gitaly-hooks" };
  leaveGitalyCall(scene, change.id, { ...call, method: "PreReceiveHook" }, timeMs + 15);
  const pre = { ...internalRequest(actor, id, "/api/:version/internal/pre_receive"), user: null };
  const name = `${repository}-${actor.project.id}`;
  const preTimeMs = timeMs + 20 + chance.below(100);
  const preParams = paramList([
    ["gl_repository", name],
    ["secret_token", "[FILTERED]"],
  ]);
  scene.leave("rails.api", preTimeMs, apiLine(chance, preTimeMs, pre, internal("pre_receive", 200, preParams)));
  const postTimeMs = preTimeMs + 50 + chance.below(400);
  leavePostReceive(scene, change, postTimeMs);
  leaveGitalyCall(scene, change.id, { ...call, method: "PostReceiveHook" }, postTimeMs + 30);
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
    { key: "project", value: `/var/opt/gitlab/git-data/repositories/${actor.project.diskPath}` },
  ];
  const said = { key: "protocol", value: protocol };
  const who = actor.user === null ? { key: "key_id", value: "12" } : { key: "user_id", value: String(actor.user.id) };
  const whole = [...head, { key: "changes", value: change.changes }, said, { key: "env", value: "{}" }, who];
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
  const head = paramList([
    ["gl_repository", `${repository}-${actor.project.id}`],
    ["identifier", byKey ? `key-${actor.user?.keyId ?? 12}` : `user-${actor.user?.id}`],
  ]);
  const whole = paramList([
    ["changes", change.changes],
    ["push_options", []],
    ["secret_token", "[FILTERED]"],
  ]);
  const params = change.cut === "nothing" ? [...head, ...whole] : [...head, chance.pick(SENTINELS)];
  const id = hookId(scene, change);
  const route = "/api/:version/internal/post_receive";
  const request = internalRequest(actor, id, route);
  const { members, carried } = apiLine(chance, timeMs, request, internal("post_receive", 200, params));
  const update: Deed = { event: "git_ref_update", operation: "update", detail: null };
  const bearer = byKey ? carried : byNumber(carried, actor.user);
  scene.leave("rails.api", timeMs, { members, carried: bearer }, repository === "project" ? [update] : []);
  leaveJob(scene, "PostReceive", request, timeMs + 60);
  if (repository === "project")
    leaveJob(scene, "ProcessCommitWorker", { ...request, caller: "PostReceive" }, timeMs + 990);
}

function internalRequest({ user, project, address }: Actor, id: string, route: string): Request {
  return { id, user, project, address, agent: GITALY, caller: route, category: "source_code_management" };
}

function internal(name: string, status: number, params: readonly unknown[]) {
  const route = `/api/:version/internal/${name}`;
  return { method: "POST", path: `/api/v4/internal/${name}`, route, status, params, isInternal: true };
}

function hookId(scene: Scene, { id, drawsIds }: RefChange): string {
  return drawsIds ? scene.requestId() : id;
}

const NO_COMMIT = "0".repeat(40);

/** One ref mostly, `main` or a topic; now and then several, a tag, a new branch, or one that goes. */
function refs(chance: Chance): string {
  const count = chance.share(0.9) ? 1 : 2 + chance.below(4);
  return Array.from({ length: count }, () => {
    const isTag = chance.share(0.08);
    const branch = chance.share(0.4) ? "main" : `topic-${chance.below(1000)}`;
    const isNew = isTag || (branch !== "main" && chance.share(0.3));
    const isGone = !isNew && branch !== "main" && chance.share(0.1);
    const from = isNew ? NO_COMMIT : chance.hexDigits(40);
    const to = isGone ? NO_COMMIT : chance.hexDigits(40);
    return `${from} ${to} ${isTag ? `refs/tags/v1.${chance.below(90)}.0` : `refs/heads/${branch}`}\n`;
  }).join("");
}
