import { type Members, NOTHING_CARRIED, type Tag } from "../left-line.ts";
import { apiLine, paramList, productionLine } from "../lines/rails-line.ts";
import { sidekiqLine } from "../lines/sidekiq-line.ts";
import { goTime, railsTime, wholeSecond } from "../log-time.ts";
import type { Project } from "../population.ts";
import type { Scene } from "../scene.ts";
import { createJob, leaveJob } from "./background-job.ts";
import { leaveGitalyCall } from "./machinery.ts";

/** What an instance writes by itself. None of it counts, but the jobs that its clock starts. */
type Noise = (scene: Scene, project: Project, timeMs: number) => void;

const CRON_WORKERS = [
  "UpdateAllMirrorsWorker",
  "StuckCiJobsWorker",
  "PipelineScheduleWorker",
  "ExpireBuildArtifactsWorker",
];
const LOCAL = { user: null, project: null, address: "127.0.0.1", agent: "kube-probe/1.18", category: "not_owned" };

const healthCheck: Noise = (scene, _project, timeMs) => {
  const { chance } = scene;
  const [controller, action, path] = chance.pick([
    ["HealthController", "readiness", "/-/readiness"],
    ["HealthController", "liveness", "/-/liveness"],
    ["MetricsController", "index", "/-/metrics"],
  ] as const);
  const request = { ...LOCAL, id: scene.requestId(), caller: `${controller}#${action}` };
  const at = { method: "GET", path, format: "html", controller, action, status: 200, params: [] };
  scene.leave("rails.production", timeMs, productionLine(chance, timeMs, request, at));
};

/** The registry asks for a token on behalf of whoever pulls an image. */
const registryToken: Noise = (scene, _project, timeMs) => {
  const { chance } = scene;
  const request = { ...LOCAL, id: scene.requestId(), agent: "docker/19.03.13", caller: "JwtController#auth" };
  const at = {
    method: "GET",
    path: "/jwt/auth",
    format: "html",
    controller: "JwtController",
    action: "auth",
    status: 200,
  };
  scene.leave("rails.production", timeMs, productionLine(chance, timeMs, request, { ...at, params: [] }));
};

const internalCheck: Noise = (scene, project, timeMs) => {
  const { chance } = scene;
  const name = chance.pick(["check", "authorized_keys", "discover", "lfs_authenticate"]);
  const route = `/api/:version/internal/${name}`;
  const request = { ...LOCAL, project, id: scene.requestId(), agent: "GitLab-Shell", caller: route };
  const params = paramList([["secret_token", "[FILTERED]"]]);
  const at = { method: "GET", path: `/api/v4/internal/${name}`, route, status: 200, params, isInternal: true };
  scene.leave("rails.api", timeMs, apiLine(chance, timeMs, request, at));
};

const cronJob: Noise = (scene, _project, timeMs) => {
  const worker = scene.chance.pick(CRON_WORKERS);
  leaveJob(scene, worker, { ...LOCAL, id: scene.requestId(), caller: "Cronjob" }, timeMs);
};

/** A job that waits already: it is not started again. */
const deduplicatedJob: Noise = (scene, project, timeMs) => {
  const { chance } = scene;
  const request = { ...LOCAL, project, id: scene.requestId(), caller: "Cronjob" };
  const job = createJob(chance, "AuthorizedProjectsWorker", request, timeMs);
  scene.leave("sidekiq", timeMs, sidekiqLine(chance, timeMs, request, job, "deduplicated"));
};

const CALLS = [
  ["CommitService", "FindCommit"],
  ["CommitService", "TreeEntry"],
  ["RefService", "RefExists"],
  ["BlobService", "GetBlobs"],
] as const;

const repositoryCall: Noise = (scene, project, timeMs) => {
  const [service, method] = scene.chance.pick(CALLS);
  const call = { project, service, method, client: "gitlab-web" };
  leaveGitalyCall(scene, scene.requestId(), call, timeMs);
};

/** Lines of logs that no rule asks, each with what makes it hard to index. */
const OTHER_LOGS: readonly (readonly [Tag, (time: string, project: Project) => Members])[] = [
  ["rails.application", (_, { path }) => ({ message: `Project "${path}" was removed` })],
  [
    "rails.auth",
    () => ({ message: "Rack_Attack", env: "throttle", remote_ip: "198.51.100.30", request_method: "GET" }),
  ],
  ["rails.audit", (_, { id, path }) => ({ author_id: 101, entity_id: id, entity_type: "Project", entity_path: path })],
  [
    "rails.exceptions",
    () => ({ "exception.class": "NameError", "exception.message": "undefined", "tags.locale": "en" }),
  ],
  ["rails.exceptions", () => ({ exception: "a plain text" })],
  ["rails.integrations", (_, { id }) => ({ service_class: "JiraService", project_id: id, error: { message: "no" } })],
  ["rails.features", () => ({ key: "new_ui", action: "enable", "extra.percentage": 25 })],
  ["rails.git", () => ({ message: "Repository not found" })],
  ["database_load_balancing", () => ({ event: "no_secondaries_available", conflict_retried: 1 })],
  ["registry", () => ({ "http.request.method": "GET", "http.response.duration": "6.27ms", msg: "response completed" })],
  ["pages", () => ({ pages_host: "acme.gitlab.io", pages_https: true, status: 200, msg: "access", system: "http" })],
  ["shell", () => ({ msg: "gitlab-shell: main: executing command", env: { IsSSHConnection: true, RemoteAddr: "" } })],
  ["workhorse", () => ({ level: "error", msg: "error", error: "keywatcher: redis: connection pool timeout" })],
];

const otherLog: Noise = (scene, project, timeMs) => {
  const [tag, write] = scene.chance.pick(OTHER_LOGS);
  const isGo = tag === "registry" || tag === "pages" || tag === "shell" || tag === "workhorse";
  const time = isGo ? goTime(timeMs) : railsTime(timeMs);
  const members = { severity: "INFO", time, correlation_id: scene.requestId(), ...write(time, project) };
  scene.leave(tag, isGo ? wholeSecond(timeMs) : timeMs, { members, carried: NOTHING_CARRIED });
};

const NOISES = [
  { noise: healthCheck, weight: 20 },
  { noise: registryToken, weight: 4 },
  { noise: internalCheck, weight: 15 },
  { noise: cronJob, weight: 12 },
  { noise: deduplicatedJob, weight: 3 },
  { noise: repositoryCall, weight: 40 },
  { noise: otherLog, weight: 10 },
];

/** The instance does something by itself. */
export function makeNoise(scene: Scene, project: Project, timeMs: number): void {
  scene.chance.weighted(NOISES).noise(scene, project, timeMs);
}
