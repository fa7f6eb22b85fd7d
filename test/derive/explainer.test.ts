/**
 * Goal: what is said of a line is why it counts, or what it lacks. Method: every sample and generated lines beside
 * the counting deriver and rules of one condition each; then lines that lack one thing, and the same with it.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDecoder } from "../../src/decode/decoder.ts";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { createExplainer, type Explanation, type NearMiss } from "../../src/derive/explainer.ts";
import { fileOf } from "../decode/decoded-line.ts";
import { simulated } from "../generate/simulated.ts";
import { arbitraryLog, arbitraryRecord, CUT, list, PUSH } from "./arbitrary-record.ts";
import { fakeReader } from "./fake-fields.ts";
import { createRuleOracle } from "./rule-oracle.ts";
import { eventsOf, type Fieldset, STANDARD, teamCatalogue } from "./standard-events.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const FILES = ["samples", "local"].flatMap((folder) =>
  readdirSync(new URL(folder, FIXTURES), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ndjson"))
    .map((name) => `${folder}/${name}`),
);

const reader = fakeReader(catalogueFields(STANDARD));
const explainAll = createExplainer(STANDARD, reader.slotOf, null);

function explain(log: string, record: string | Fieldset): Explanation {
  return explainAll(log, reader.read(record));
}

/** Each miss as `event rule: field value wanted; …`, far ones in brackets. */
function missLines({ nearMisses }: Explanation): string[] {
  return nearMisses.map(({ event, rule, isNear, failed, unless, refines }) => {
    const texts = failed.map(({ field, value, wanted }) => `${field} ${value} ${wanted}`);
    if (unless !== null) texts.push(`unless ${unless}`);
    if (refines !== null) texts.push(`refines ${refines.join(" ")}`);
    const text = `${event} ${rule}: ${texts.join("; ")}`;
    return isNear ? text : `(${text})`;
  });
}

/** The text of a file, where a line of a scenario holds its record and the name of its log. */
function textOf(name: string): string {
  const text = readFileSync(new URL(name, FIXTURES), "latin1");
  if (!name.includes("scenario_")) return text;
  const records = text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { _src: tag, record } = JSON.parse(line) as { _src: string; record: object };
      return JSON.stringify({ ...record, tag });
    });
  return records.join("\n");
}

/** Explains each line of a file, by the standard catalogue, and gives their number. */
function expectAgreement(bytes: Buffer): number {
  const names = catalogueFields(STANDARD);
  const limits = { maxDepth: 128, maxLineBytes: 4 * 2 ** 20, maxInflatedBytes: 32 * 2 ** 20 };
  const decoder = createDecoder({ names, limits, identityFields: {}, topic: "" });
  const derive = createDeriver(STANDARD, decoder.slotOf);
  const explainLine = createExplainer(STANDARD, decoder.slotOf, null);
  const expectTrue = createRuleOracle(decoder.slotOf);
  let lines = 0;
  decoder.decode(fileOf(bytes), ({ log }, fields) => {
    lines += 1;
    const explanation = explainLine(log, fields);
    if (fields === null) return expect(explanation).toMatchObject({ events: [], nearMisses: [] });
    expectTrue({ log, fields, derived: derive(log, fields) }, explanation);
    const { events, nearMisses } = explanation;
    for (const { field, value } of [
      ...events.flatMap((each) => each.conditions),
      ...nearMisses.flatMap((each) => each.failed),
    ]) {
      if (!names.includes(field)) continue;
      const text = fields.string(decoder.slotOf(field));
      expect(value !== null).toBe(fields.has(decoder.slotOf(field)));
      if (text !== null) expect(JSON.parse(value ?? "")).toBe(text);
    }
  });
  return lines;
}

describe("an explanation", () => {
  it.each(FILES)("agrees with what is counted of each line of %s", (name) => {
    expect(expectAgreement(Buffer.from(textOf(name), "latin1"))).toBeGreaterThan(0);
  });

  it.each(["bare", "logentry", "pubsub"] as const)(
    "agrees with what is counted of simulated traffic, form %s",
    (form) => {
      const { rows, truth } = simulated({ form, lines: 1500, seed: 9, poisoned: 0.02 });
      const lines = expectAgreement(Buffer.concat(rows.flatMap((row) => [row, Buffer.from("\n")])));
      expect(lines).toBe(truth.lines_in);
    },
  );

  it("agrees with what is counted of any line", () => {
    const expectTrue = createRuleOracle(reader.slotOf);
    fc.assert(
      fc.property(arbitraryLog, arbitraryRecord, (log, record) => {
        const fields = reader.read(record);
        expectTrue({ log, fields, derived: eventsOf(log, record) }, explainAll(log, fields));
      }),
      { numRuns: 300 },
    );
  });
});

