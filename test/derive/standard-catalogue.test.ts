/**
 * Goal: each row of the standard catalogue counts what it says, and nothing near it.
 * Method: one line that counts per case, then the same line with one thing changed.
 */

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SCENARIOS } from "../cli/scenarios.ts";
import { arbitraryLog, arbitraryRecord, CUT, list, type Params, PUSH } from "./arbitrary-record.ts";
import { eventLines, eventsOf, STANDARD } from "./standard-events.ts";

const allowed = (params: Params, more: object = {}) => ({
  route: "/api/:version/internal/allowed",
  method: "POST",
  status: 200,
  params,
  ...more,
});
const { changes: _changes, ...UNCHANGED } = PUSH;

describe("git_push", () => {
  it.each(["ssh", "http"])("counts a push over %s", (protocol) => {
    expect(eventLines("rails.api", allowed({ ...PUSH, protocol }))).toEqual([`git_push update ${protocol}`]);
    expect(eventLines("rails.api", allowed(list({ ...PUSH, protocol })))).toEqual([`git_push update ${protocol}`]);
  });

  it.each(["200", 200.0, "200"])("reads the status %j", (status) => {
    expect(eventLines("rails.api", allowed(PUSH, { status }))).toEqual(["git_push update ssh"]);
  });

  it("reads a status with a fraction of zero", () => {
    const text = JSON.stringify(allowed(PUSH)).replace("200", "200.0");
    expect(eventLines("rails.api", text)).toEqual(["git_push update ssh"]);
  });

  it.each([
    ["the question before a push over SSH", allowed({ ...PUSH, changes: "_any" })],
    ["a list that is not cut, without changes", allowed(list(UNCHANGED))],
    ["changes of null", allowed({ ...PUSH, changes: null })],
    ["empty changes", allowed({ ...PUSH, changes: "" })],
    ["another action", allowed({ ...PUSH, action: "git-upload-pack" })],
    ["another protocol", allowed({ ...PUSH, protocol: "ftp" })],
    ["no protocol", allowed({ ...PUSH, protocol: null })],
    ["another method", allowed(PUSH, { method: "GET" })],
    ["another status", allowed(PUSH, { status: 201 })],
    ["a status of text", allowed(PUSH, { status: "ok" })],
    ["another route", allowed(PUSH, { route: "/api/:version/internal/allowed/x" })],
    ["a cut list with _any", allowed([...list({ ...PUSH, changes: "_any" }), CUT])],
    ["a cut list of another protocol", allowed([...list({ ...UNCHANGED, protocol: "ftp" }), CUT])],
    ["a sentinel that is not last", allowed([CUT, ...list(UNCHANGED)])],
  ])("does not count %s", (_name, line) => {
    expect(eventLines("rails.api", line)).toEqual([]);
  });

  it("does not count the line in another log", () => {
    expect(eventLines("rails.production", allowed(PUSH))).toEqual([]);
    expect(eventLines("unknown", allowed(PUSH))).toEqual([]);
  });

  it.each([
    ["object", CUT],
    ["bare", "..."],
  ])("takes a list cut by the %s sentinel for changes", (_name, sentinel) => {
    const { protocol: _protocol, ...rest } = UNCHANGED;
    expect(eventLines("rails.api", allowed([...list(UNCHANGED), sentinel]))).toEqual(["git_push update ssh"]);
    expect(eventLines("rails.api", allowed([...list(rest), sentinel]))).toEqual(["git_push update (truncated)"]);
    expect(eventLines("rails.api", allowed([...list(PUSH), sentinel]))).toEqual(["git_push update ssh"]);
  });
});

describe("git_web_commit", () => {
  it("counts commits by the application, whole or cut", () => {
    const web = { ...UNCHANGED, protocol: "web" };
    expect(eventLines("rails.api", allowed({ ...PUSH, protocol: "web" }))).toEqual(["git_web_commit update web"]);
    expect(eventLines("rails.api", allowed([...list(web), CUT]))).toEqual(["git_web_commit update web"]);
    expect(eventLines("rails.api", allowed(list(web)))).toEqual([]);
    expect(eventLines("rails.api", allowed({ ...web, changes: "_any" }))).toEqual([]);
    expect(eventLines("rails.api", allowed({ ...PUSH, protocol: "web" }, { status: 401 }))).toEqual([
      "git_push_rejected none web",
    ]);
  });
});

