/** Shapes of the lines that FluentD sends for GitLab: 48 keys in those of rails.production and rails.api. */
const ACTIONS = [
  ["Projects::IssuesController", "show", "GET", "/-/issues/42", "issue_tracking"],
  ["Projects::MergeRequestsController", "show", "GET", "/-/merge_requests/7", "code_review"],
  ["Projects::IssuesController", "create", "POST", "/-/issues", "issue_tracking"],
  ["Repositories::GitHttpController", "info_refs", "GET", ".git/info/refs", "source_code_management"],
  ["Projects::BlobController", "show", "GET", "/-/blob/master/README.md", "source_code_management"],
  ["Projects::PipelinesController", "index", "GET", "/-/pipelines", "continuous_integration"],
] as const;
const ROUTES = [
  ["GET", "/api/:version/projects/:id/issues", "issue_tracking"],
  ["POST", "/api/:version/jobs/request", "continuous_integration"],
  ["POST", "/api/:version/internal/allowed", "source_code_management"],
  ["PUT", "/api/:version/projects/:id/issues/:issue_iid", "issue_tracking"],
  ["POST", "/api/:version/internal/post_receive", "source_code_management"],
] as const;
const WORKERS = ["PostReceive", "ProcessCommitWorker", "PipelineProcessWorker", "NewNoteWorker"];
const QUERIES = [
  "query getIssue($path: ID!, $iid: String!) { project(fullPath: $path) { issue(iid: $iid) { id title state } } }",
  "mutation createNote($input: CreateNoteInput!) { createNote(input: $input) { note { id body } errors } }",
  "query pipelines($path: ID!) { project(fullPath: $path) { pipelines(first: 20) { nodes { id duration } } } }",
];

/** One throw of the dice after another. */
export interface Dice {
  /** An integer in `[0, limit)`. */
  readonly below: (limit: number) => number;
  /** The same, small numbers far more often. */
  readonly skewed: (limit: number) => number;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly seconds: (most: number) => number;
}

/** What the fields of one line agree on. */
export interface Request {
  readonly time: string;
  readonly correlationId: string;
  readonly user: number;
  readonly projectId: number;
  readonly group: string;
  readonly project: string;
  readonly plan: string;
  readonly ip: string;
  readonly agent: string;
}

type Members = Readonly<Record<string, unknown>>;

function merged(...parts: readonly Members[]): Members {
  return Object.assign({}, ...parts) as Members;
}

function context({ user, group, project, plan, ip }: Request, callerId: string, category: string): Members {
  return merged(
    { "meta.caller_id": callerId, "meta.remote_ip": ip, "meta.feature_category": category },
    { "meta.user": `user-${user}`, "meta.user_id": user, "meta.project": project, "meta.root_namespace": group },
    { "meta.subscription_plan": plan, "meta.client_id": `user/${user}` },
  );
}

function counters({ below, seconds }: Dice): Members {
  return merged(
    { gitaly_calls: below(5), gitaly_duration_s: seconds(0.2), redis_calls: below(60) },
    { redis_duration_s: seconds(0.1), redis_read_bytes: below(20_000), redis_write_bytes: below(5000) },
    { db_count: below(80), db_write_count: below(8), db_cached_count: below(30), db_duration_s: seconds(0.3) },
    { cpu_s: seconds(1), mem_objects: below(300_000), mem_bytes: below(30_000_000), mem_mallocs: below(90_000) },
    { queue_duration_s: seconds(0.03), view_duration_s: seconds(0.5), duration_s: seconds(2) },
  );
}

function fluentd(dice: Dice, tag: string, type: string): Members {
  const hostname = `${type}-${String(1 + dice.below(24)).padStart(2, "0")}-sv-gprd`;
  const fqdn = `${hostname}.c.gitlab-production.internal`;
  return { environment: "gprd", hostname, fqdn, tag, type, tier: "sv", stage: "main", shard: "default" };
}

function production(dice: Dice, at: Request): Members {
  const [controller, action, method, end, category] = dice.pick(ACTIONS);
  const last = action === "info_refs" ? ["service", "git-upload-pack"] : ["id", String(dice.below(5000))];
  const params = [["namespace_id", at.group], ["project_id", at.project.split("/")[1]], last];
  const status = dice.below(20) === 0 ? 404 : method === "POST" ? 302 : 200;
  return merged(
    {
      method,
      path: `/${at.project}${end}`,
      format: action === "show" ? "html" : "json",
      controller,
      action,
      status,
    },
    { time: at.time, params: params.map(([key, value]) => ({ key, value })), remote_ip: at.ip, user_id: at.user },
    { username: `user-${at.user}`, ua: at.agent, correlation_id: at.correlationId, pid: 1000 + dice.below(64) },
    context(at, `${controller}#${action}`, category),
    counters(dice),
    fluentd(dice, "rails.production", "web"),
  );
}

