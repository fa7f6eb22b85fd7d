import { OPERATION_NAMES } from "./graphql-documents.ts";

/** Values by key. */
export type Pool = Readonly<Record<string, readonly unknown[]>>;

/** A number in an exact spelling, which `JSON.stringify` prints as it is. TypeScript does not know it yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

const HUGE = ["9007199254740993", "12345678901234567890", "100000000000000000000.0"].map(rawJSON);
const WHOLE_DOUBLES = ["200.0", "302.00", "2.02e2", "101.0"].map(rawJSON);

/** What may stand under any key, mostly by mistake. */
export const ODD_VALUES = [
  null,
  "",
  {},
  [],
  false,
  true,
  0,
  7,
  -1,
  1.5,
  "7",
  "0101",
  " 7",
  "7.0",
  "x",
  [null],
  { x: 1 },
  ...HUGE,
  ...WHOLE_DOUBLES,
];

/** Around the borders between one event and the next. */
const ROUTES = [
  "/api/:version/internal/allowed",
  "/api/:version/internal/post_receive",
  "/api/:version/internal",
  "/x",
  "/api/:version/jobs/request",
  "/api/:version/jobs/request/x",
  "/api/:version/jobs/:id",
  "/api/:version/jobs/:idx",
  "/api/:version/jobs/:id/trace",
  "/api/:version/jobs/:id/artifacts/authorize",
  "/api/:version/jobs/:id/x",
  "/api/:version/runners",
  "/api/:version/runners/verify",
  "/api/:version/runner",
  "/api/:version/markdown",
  "/api/:version/ci/lint",
  "/api/:version/projects/:id/search",
  "/api/:version/search/x",
  "/api/:version/things/verify",
  "/api/:version/projects",
];
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"];
const STATUSES = [
  200,
  201,
  204,
  299,
  300,
  302,
  399,
  400,
  401,
  403,
  404,
  500,
  503,
  "200",
  "0200",
  "302",
  "ok",
  ...WHOLE_DOUBLES,
];
const CONTROLLERS = [
  "GraphqlController",
  "Repositories::GitHttpController",
  "HealthController",
  "JwtController",
  "MetricsController",
  "ChaosController",
  "Projects::IssuesController",
  "SessionsController",
  "Ldap::SessionsController",
  "OmniauthCallbacksController",
  "Users::OmniauthCallbacksController",
  "MySessionsController",
  "Repositories::LfsApiController",
  "SessionsController::X",
];
const ACTIONS = [
  "index",
  "show",
  "edit",
  "raw",
  "blame",
  "tree",
  "destroy",
  "create",
  "new",
  "update",
  "info_refs",
  "execute",
];
const PROJECTS = ["acme-group/widgets", "alone", "a/b/c", "a//b"];
const USER_IDS = [
  101,
  "101",
  "user-101",
  "user-0101",
  "user-",
  "user-x",
  "key-11",
  "0101",
  "-1",
  ...HUGE,
  ...WHOLE_DOUBLES,
];
const NAMES = ["alice", "bob", "101"];
const ADDRESSES = ["203.0.113.10", "203.0.113.10, 127.0.0.1", " 198.51.100.1 ,x", ", 127.0.0.1", ",", " ", "::1"];

/** Members of `meta`. */
export const CONTEXT: Pool = {
  user: NAMES,
  user_id: USER_IDS,
  client_id: [
    "user/101",
    "user/9007199254740993",
    "user/0101",
    "user/x",
    "user/",
    "user-101",
    "runner/5501",
    "ip/203.0.113.10",
  ],
  project: PROJECTS,
  root_namespace: ["acme-group", "other"],
  subscription_plan: ["gold", "free"],
  feature_category: ["issue_tracking", "source_code_management"],
  remote_ip: ADDRESSES,
};

/** What means something under a top-level key of some log. */
export const MEANINGFUL: Pool = {
  tag: [
    "rails.api",
    "rails.production",
    "rails.graphql",
    "sidekiq",
    "shell",
    "workhorse",
    "gitlab.rails.api",
    "gke.rails.production.var.log",
    "rails.apis",
    "rails..api",
    "x",
    "api",
  ],
  subcomponent: ["api_json", "production_json", "graphql_json.log", "gitlab-shell", "webservice"],
  route: ROUTES,
  method: METHODS,
  status: STATUSES,
  controller: CONTROLLERS,
  action: ACTIONS,
  format: ["html", "json", "*/*"],
  msg: ["executing git command", "access"],
  command: ["git-upload-pack", "git-upload-pack 'a/b.git'", "git-upload-archive", "git-receive-pack"],
  job_status: ["start", "done", "fail", "deduplicated"],
  class: ["PostReceive", "UpdateAllMirrorsWorker"],
  operation_name: OPERATION_NAMES,
  is_mutation: [true, false, "true", 1],
  environment: ["gprd", "gstg"],
  host: ["gitlab.example.com"],
  user_id: USER_IDS,
  username: NAMES,
  remote_ip: ADDRESSES,
  ip: ADDRESSES,
  ua: ["Ruby", "git/2.28.0"],
  user_agent: ["curl/7", "git/2.28.0"],
  path: [
    "/acme-group/widgets.git/info/refs",
    "/acme-group.wiki.git/info/refs",
    "acme-group/widgets",
    "/",
    "/api/v4/projects",
  ],
  gl_project_path: PROJECTS,
};

/** What means something as a parameter. */
export const MEANINGFUL_PARAMS: Pool = {
  action: ["git-receive-pack", "git-upload-pack"],
  changes: ["_any", "0000 8f3a refs/heads/topic\n"],
  protocol: ["ssh", "http", "web", "ftp"],
  service: ["git-upload-pack", "git-receive-pack"],
  gl_repository: ["project-278964", "project-", "wiki-278964", "snippet-1"],
  user_id: USER_IDS,
  identifier: ["user-101", "user-9007199254740993", "user-x", "key-11"],
};

/** What closes a cut list, and what looks like it. */
export const SENTINELS = [
  "...",
  { key: "truncated", value: "..." },
  { key: "truncated", value: "x" },
  { key: "...", value: 1 },
];
