import type { Deed } from "../left-line.ts";
import { type Params, productionLine, type RailsAnswer } from "../lines/rails-line.ts";
import type { Scene } from "../scene.ts";
import { type Action, type Actor, requestOf } from "./actor.ts";
import { leaveJob } from "./background-job.ts";
import { createRefChange, leaveHooks } from "./git-hooks.ts";
import { leaveAccess, leaveGitalyCall } from "./machinery.ts";
import { railsDeeds } from "./request-deeds.ts";

/** What can be asked of a controller, how often, and what it does there. */
interface Page {
  readonly controller: string;
  readonly action: string;
  readonly method: string;
  readonly format: "html" | "json";
  /** Behind the path of the project. */
  readonly end: string;
  readonly operation: Deed["operation"];
  /** When all is well. */
  readonly status: number;
  readonly category: string;
  /** Worker of the job that it starts; null where it starts none. */
  readonly worker: string | null;
  readonly weight: number;
}

const PAGES: readonly Page[] = [
  page("Projects::IssuesController", "show", "GET", "html", "/-/issues/42", "read", 18),
  page("Projects::IssuesController", "index", "GET", "html", "/-/issues", "read", 10),
  page("Projects::IssuesController", "realtime_changes", "GET", "json", "/-/issues/42/realtime_changes", "read", 8),
  page("Projects::MergeRequestsController", "show", "GET", "html", "/-/merge_requests/7", "read", 14),
  page(
    "Projects::MergeRequests::DiffsController",
    "diffs_batch",
    "GET",
    "json",
    "/-/merge_requests/7/diffs",
    "read",
    6,
  ),
  page("Projects::BlobController", "show", "GET", "html", "/-/blob/main/README.md", "read", 8),
  page("Projects::RawController", "show", "GET", "html", "/-/raw/main/README.md", "read", 2),
  page("Projects::PipelinesController", "index", "GET", "json", "/-/pipelines.json", "read", 8),
  page("ProjectsController", "show", "GET", "html", "", "read", 9),
  page("Projects::IssuesController", "create", "POST", "html", "/-/issues", "create", 3, "NewIssueWorker"),
  page("Projects::NotesController", "create", "POST", "json", "/notes", "create", 6, "NewNoteWorker"),
  page("Projects::IssuesController", "update", "PUT", "json", "/-/issues/42", "update", 4),
  page("Projects::WikisController", "update", "PUT", "html", "/-/wikis/home", "update", 1),
  page("Projects::PipelinesController", "retry", "POST", "json", "/-/pipelines/9/retry", "update", 1),
  page("Projects::NotesController", "destroy", "DELETE", "json", "/notes/9", "delete", 1),
  page("Projects::MilestonesController", "destroy", "DELETE", "html", "/-/milestones/2", "delete", 1),
  page("Projects::UploadsController", "authorize", "OPTIONS", "json", "/uploads", "none", 1),
];

/** What else comes of looking (a way to the log-in, nothing new), and of changing something. */
const READ_ERRORS = [302, 304, 404, 404, 500];
const CHANGE_ERRORS = [302, 403, 404, 422, 422, 500];

/** Something in the browser: one in twelve goes wrong, by the user or by the program. */
export const railsRequest: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const asked = chance.weighted(PAGES);
  const errors = asked.method === "GET" ? READ_ERRORS : CHANGE_ERRORS;
  const status = chance.share(0.08) ? chance.pick(errors) : asked.status;
  const request = leavePage(scene, actor, asked, status, timeMs);
  if (asked.worker !== null && status === asked.status) leaveJob(scene, asked.worker, request, timeMs + 40);
};

const EDIT = page("Projects::BlobController", "update", "PUT", "html", "/-/update/main/README.md", "update", 1);
const MERGE = page(
  "Projects::MergeRequestsController",
  "merge",
  "POST",
  "json",
  "/-/merge_requests/7/merge",
  "update",
  1,
);

/** The editor in the browser, or the merge button: a request, and refs that GitLab itself brings. */
export const commitInBrowser: Action = (scene, actor, timeMs) => {
  const { chance } = scene;
  const isRefused = chance.share(0.05);
  const asked = chance.pick([EDIT, MERGE]);
  const status = isRefused ? 422 : asked.status;
  const { id } = leavePage(scene, actor, asked, status, timeMs + 900);
  const cut = chance.share(0.02) ? "changes" : "nothing";
  const hookStatus = isRefused ? 403 : 200;
  leaveHooks(scene, createRefChange(scene, actor, id, "web", { status: hookStatus, cut }), timeMs);
  const method = asked === EDIT ? "UserCommitFiles" : "UserMergeBranch";
  const call = { project: actor.project, service: "OperationService", method, client: "gitlab-web" };
  leaveGitalyCall(scene, id, call, timeMs + 850);
};

/** ActionCable subscribes over a connection that is open already: it writes a line, and is no request. */
export const cableSubscription: Action = (scene, actor, timeMs) => {
  const params: Params = [
    ["project_path", actor.project.path],
    ["iid", "42"],
  ];
  const absent = scene.chance.share(0.5) ? {} : null;
  const answer: RailsAnswer = {
    method: null,
    path: null,
    format: null,
    controller: "IssuesChannel",
    action: "subscribe",
    status: 200,
    params,
    more: { method: absent, path: absent, format: absent },
  };
  const request = requestOf(scene, actor, "IssuesChannel#subscribe", "issue_tracking");
  scene.leave("rails.production", timeMs, productionLine(scene.chance, timeMs, request, answer));
};

function page(
  controller: string,
  action: string,
  method: string,
  format: Page["format"],
  end: string,
  operation: Page["operation"],
  weight: number,
  worker: string | null = null,
): Page {
  const isChange = operation !== "read" && operation !== "none";
  const status = isChange && format === "html" ? 302 : 200;
  const category = controller.includes("MergeRequest") ? "code_review" : "issue_tracking";
  return { controller, action, method, format, end, operation, status, category, worker, weight };
}

/** The lines of one request; returns it. */
function leavePage(scene: Scene, actor: Actor, asked: Page, status: number, timeMs: number) {
  const { chance } = scene;
  const { controller, action, method, format, operation, category } = asked;
  const { project } = actor;
  const detail = `${controller}#${action}`;
  const request = requestOf(scene, actor, detail, category);
  const path = `/${project.path}${asked.end}`;
  const [, id] = /\/(\d+)/.exec(asked.end) ?? [];
  const params: Params = [
    ["namespace_id", project.group.path],
    ["project_id", project.name],
    ...(id === undefined ? [] : [["id", id] as const]),
  ];
  const more = status === 302 ? { location: `https://gitlab.example.com${path}` } : {};
  const answer = { method, path, format, controller, action, status, params, more };
  const deeds = railsDeeds(operation, detail, status, method === "GET" && format === "html");
  const line = productionLine(chance, timeMs, request, answer);
  scene.leave("rails.production", timeMs, line, deeds);
  const { address, agent } = request;
  const contentType = format === "html" ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
  leaveAccess(scene, line, { uri: path, route: "", address, agent, contentType }, timeMs + 5);
  return request;
}