function api(dice: Dice, at: Request): Members {
  const [method, route, category] = dice.pick(ROUTES);
  const isInternal = route.includes("/internal/");
  const changes = `${"0".repeat(40)} ${at.correlationId} refs/heads/topic`;
  const push = { action: "git-receive-pack", protocol: "ssh", changes, gl_repository: `project-${at.projectId}` };
  const params = Object.entries(isInternal ? push : { state: "opened", per_page: "100" });
  return merged(
    { time: at.time, severity: "INFO", status: method === "POST" && !isInternal ? 201 : 200, method },
    { path: route.replace(":version", "v4").replace(/:\w+/g, String(at.projectId)), host: "gitlab.example.com" },
    {
      params: params.map(([key, value]) => ({ key, value })),
      remote_ip: `${at.ip}, 127.0.0.1`,
      ua: at.agent,
      route,
    },
    { user_id: at.user, username: `user-${at.user}`, correlation_id: at.correlationId, pid: 1000 + dice.below(64) },
    context(at, route, category),
    counters(dice),
    fluentd(dice, "rails.api", "api"),
  );
}

function graphql(dice: Dice, at: Request): Members {
  const query = dice.pick(QUERIES);
  const name = /\w+ (\w+)/.exec(query)?.[1];
  return merged(
    { severity: "INFO", time: at.time, correlation_id: at.correlationId, trace_type: "execute_query" },
    { operation_name: name, query_fingerprint: `${name}/1/xyz=`, is_mutation: query.startsWith("mutation") },
    { variables: `{"path"=>"${at.project}"}`, query_string: query, duration_s: dice.seconds(2), pid: 4711 },
    { "query_analysis.depth": dice.below(9), "query_analysis.complexity": dice.below(200) },
    context(at, `graphql:${name}`, "issue_tracking"),
    fluentd(dice, "rails.graphql", "web"),
  );
}

function sidekiq(dice: Dice, at: Request): Members {
  const worker = dice.pick(WORKERS);
  const status = dice.pick(["done", "start", "done", "fail"]);
  const jid = at.correlationId.slice(2).toLowerCase();
  return merged(
    { severity: "INFO", time: at.time, queue: worker.toLowerCase(), args: [String(at.projectId)], class: worker },
    { retry: 3, jid, created_at: at.time, enqueued_at: at.time, message: `${worker} JID-${jid}: ${status}` },
    { job_status: status, scheduling_latency_s: dice.seconds(2), job_size_bytes: dice.below(400) },
    { correlation_id: at.correlationId, pid: 10_000 + dice.below(64), completed_at: at.time },
    context(at, worker, "continuous_integration"),
    counters(dice),
    fluentd(dice, "sidekiq", "sidekiq"),
  );
}

function workhorse(dice: Dice, at: Request): Members {
  const uri = `/${at.project}.git/info/refs?service=git-upload-pack`;
  return merged(
    { content_type: "application/json", correlation_id: at.correlationId, duration_ms: dice.below(900) },
    { host: "gitlab.example.com", level: "info", method: "GET", msg: "access", proto: "HTTP/1.1", referrer: "" },
    { remote_addr: "127.0.0.1:0", remote_ip: at.ip, route: "^/([^/]+/){1,}[^/]+\\.git/info/refs\\z", status: 200 },
    { system: "http", time: at.time, ttfb_ms: dice.below(500), uri, user_agent: at.agent },
    { written_bytes: dice.below(90_000), ...fluentd(dice, "workhorse", "git") },
  );
}

function gitaly(dice: Dice, at: Request): Members {
  const method = dice.pick(["FindCommit", "InfoRefsUploadPack", "PostUploadPack", "RefExists"]);
  const repoPath = `@hashed/${at.projectId % 90}/86/${String(at.projectId).padStart(32, "6b86")}.git`;
  return merged(
    { correlation_id: at.correlationId, "grpc.code": "OK", "grpc.meta.auth_version": "v2" },
    { "grpc.meta.client_name": "gitlab-web", "grpc.meta.deadline_type": "regular", "grpc.method": method },
    { "grpc.request.fullMethod": `/gitaly.CommitService/${method}`, "grpc.request.glProjectPath": at.project },
    { "grpc.request.glRepository": `project-${at.projectId}`, "grpc.request.repoPath": repoPath },
    { "grpc.request.repoStorage": "nfs-file02", "grpc.service": "gitaly.CommitService", "grpc.start_time": at.time },
    { "grpc.time_ms": dice.seconds(900), level: "info", msg: "finished unary call with code OK", pid: 1234 },
    { "peer.address": `10.0.0.5:${dice.below(60_000)}`, "span.kind": "server", system: "grpc", time: at.time },
    fluentd(dice, "gitaly", "gitaly"),
  );
}

function shell(dice: Dice, at: Request): Members {
  return merged(
    { command: dice.pick(["git-upload-pack", "git-receive-pack"]), correlation_id: at.correlationId },
    { git_protocol: "version=2", gl_key_id: at.user, gl_key_type: "key", gl_project_path: at.project },
    { gl_repository: `project-${at.projectId}`, level: "info", msg: "executing git command", remote_ip: at.ip },
    { time: at.time, user_id: `user-${at.user}`, username: `user-${at.user}`, ...fluentd(dice, "shell", "git") },
  );
}

/** Of a hundred lines, how many have which shape. */
const MIX = [
  [40, production],
  [32, api],
  [4, graphql],
  [12, sidekiq],
  [6, workhorse],
  [4, gitaly],
  [2, shell],
] as const;
/** Each shape as often as it comes among a hundred lines. */
export const SHAPES = MIX.flatMap(([share, shape]) => Array.from({ length: share }, () => shape));