describe("git_push_rejected", () => {
  it.each([401, 403, 404, 503, "403"])("counts status %j", (status) => {
    expect(eventLines("rails.api", allowed(PUSH, { status }))).toEqual(["git_push_rejected none ssh"]);
  });

  it.each([400, 402, 500, 502, 300])("does not count status %j", (status) => {
    expect(eventLines("rails.api", allowed(PUSH, { status }))).toEqual([]);
  });

  it("takes any protocol, none too, and a cut list for changes", () => {
    const refused = (params: Params) => eventLines("rails.api", allowed(params, { status: 403 }));
    const { protocol: _protocol, ...rest } = UNCHANGED;
    expect(refused({ ...PUSH, protocol: "web" })).toEqual(["git_push_rejected none web"]);
    expect(refused({ ...PUSH, protocol: "ftp" })).toEqual(["git_push_rejected none ftp"]);
    expect(refused({ ...PUSH, protocol: null })).toEqual(["git_push_rejected none (none)"]);
    expect(refused([...list(UNCHANGED), CUT])).toEqual(["git_push_rejected none ssh"]);
    expect(refused([...list(rest), CUT])).toEqual(["git_push_rejected none (truncated)"]);
    expect(refused(list(UNCHANGED))).toEqual([]);
    expect(refused({ ...PUSH, changes: "_any" })).toEqual([]);
    expect(refused({ ...PUSH, action: "git-upload-pack" })).toEqual([]);
  });
});

describe("git_ref_update", () => {
  const received = (more: object = {}) => ({
    route: "/api/:version/internal/post_receive",
    method: "POST",
    status: 200,
    params: list({ gl_repository: "project-278964" }),
    ...more,
  });

  it("counts projects only", () => {
    expect(eventLines("rails.api", received())).toEqual(["git_ref_update update (none)"]);
    for (const repository of ["wiki-278964", "snippet-1", "xproject-1", ""]) {
      expect(eventLines("rails.api", received({ params: list({ gl_repository: repository }) }))).toEqual([]);
    }
    expect(eventLines("rails.api", received({ status: 404 }))).toEqual([]);
    expect(eventLines("rails.api", received({ method: "PUT" }))).toEqual([]);
    expect(eventLines("rails.api", received({ route: "/api/:version/internal/pre_receive" }))).toEqual([]);
  });
});

describe("git_fetch", () => {
  const FETCH = {
    controller: "Repositories::GitHttpController",
    action: "info_refs",
    method: "GET",
    status: 200,
    params: list({ service: "git-upload-pack" }),
  };

  it.each([
    ["without credentials", { status: 401 }],
    ["before a push", { params: list({ service: "git-receive-pack" }) }],
    ["for the pack", { action: "git_upload_pack" }],
    ["of another controller", { controller: "Repositories::LfsApiController", method: null }],
  ])("does not count a request %s", (_name, more) => {
    expect(eventLines("rails.production", { ...FETCH, ...more })).toEqual([]);
  });

  it("counts once over HTTP and once over SSH", () => {
    const ssh = { msg: "executing git command", command: "git-upload-pack 'acme-group/widgets.git'" };
    expect(eventLines("rails.production", FETCH)).toEqual(["git_fetch read http"]);
    expect(eventLines("shell", ssh)).toEqual(["git_fetch read ssh"]);
    expect(eventLines("shell", { ...ssh, command: "git-receive-pack" })).toEqual([]);
    expect(eventLines("shell", { ...ssh, command: "git-upload-archive" })).toEqual([]);
    expect(eventLines("shell", { ...ssh, command: "x git-upload-pack" })).toEqual([]);
    expect(eventLines("shell", { ...ssh, msg: "executing git command now" })).toEqual([]);
  });
});