const allowed = (more: Fieldset = {}) => ({
  route: "/api/:version/internal/allowed",
  method: "POST",
  status: 200,
  params: PUSH,
  ...more,
});
const rails = (more: Fieldset = {}) => ({
  controller: "Projects::IssuesController",
  action: "show",
  method: "GET",
  format: "html",
  status: 200,
  ...more,
});
const login = { controller: "SessionsController", action: "create", method: "POST" };
const clone = {
  controller: "Repositories::GitHttpController",
  action: "info_refs",
  params: list({ service: "git-upload-pack" }),
};
const received = { route: "/api/:version/internal/post_receive", method: "POST", status: 200 };
const api = { route: "/api/:version/projects", method: "POST" };
const { changes: _changes, ...unchanged } = PUSH;

/** A line, the event that it nearly counts, what stands in the way, and what makes it count. */
const NEARLY: readonly (readonly [log: string, line: Fieldset, miss: string, cure: Fieldset])[] = [
  [
    "rails.api",
    allowed({ params: { ...PUSH, changes: "_any" } }),
    'git_push 1: params.changes "_any" present and not "_any"',
    { params: PUSH },
  ],
  ["rails.api", allowed({ status: "401" }), 'git_push 1: status "401" 200', { status: "200" }],
  ["rails.api", allowed(), 'git_web_commit 1: params.protocol "ssh" "web"', { params: { ...PUSH, protocol: "web" } }],
  ["rails.api", allowed(), "git_push_rejected 1: status 200 401, 403, 404 or 503", { status: 503 }],
  [
    "rails.api",
    allowed({ params: list(unchanged) }),
    // A rule for cut lists lacks as little, but holds only because nothing is there.
    'git_push 1: params.changes null present and not "_any"',
    { params: PUSH },
  ],
  [
    "rails.api",
    { ...received, params: { gl_repository: "wiki-1" } },
    'git_ref_update 1: params.gl_repository "wiki-1" beginning with "project-"',
    { params: { gl_repository: "project-1" } },
  ],
  [
    "rails.api",
    { ...received },
    'git_ref_update 1: params.gl_repository null beginning with "project-"',
    { params: { gl_repository: "project-1" } },
  ],
  ["rails.production", { ...clone, status: 401 }, "git_fetch 1: status 401 200", { status: 200 }],
  [
    "shell",
    { msg: "executing git command", command: "git-receive-pack" },
    'git_fetch 2: command "git-receive-pack" beginning with "git-upload-pack"',
    { command: "git-upload-pack" },
  ],
  [
    "rails.api",
    { route: "/api/:version/jobs/:id", method: "GET" },
    'runner_request 2: method "GET" "PUT" or "PATCH"',
    { method: "PUT" },
  ],
  [
    "rails.api",
    { route: "/api/:version/jobs/request" },
    "rest_request 1: unless runner_request",
    { route: "/api/:version/jobs" },
  ],
  ["rails.production", rails({ status: 404 }), "pageview 1: status 404 200", { status: 200 }],
  ["rails.production", rails({ status: 302 }), "record_read 1: status 302 from 200 to 299", { status: 299 }],
  ["rails.production", rails({ action: ["show"] }), 'rails_request 1: action ["show"] a text', { action: "show" }],
  ["rails.production", { ...login, status: 422 }, "record_create 2: status 422 from 200 to 399", { status: 302 }],
  ["rails.production", { ...login, status: 200 }, "login 1: status 200 302", { status: 302 }],
  ["rails.api", { ...api, status: 403 }, "record_create 1: status 403 from 200 to 299", { status: 201 }],
];

