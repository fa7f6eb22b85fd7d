/**
 * Goal: a catalogue is checked before it counts anything, errors lead to the line, and the digest means the content.
 * Method: small catalogues as text; the standard one rewritten by the YAML library.
 */
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type Catalogue, parseCatalogue } from "../../src/derive/catalogue.ts";
import { STANDARD, STANDARD_TEXT } from "./standard-events.ts";

const digestOf = (text: string) => parseCatalogue(text, "x.yaml").digest;

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversedKeys(item)]),
  );
}

describe("the digest", () => {
  it("is a SHA-256", () => {
    expect(STANDARD.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it("is not changed by comments, spacing, quoting or style", () => {
    const content: unknown = parse(STANDARD_TEXT);
    expect(digestOf(stringify(content))).toBe(STANDARD.digest);
    expect(digestOf(JSON.stringify(content))).toBe(STANDARD.digest);
    expect(digestOf(`# new\n\n${STANDARD_TEXT}\n# end\n`)).toBe(STANDARD.digest);
  });

  it("is not changed by the order of fields, but by the order of events", () => {
    const { version, events } = parse(STANDARD_TEXT) as { version: number; events: Record<string, unknown> };
    const bodies = Object.entries(events).map(([event, body]) => [event, reversedKeys(body)] as const);
    const moved = [...bodies.slice(1, 2), ...bodies.slice(0, 1), ...bodies.slice(2)];
    expect(digestOf(stringify({ events: Object.fromEntries(bodies), version }))).toBe(STANDARD.digest);
    expect(digestOf(stringify({ events: Object.fromEntries(moved), version }))).not.toBe(STANDARD.digest);
  });

  it.each([
    ["job_status: done", "job_status: did"],
    ["status: [401, 403, 404, 503]", "status: [401, 403, 503, 404]"],
    ["status: { between: [200, 299] }", "status: { between: [200, 298] }"],
    ["login:", "sign_in:"],
    ["detail: http", "detail: https"],
  ])("changes with %j", (before, after) => {
    expect(STANDARD_TEXT).toContain(before);
    expect(digestOf(STANDARD_TEXT.replace(before, after))).not.toBe(STANDARD.digest);
  });

  it("stands for small catalogues as it always has", () => {
    // A digest names the rules behind archived facts: the same content must give it in every later version.
    const text = "version: 1\nevents: { job: { log: sidekiq, when: { job_status: [done, 1, true] } } }";
    expect(digestOf(text)).toBe("sha256:519255472fd414722839030aa99ed9a26b91a0c72ff3b98f4c488d22da0a43bb");
  });
});

describe("the standard catalogue", () => {
  it("has the events of the design, in order", () => {
    const graphql = ["graphql_query", "graphql_mutation", "graphql_subscription"];
    const records = ["record_create", "record_read", "record_update", "record_delete"];
    const git = ["git_push", "git_web_commit", "git_push_rejected", "git_ref_update", "git_fetch"];
    const requests = ["runner_request", "rest_request", "rails_request", "pageview"];
    expect(STANDARD.events.map(({ event }) => event)).toEqual([
      ...git,
      ...graphql,
      ...requests,
      ...records,
      "job_done",
      "job_failed",
      "login",
    ]);
  });

  it("gives events that refine others the logs of those", () => {
    const logs = (event: string, catalogue: Catalogue = STANDARD) =>
      catalogue.events.find((rules) => rules.event === event)?.alternatives.flatMap((alternative) => alternative.logs);
    expect(logs("pageview")).toEqual(["rails.production"]);
    expect(logs("record_create")).toEqual(["rails.api", "rails.production", "rails.graphql"]);
    expect(logs("record_read")).toEqual(["rails.api", "rails.production"]);
  });
});

const event = (...lines: string[]) =>
  ["version: 1", "events:", "  deploy:", "    log: rails.api", ...lines.map((line) => `    ${line}`)].join("\n");

describe("a wrong catalogue", () => {
  it.each([
    [
      "a misspelled key",
      event("wen: { status: 200 }"),
      'team.yaml:5: events.deploy.wen: unknown field (hint: did you mean "when"?)',
    ],
    [
      "a misspelled test",
      event("when:", "  route: { prefx: /api }"),
      'team.yaml:6: events.deploy.when.route.prefx: unknown field (hint: did you mean "prefix"?)',
    ],
    [
      "a misspelled test inside",
      event("when:", "  route:", "    not: { sufix: /api }"),
      'team.yaml:7: events.deploy.when.route.not.sufix: unknown field (hint: did you mean "suffix"?)',
    ],
    [
      "a misspelled operation",
      event("operation: creat"),
      'team.yaml:5: events.deploy.operation: expected create, read, update, delete, none, found "creat" (hint: did you mean "create"?)',
    ],
    [
      "a misspelled case",
      event("operation:", "  - updte: { method: PUT }"),
      'team.yaml:6: events.deploy.operation.0.updte: unknown field (hint: did you mean "update"?)',
    ],
    [
      "a misspelled log",
      event("any:", "  - when: { status: 200 }", "  - log: rails.produktion"),
      'team.yaml:7: events.deploy.any.1.log: unknown log "rails.produktion" (hint: did you mean "rails.production"?)',
    ],
    [
      "a misspelled event",
      event("unless: deplyo"),
      'team.yaml:5: events.deploy.unless: unknown event "deplyo" (hint: did you mean "deploy"?)',
    ],
    [
      "a misspelled computed field",
      event("refines: deploy", 'detail: "{refined.detial}"'),
      '"refined.detial" (hint: did you mean "refined.detail"?)',
    ],
    [
      "an event that stands below",
      `${event("unless: later")}\n  later: { log: shell }`,
      'team.yaml:5: events.deploy.unless: event "later" must stand above this one',
    ],
    ["an event that names itself", event("refines: deploy"), 'event "deploy" must stand above this one'],
    [
      "a computed field without an event",
      event("when: { refined.operation: create }"),
      'team.yaml:3: events.deploy: "refined.operation" without "refines"',
    ],
    [
      "no log",
      "version: 1\nevents:\n  deploy:\n    operation: none",
      'team.yaml:3: events.deploy: neither "log" nor "refines" says which lines count',
    ],
    [
      "an open brace",
      event('detail: "{method"'),
      'team.yaml:5: events.deploy.detail: a brace without its partner or without a name in "{method"',
    ],
    ["a nameless brace", event('detail: "x {} y"'), "team.yaml:5: events.deploy.detail: a brace"],
    [
      "two words in a case",
      event("operation: [{ create: {}, read: {} }]"),
      "team.yaml:5: events.deploy.operation.0: expected one operation with its conditions",
    ],
    ["an empty test", event("when: { status: {} }"), "team.yaml:5: events.deploy.when.status: no test given"],
    ["an empty list", event("when: { status: [] }"), "team.yaml:5: events.deploy.when.status: "],
    ["a missing value", event("when: { status: }"), "team.yaml:5: events.deploy.when.status: "],
    ["a fraction", event("when: { status: 200.5 }"), "team.yaml:5: events.deploy.when.status: "],
    ["a negative number", event("when: { status: -1 }"), "team.yaml:5: events.deploy.when.status: "],
    [
      "a range backwards",
      event("when: { status: { between: [299, 200] } }"),
      "the first number must not be larger than the second",
    ],
    [
      "a name of an event",
      "version: 1\nevents: { Deploy: { log: shell } }",
      "expected small letters, digits and underscores",
    ],
    ["another version", "version: 2\nevents: {}", "team.yaml:1: version: expected 1, found 2"],
    ["no event", "version: 1\nevents: {}", "team.yaml:2: events: a catalogue needs an event"],
    ["no text", "", "team.yaml:1: "],
    ["a key twice", event("operation: none", "operation: read"), "team.yaml:6: read YAML: map keys must be unique"],
    ["broken YAML", "version: 1\nevents: {", "team.yaml:2: read YAML: "],
    ["an alias without an anchor", event("when: *missing"), "team.yaml"],
  ])("with %s is refused", (_name, text, message) => {
    expect(() => parseCatalogue(text, "team.yaml")).toThrow(
      expect.objectContaining({ name: "UsageError", message: expect.stringContaining(message) }),
    );
  });

  it("is told all that is wrong, by line", () => {
    const text = event("wen: 1", "operation: raed");
    expect(() => parseCatalogue(text, "team.yaml")).toThrow(/^team\.yaml:5: .*\nteam\.yaml:6: .*$/);
  });

  it("cannot be a bomb of aliases", () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `a${level}: &a${level} [${Array(10)
          .fill(level === 0 ? "x" : `*a${level - 1}`)
          .join(", ")}]`,
    );
    expect(() => parseCatalogue(levels.join("\n"), "team.yaml")).toThrow(/team\.yaml: read YAML: .*alias/i);
  });
});