describe("graphql events", () => {
  it.each([
    [{ query_string: "query q { a }" }, ["graphql_query read q"]],
    [{ query_string: "subscription s { a }" }, ["graphql_subscription read s"]],
    [{ query_string: "mutation m { createNote { id } }" }, ["graphql_mutation create m", "record_create create m"]],
    [{ query_string: "mutation m { createNote { id } }", is_mutation: false }, ["graphql_query read m"]],
    [
      { query_string: "{", is_mutation: true },
      ["graphql_mutation update (unparsable)", "record_update update (unparsable)"],
    ],
    [
      { is_mutation: true, operation_name: "issueDestroy" },
      ["graphql_mutation delete issueDestroy", "record_delete delete issueDestroy"],
    ],
    [{ is_mutation: false }, ["graphql_query read (anonymous)"]],
    [{ query_string: 5 }, ["graphql_query read (unparsable)"]],
    [{ query_string: "[FILTERED]" }, ["graphql_query read (unparsable)"]],
    [{ query_string: "", is_mutation: null }, []],
    [{ operation_name: "q" }, []],
    [{ is_mutation: "true" }, []],
  ])("%j counts as %j", (line, events) => {
    expect(eventLines("rails.graphql", line)).toEqual(events);
  });

  it.each([
    ["createNote", "create"],
    ["updateIssueDelete", "update"],
    ["destroyNote", "delete"],
    ["deleteNote", "delete"],
    ["removeNote", "delete"],
    ["noteCreate", "create"],
    ["noteUpdate", "update"],
    ["noteDestroy", "delete"],
    ["noteDelete", "delete"],
    ["noteRemove", "delete"],
    ["CreateNote", "update"],
    ["notecreate", "update"],
    ["Deletenote", "update"],
    ["noteCreated", "update"],
    ["mergeRequestAccept", "update"],
  ])("a mutation of %s is a %s", (field, operation) => {
    expect(eventsOf("rails.graphql", { query_string: `mutation { ${field}(input: {}) { id } }` })[0]?.operation).toBe(
      operation,
    );
    expect(eventsOf("rails.graphql", { is_mutation: true, operation_name: field })[0]?.operation).toBe(operation);
  });
});

describe("rest_request and runner_request", () => {
  const rest = (method: unknown, route: unknown, status: unknown = 200) =>
    eventLines("rails.api", { method, route, status });
  const ISSUES = "/api/:version/projects/:id/issues";

  it.each([
    ["POST", 201, "create"],
    ["PUT", 200, "update"],
    ["PATCH", 200, "update"],
    ["DELETE", 204, "delete"],
    ["GET", 200, "read"],
    ["HEAD", 299, "read"],
  ])("%s with %i is a %s, and a record", (method, status, operation) => {
    const detail = `${method} ${ISSUES}`;
    expect(rest(method, ISSUES, status)).toEqual([
      `rest_request ${operation} ${detail}`,
      `record_${operation} ${operation} ${detail}`,
    ]);
  });

  it.each(["/markdown", "/projects/:id/ci/lint", "/search", "/x/verify"])("POST %s reads", (path) => {
    expect(rest("POST", `/api/:version${path}`)[0]).toBe(`rest_request read POST /api/:version${path}`);
    expect(rest("PUT", `/api/:version${path}`)[0]).toBe(`rest_request update PUT /api/:version${path}`);
    expect(rest("POST", `/api/:version${path}/x`)[0]).toBe(`rest_request create POST /api/:version${path}/x`);
  });

  it("POST to a lint that is not of CI creates", () => {
    expect(rest("POST", "/api/:version/lint")[0]).toBe("rest_request create POST /api/:version/lint");
  });

  it.each([199, 300, 302, 304, 404, 500, null, "x"])("counts no record with status %j", (status) => {
    expect(rest("GET", ISSUES, status)).toEqual([`rest_request read GET ${ISSUES}`]);
  });

  it("counts other methods as none, and lines without method too", () => {
    expect(rest("OPTIONS", ISSUES)).toEqual([`rest_request none OPTIONS ${ISSUES}`]);
    expect(rest(null, ISSUES)).toEqual(["rest_request none (none)"]);
  });

  it.each(["/api/:version/internal/allowed", "/api/:version/internal/kubernetes/agent_info", null, ""])(
    "does not count route %j",
    (route) => {
      expect(rest("GET", route)).toEqual([]);
    },
  );

  it.each([
    ["POST", "/api/:version/jobs/request"],
    ["PUT", "/api/:version/jobs/:id"],
    ["PATCH", "/api/:version/jobs/:id"],
    ["PATCH", "/api/:version/jobs/:id/trace"],
    ["POST", "/api/:version/jobs/:id/artifacts/authorize"],
    ["GET", "/api/:version/jobs/:id/artifacts"],
    ["POST", "/api/:version/runners/verify"],
    ["GET", "/api/:version/runners"],
  ])("%s %s is a runner's", (method, route) => {
    expect(rest(method, route)).toEqual([`runner_request none ${method} ${route}`]);
  });

  it.each([
    ["GET", "/api/:version/jobs/:id"],
    ["GET", "/api/:version/projects/:id/jobs/:job_id/artifacts"],
    ["GET", "/api/:version/projects/:id/runners"],
    ["POST", "/api/:version/jobs/requests"],
    ["GET", "/api/:version/internal"],
  ])("%s %s is nobody else's", (method, route) => {
    expect(rest(method, route)[0]).toMatch(/^rest_request /);
  });
});

