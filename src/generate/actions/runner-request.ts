import { SECOND_MS } from "../../core/units.ts";
import type { Chance } from "../chance.ts";
import type { Deed } from "../left-line.ts";
import { apiLine, paramList } from "../lines/rails-line.ts";
import type { Runner } from "../population.ts";
import type { Scene } from "../scene.ts";
import { leaveAccess } from "./machinery.ts";

const AGENT = "gitlab-runner 13.6.0 (13-6-stable; go1.13.8; linux/amd64)";
const CATEGORY = "continuous_integration";
/** Between two reports on a job. */
const STEP_MS = 3 * SECOND_MS;

/** A runner asks for a job; one time in ten it gets one, and tells how it goes until it is done. */
export function pollForJobs(scene: Scene, runner: Runner, timeMs: number): void {
  const { chance } = scene;
  const hasJob = chance.share(0.1);
  leave(scene, runner, { method: "POST", route: "/jobs/request", status: hasJob ? 201 : 204 }, timeMs);
  if (!hasJob) return;
  const steps = 2 + chance.below(6);
  for (let step = 1; step <= steps; step += 1) {
    leave(scene, runner, { method: "PATCH", route: "/jobs/:id/trace", status: 202 }, timeMs + STEP_MS * step);
  }
  const endMs = timeMs + STEP_MS * steps + 900;
  leave(scene, runner, { method: "POST", route: "/jobs/:id/artifacts", status: 201 }, endMs);
  leave(scene, runner, { method: "PUT", route: "/jobs/:id", status: 200 }, endMs + 100);
}

/** Now and then a runner says that it is still there. */
export function verifyRunner(scene: Scene, runner: Runner, timeMs: number): void {
  leave(scene, runner, { method: "POST", route: "/runners/verify", status: 200 }, timeMs);
}

interface Call {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

function leave(scene: Scene, { id, address, project }: Runner, { method, route: end, status }: Call, timeMs: number) {
  const { chance } = scene;
  const route = `/api/:version${end}`;
  const deed: Deed = { event: "runner_request", operation: "none", detail: `${method} ${route}` };
  const isAboutJob = end.includes(":id");
  const request = {
    id: scene.requestId(),
    user: null,
    project: isAboutJob ? project : null,
    address,
    agent: AGENT,
    caller: route,
    category: CATEGORY,
  };
  const path = route.replace(":version", "v4").replace(":id", String(jobNumber(chance)));
  const params = paramList([
    ["token", "[FILTERED]"],
    ["info", { name: "gitlab-runner", version: "13.6.0", features: { variables: null } }],
  ]);
  const answer = { method, path, route, status, params, isInternal: false };
  const { members, carried } = apiLine(chance, timeMs, request, answer);
  // A runner is no user, and says so.
  const line = { members: { ...members, "meta.client_id": `runner/${id}` }, carried };
  scene.leave("rails.api", timeMs, line, [deed]);
  const contentType = "application/json";
  leaveAccess(scene, line, { uri: path, route: "^/api/v4/jobs/", address, agent: AGENT, contentType }, timeMs + 5);
}

function jobNumber(chance: Chance): number {
  return 500_000 + chance.below(100_000);
}