describe("a near miss", () => {
  it.each(NEARLY)("in %s of %j is told as %s", (log, line, miss, cure) => {
    const [event = ""] = miss.split(" ");
    const explanation = explain(log, line);
    expect(missLines(explanation)).toContain(miss);
    expect(explanation.events.map((each) => each.event)).not.toContain(event);
    const cured = explain(log, { ...line, ...cure });
    expect(cured.events.map((each) => each.event)).toContain(event);
    expect(cured.nearMisses.map((each) => each.event)).not.toContain(event);
  });

  it("is none where the event that it refines is another, or not there", () => {
    const told = ({ events, nearMisses }: Explanation) => [...events, ...nearMisses].map(({ event }) => event);
    expect(told(explain("rails.production", rails()))).toEqual(["rails_request", "pageview", "record_read"]);
    expect(missLines(explain("rails.production", rails({ controller: "HealthController" })))).toEqual([
      expect.stringMatching(/^rails_request 1: controller "HealthController" a text and none of /),
      expect.stringMatching(/^\(login/),
      expect.stringMatching(/^\(git_fetch/),
    ]);
  });

  it("asks each rule about the event that it refines itself", () => {
    const text = `
version: 1
events:
  a: { log: shell, operation: create }
  b: { log: shell, operation: read }
  fine: { refines: a, when: { refined.operation: create, x: 1 } }
  last: { refines: b, when: { refined.operation: read } }`;
    const catalogue = teamCatalogue(text);
    const own = fakeReader(catalogueFields(catalogue));
    const explanation = createExplainer(catalogue, own.slotOf, null)("shell", own.read({}));
    expect(missLines(explanation)).toEqual(["fine 1: x null 1"]);
    const [, , last] = explanation.events;
    expect(last?.conditions).toEqual([{ field: "refined.operation", value: '"read"', wanted: '"read"' }]);
  });

  it("says what no field of the line says: kind of a query, and where a list was cut", () => {
    const graphql = explain("rails.graphql", { query_string: "{ a }" });
    expect(graphql.events).toEqual([
      {
        event: "graphql_query",
        operation: "read",
        detail: "(anonymous)",
        rule: 1,
        ruleCount: 1,
        conditions: [{ field: "graphql.kind", value: '"query"', wanted: '"query"' }],
      },
    ]);
    const [push] = explain("rails.api", allowed({ params: [...list(unchanged), CUT] })).events;
    expect(push).toMatchObject({ event: "git_push", rule: 2, ruleCount: 3 });
    expect(push?.conditions).toContainEqual({ field: "params_cut", value: "true", wanted: "true" });
    expect(push?.conditions).toContainEqual({ field: "params.changes", value: null, wanted: "absent" });
  });
});

describe("a line without events", () => {
  it("is told of the three nearest: fewest conditions that fail, then most that hold, then their order", () => {
    expect(missLines(explain("rails.graphql", {}))).toEqual([
      '(graphql_query 1: graphql.kind null "query")',
      '(graphql_mutation 1: graphql.kind null "mutation")',
      '(graphql_subscription 1: graphql.kind null "subscription")',
    ]);
    const text = `
version: 1
events:
  far: { log: shell, when: { a: 1, b: 1 } }
  one: { log: shell, when: { a: 1 } }
  near: { log: shell, when: { a: 1, c: 1 } }
  nearer: { log: shell, any: [{ when: { a: 1, b: 1 } }, { when: { c: 1, b: 1, d: 1 } }, { when: { c: 1, d: 1, a: 1 } }] }
  fine: { refines: one }`;
    const catalogue = teamCatalogue(text);
    const own = fakeReader(catalogueFields(catalogue));
    const told = (record: Fieldset, asked: readonly string[] | null = null) =>
      missLines(createExplainer(catalogue, own.slotOf, asked)("shell", own.read(record)));
    expect(told({ c: 1, d: 1 })).toEqual(["nearer 2: b null 1", "near 1: a null 1", "(one 1: a null 1)"]);
    expect(told({})).toEqual(["(one 1: a null 1)", "(far 1: a null 1; b null 1)", "(near 1: a null 1; c null 1)"]);
    expect(told({ a: 1 })).toEqual(["far 1: b null 1", "near 1: c null 1", "nearer 1: b null 1"]);
    expect(told({}, ["fine", "far"])).toEqual(["(far 1: a null 1; b null 1)", "(fine 1: refines one)"]);
  });

  it("has none of a log without rules, and none without fields", () => {
    expect(explain("gitaly", rails())).toEqual({ hasRules: false, events: [], nearMisses: [] });
    expect(explainAll("rails.api", null)).toEqual({ hasRules: true, events: [], nearMisses: [] });
  });
});

describe("events that were asked for", () => {
  const ask = (asked: readonly string[], log: string, record: Fieldset) =>
    createExplainer(STANDARD, reader.slotOf, asked)(log, reader.read(record));

  it("are told alone, counted or not, however far", () => {
    const { events, nearMisses } = ask(["git_push", "git_ref_update", "job_done"], "rails.api", allowed());
    expect(events.map(({ event }) => event)).toEqual(["git_push"]);
    expect(nearMisses.map(({ event }: NearMiss) => event)).toEqual(["git_ref_update"]);
    expect(missLines(ask(["git_push"], "rails.api", api))[0]).toMatch(
      /^\(git_push 3: route .*; status .*; params.action .*; .*\)$/,
    );
  });

  it("may need an event that was not asked for", () => {
    expect(ask(["pageview"], "rails.production", rails()).events).toMatchObject([{ event: "pageview" }]);
    const failed = rails({ controller: "HealthController", status: 404 });
    expect(missLines(ask(["pageview"], "rails.production", failed))).toEqual([
      "(pageview 1: status 404 200; refines rails_request)",
    ]);
    expect(missLines(ask(["rest_request"], "rails.api", { route: "/api/:version/runners" }))).toEqual([
      "rest_request 1: unless runner_request",
    ]);
  });

  it("have no rule for other logs", () => {
    expect(ask(["job_done"], "rails.api", allowed())).toEqual({ hasRules: false, events: [], nearMisses: [] });
  });
});