const rails = (method: unknown, action: unknown, more: object = {}) =>
  eventLines("rails.production", { controller: "Projects::IssuesController", action, method, status: 200, ...more });
const first = (lines: readonly string[]) => lines[0]?.split(" ").slice(0, 2).join(" ");

describe("rails_request", () => {
  it.each([
    ["POST", "index", "read"],
    ["DELETE", "show", "read"],
    ["PUT", "edit", "read"],
    ["GET", "raw", "read"],
    ["GET", "blame", "read"],
    ["GET", "tree", "read"],
    ["GET", "destroy", "delete"],
    ["DELETE", "leave", "delete"],
    ["DELETE", "update", "delete"],
    ["GET", "create", "read"],
    ["HEAD", "anything", "read"],
    ["POST", "create", "create"],
    ["POST", "new", "create"],
    ["PUT", "create", "update"],
    ["OPTIONS", "update", "update"],
    ["PATCH", "toggle", "update"],
    ["POST", "toggle", "update"],
    ["OPTIONS", "toggle", "none"],
    ["OPTIONS", "create", "none"],
  ])("%s %s is a %s", (method, action, operation) => {
    expect(first(rails(method, action))).toBe(`rails_request ${operation}`);
  });

  it.each([
    "GraphqlController",
    "Repositories::GitHttpController",
    "HealthController",
    "JwtController",
    "MetricsController",
    "ChaosController",
  ])("does not count %s", (controller) => {
    expect(rails("GET", "show", { controller })).toEqual([]);
    expect(first(rails("GET", "show", { controller: `Admin::${controller}` }))).toBe("rails_request read");
  });

  it.each([null, {}, "", 5, ["GET"]])("does not count the method %j", (method) => {
    expect(rails(method, "subscribe")).toEqual([]);
  });

  it("asks for strings", () => {
    expect(rails("GET", 5)).toEqual([]);
    expect(rails("GET", "show", { controller: {} })).toEqual([]);
  });
});

describe("pageview", () => {
  const page = (more: object = {}) => rails("GET", "show", { format: "html", ...more });

  it("is counted beside its request and its record", () => {
    const detail = "Projects::IssuesController#show";
    expect(page()).toEqual([`rails_request read ${detail}`, `pageview read ${detail}`, `record_read read ${detail}`]);
  });

  it.each([{ format: "json" }, { format: "*/*" }, { status: 201 }, { status: 302 }, { method: "HEAD" }])(
    "is not counted with %j",
    (more) => {
      expect(page(more).some((line) => line.startsWith("pageview"))).toBe(false);
    },
  );

  it("is not counted where there is no request", () => {
    expect(page({ controller: "HealthController" })).toEqual([]);
  });

  it("reads, also where its request deletes", () => {
    expect(rails("GET", "destroy", { format: "html" }).map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "rails_request delete",
      "pageview read",
      "record_delete delete",
    ]);
  });
});

describe("record_* of Rails", () => {
  it.each([
    ["GET", "show", 200, "record_read"],
    ["GET", "show", 299, "record_read"],
    ["GET", "show", 302, undefined],
    ["GET", "show", 304, undefined],
    ["GET", "show", 404, undefined],
    ["POST", "create", 302, "record_create"],
    ["POST", "create", 200, "record_create"],
    ["POST", "create", 399, "record_create"],
    ["POST", "create", 422, undefined],
    ["PUT", "update", "302", "record_update"],
    ["DELETE", "destroy", 303, "record_delete"],
    ["DELETE", "destroy", 199, undefined],
    ["OPTIONS", "toggle", 200, undefined],
    ["POST", "create", null, undefined],
  ])("%s %s with %j counts %s", (method, action, status, record) => {
    expect(rails(method, action, { status })[1]?.split(" ")[0]).toBe(record);
  });
});

describe("jobs", () => {
  it.each([
    ["done", ["job_done none PostReceive"]],
    ["fail", ["job_failed none PostReceive"]],
    ["start", []],
    ["deduplicated", []],
    [null, []],
  ])("job_status %j counts %j", (status, events) => {
    expect(eventLines("sidekiq", { job_status: status, class: "PostReceive" })).toEqual(events);
  });

  it("has no detail without a class", () => {
    expect(eventLines("sidekiq", { job_status: "done" })).toEqual(["job_done none (none)"]);
  });
});

describe("login", () => {
  const login = (controller: string, action: string, status: unknown = 302) =>
    rails("POST", action, { controller, status }).filter((line) => line.startsWith("login"));

  it.each([
    ["SessionsController", "create"],
    ["Ldap::SessionsController", "create"],
    ["OmniauthCallbacksController", "saml"],
    ["A::B::OmniauthCallbacksController", "create"],
  ])("counts %s#%s beside its request", (controller, action) => {
    expect(login(controller, action)).toEqual([`login create ${controller}#${action}`]);
    expect(rails("POST", action, { controller, status: 302 })).toHaveLength(3);
    expect(login(controller, action, 200)).toEqual([]);
    expect(login(controller, action, 303)).toEqual([]);
  });

  it.each([
    ["SessionsController", "destroy"],
    ["MySessionsController", "create"],
    ["SessionsController::Other", "create"],
    ["Admin:SessionsController", "create"],
    ["MyOmniauthCallbacksController", "saml"],
  ])("does not count %s#%s", (controller, action) => {
    expect(login(controller, action)).toEqual([]);
  });
});

const ASIDE = /^(?:record_|job_|pageview|login|runner_)/;
const SAMPLES = new URL("../../fixtures/samples/", import.meta.url);

describe("the samples", () => {
  it.each(Object.entries(SCENARIOS))("scenario %s counts %j", (scenario, expected) => {
    const counts: Record<string, number> = {};
    for (const text of linesOf(`scenario_${scenario}.ndjson`)) {
      const line = JSON.parse(text) as { _src: string; record: Record<string, unknown> };
      for (const { event } of eventsOf(line._src, line.record)) {
        if (!ASIDE.test(event)) counts[event] = (counts[event] ?? 0) + 1;
      }
    }
    expect(counts).toEqual(expected);
  });

  it("have a scenario file for each expectation", () => {
    const files = readdirSync(SAMPLES).filter((name) => name.startsWith("scenario_"));
    expect(files.toSorted()).toEqual(
      Object.keys(SCENARIOS)
        .map((name) => `scenario_${name}.ndjson`)
        .toSorted(),
    );
  });

  it("of Rails count requests, pages and records", () => {
    const events = linesOf("production_json.ndjson").map((line) =>
      eventLines("rails.production", line).map((text) => text.split(" ")[0]),
    );
    expect(events.slice(0, 5)).toEqual([
      ["rails_request", "pageview", "record_read"],
      ["rails_request", "record_create"],
      ["rails_request", "pageview", "record_read"],
      [],
      ["rails_request"],
    ]);
  });
});

function linesOf(name: string): string[] {
  return readFileSync(new URL(name, SAMPLES), "utf8").trimEnd().split("\n");
}

describe("any line", () => {
  it("counts no event twice, at most three, in the catalogue's order, records beside their request", () => {
    const order = STANDARD.events.map(({ event }) => event);
    const bases = ["rest_request", "rails_request", "graphql_mutation"];
    fc.assert(
      fc.property(arbitraryLog, arbitraryRecord, (name, record) => {
        const events = eventsOf(name, record);
        const names = events.map(({ event }) => event);
        expect(names).toEqual(order.filter((event) => names.includes(event)));
        expect(names.length).toBeLessThanOrEqual(3);
        for (const { event, operation, detail } of events) {
          if (!event.startsWith("record_")) continue;
          expect(event).toBe(`record_${operation}`);
          expect(events.find((base) => bases.includes(base.event))).toMatchObject({ operation, detail });
        }
        if (names.includes("pageview")) expect(names).toContain("rails_request");
      }),
      { numRuns: 300 },
    );
  });

  it("does not depend on the lines before it", () => {
    fc.assert(
      fc.property(arbitraryLog, arbitraryRecord, arbitraryLog, arbitraryRecord, (nameA, a, nameB, b) => {
        const alone = eventLines(nameB, b);
        eventsOf(nameA, a);
        expect(eventLines(nameB, b)).toEqual(alone);
      }),
      { numRuns: 200 },
    );
  });

  it("without events gives one frozen list", () => {
    const none = eventsOf("rails.api", {});
    expect(none).toBe(eventsOf("gitaly", { controller: "x" }));
    expect(Object.isFrozen(none)).toBe(true);
  });
});
