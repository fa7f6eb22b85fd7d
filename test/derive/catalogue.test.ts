/**
 * Goal: a catalogue is checked before it counts anything, errors lead to the line, and the digest means the content.
 * Method: small catalogues as text; the standard one rewritten by the YAML library.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { UsageError } from "../../src/core/fault.ts";
import type { Catalogue } from "../../src/derive/event-rules.ts";
import { STANDARD, STANDARD_TEXT, teamCatalogue } from "./standard-events.ts";

const digestOf = (text: string) => teamCatalogue(text).digest;

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

/** The lines of the refusal. */
function refusal(text: string): string[] {
  try {
    teamCatalogue(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message.split("\n");
  }
  return [];
}

const VALUE = "a text, a whole number, true, false, a list of at least one of these, or tests";
const OPERATION = "an operation, or a list of at least one with its conditions";

describe("a wrong catalogue", () => {
  it.each([
    ["a misspelled key", event("wen: { status: 200 }"), '5: unknown field "wen" (hint: did you mean "when"?)'],
    [
      "a word that is like no other",
      event("any:", "  - log: shell", "    pattern: x"),
      '7: unknown field "pattern" (hint: the fields here are "log", "when", "refines", "operation", "detail")',
    ],
    [
      "another spelling of a field",
      event("when: { meta_user: alice }"),
      '3: field "events.deploy": "meta_user" is another spelling of "meta.user" (hint: write "meta.user": it holds for all)',
    ],
    [
      "a name without its end",
      event("when: { meta.: alice }"),
      '5: field "events.deploy.when.meta.": expected the name of a field, found text "meta."',
    ],
    [
      "a detail that tells a person",
      event('detail: "{method} {username}"'),
      '5: field "events.deploy.detail": "username" tells a person, which a detail must not (hint: persons are counted as pseudonyms: "counts --by user")',
    ],
    [
      "a condition that would be passed over",
      event("when: { __proto__: abc }"),
      '5: field "events.deploy.when.__proto__": "__proto__" is no name (hint: leave it out)',
    ],
    [
      "a misspelled test",
      event("when:", "  route: { prefx: /api }"),
      '6: unknown field "prefx" (hint: did you mean "prefix"?)',
    ],
    [
      "a misspelled test inside",
      event("when:", "  route:", "    not: { sufix: /api }"),
      '7: unknown field "sufix" (hint: did you mean "suffix"?)',
    ],
    [
      "a misspelled test in a case of an alternative",
      event("any:", "  - operation:", "      - read: { route: { presnt: true } }"),
      '7: unknown field "presnt" (hint: did you mean "present"?)',
    ],
    [
      "a misspelled operation",
      event("operation: creat"),
      '5: field "events.deploy.operation": expected "create", "read", "update", "delete" or "none", found text "creat" (hint: did you mean "create"?)',
    ],
    [
      "a misspelled case",
      event("operation:", "  - updte: { method: PUT }"),
      '6: unknown field "updte" (hint: did you mean "update"?)',
    ],
    [
      "a misspelled log",
      event("any:", "  - when: { status: 200 }", "  - log: rails.produktion"),
      '7: field "events.deploy.any.1.log": unknown log "rails.produktion" (hint: did you mean "rails.production"?)',
    ],
    [
      "a misspelled event",
      event("unless: deplyo"),
      '5: field "events.deploy.unless": unknown event "deplyo" (hint: did you mean "deploy"?)',
    ],
    [
      "a misspelled computed field",
      `${event()}\n  later:\n    refines: deploy\n    detail: "{refined.detial}"`,
      '5: field "events.later": unknown field "refined.detial" (hint: did you mean "refined.detail"?)',
    ],
    [
      "an event that stands below",
      `${event("unless: later")}\n  later: { log: shell }`,
      '5: field "events.deploy.unless": event "later" must stand above this one',
    ],
    [
      "an event that names itself",
      event("refines: deploy"),
      '5: field "events.deploy.refines": event "deploy" must stand above this one',
    ],
    [
      "a computed field without an event",
      event("when: { refined.operation: create }"),
      '3: field "events.deploy": "refined.operation" without "refines"',
    ],
    [
      "no log",
      "version: 1\nevents:\n  deploy:\n    operation: none",
      '3: field "events.deploy": neither "log" nor "refines" says which lines count',
    ],
    [
      "an open brace",
      event('detail: "{method"'),
      '5: field "events.deploy.detail": a brace without its partner or without a name in "{method" (hint: write fields as "{method} {route}")',
    ],
    [
      "a nameless brace",
      event('detail: "x {} y"'),
      '5: field "events.deploy.detail": a brace without its partner or without a name in "x {} y" (hint: write fields as "{method} {route}")',
    ],
    [
      "two words in a case",
      event("operation: [{ create: {}, read: {} }]"),
      '5: field "events.deploy.operation.0": expected a mapping of one operation to its conditions, found a mapping',
    ],
    [
      "a case outside a list",
      event("operation: { read: {} }"),
      `5: field "events.deploy.operation": expected ${OPERATION}, found a mapping`,
    ],
    [
      "an empty test",
      event("when: { status: {} }"),
      '5: field "events.deploy.when.status": expected a mapping of at least one test, found a mapping',
    ],
    [
      "an empty list",
      event("when: { status: [] }"),
      '5: field "events.deploy.when.status": expected a list of at least 1, found an empty list',
    ],
    [
      "a list in a list",
      event("when:", "  status:", "    - 200", "    - [201]"),
      '8: field "events.deploy.when.status.1": expected a text, a whole number, true or false, found a list',
    ],
    [
      "a missing value",
      event("when: { status: }"),
      '5: field "events.deploy.when.status" has no value (hint: a value, a list of which one must match, or tests)',
    ],
    [
      "a fraction",
      event("when: { status: 200.5 }"),
      `5: field "events.deploy.when.status": expected ${VALUE}, found number 200.5`,
    ],
    [
      "a negative number",
      event("when: { status: -1 }"),
      '5: field "events.deploy.when.status": expected a whole number without a sign, found number -1',
    ],
    [
      "a range backwards",
      event("when: { status: { between: [299, 200] } }"),
      '5: field "events.deploy.when.status.between": expected two whole numbers, the second not below the first, found a list',
    ],
    [
      "a name of a field",
      event("when: { a b: 1 }"),
      '5: field "events.deploy.when.a b": expected the name of a field, found text "a b"',
    ],
    [
      "a name of an event",
      "version: 1\nevents: { Deploy: { log: shell } }",
      '2: field "events.Deploy": expected a name of small letters, digits and underscores, found text "Deploy"',
    ],
    ["another version", "version: 2\nevents: { a: { log: shell } }", '1: field "version": expected 1, found number 2'],
    [
      "a version as text",
      "version: '1'\nevents: { a: { log: shell } }",
      '1: field "version": expected 1, found text "1"',
    ],
    ["no version", "events: { a: { log: shell } }", '1: missing field "version" (hint: 1)'],
    [
      "no event",
      "version: 1\nevents: {}",
      '2: field "events": expected a mapping of at least one event, found a mapping',
    ],
    ["no text", "", '1: the file holds no catalogue (hint: begin with "version: 1" and "events:")'],
    ["a list", "- a", '1: the file is no mapping of fields (hint: begin with "version: 1" and "events:")'],
    [
      "a key twice",
      event("operation: none", "operation: read"),
      '6: field "operation" is given twice (hint: keep one)',
    ],
    [
      "broken YAML",
      "version: 1\nevents: {",
      "2: read YAML: flow map in block collection must be sufficiently indented and end with a } (hint: check indentation and closing brackets)",
    ],
    [
      "a second document",
      `${event()}\n---\nversion: 1`,
      "5: read YAML: a second document begins (hint: one file holds one catalogue)",
    ],
    [
      "an alias without an anchor",
      event("when: *missing"),
      '5: read YAML: alias "*missing" has no anchor "&missing" before it (hint: quote a value that begins with *)',
    ],
  ])("with %s is refused", (_name, text, line) => {
    expect(refusal(text)).toEqual([`team.yaml:${line}`]);
  });

  it("is told all that is wrong, in the order of the file", () => {
    expect(refusal(event("wen: 1", "operation: raed", "operation: rea", "when: { a: [], b: { prefix: 1 } }"))).toEqual([
      'team.yaml:5: unknown field "wen" (hint: did you mean "when"?)',
      'team.yaml:7: field "operation" is given twice (hint: keep one)',
      expect.stringContaining('team.yaml:7: field "events.deploy.operation": '),
      expect.stringContaining('team.yaml:8: field "events.deploy.when.a": '),
      expect.stringContaining('team.yaml:8: field "events.deploy.when.b.prefix": '),
    ]);
    expect(refusal(event("unless: x", "log: shel", "refines: deploy"))).toEqual([
      'team.yaml:5: field "events.deploy.unless": unknown event "x"',
      'team.yaml:6: field "log" is given twice (hint: keep one)',
      'team.yaml:6: field "events.deploy.log": unknown log "shel" (hint: did you mean "shell"?)',
      'team.yaml:7: field "events.deploy.refines": event "deploy" must stand above this one',
    ]);
  });

  it("cannot be a bomb of aliases", () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `a${level}: &a${level} [${Array(10)
          .fill(level === 0 ? "x" : `*a${level - 1}`)
          .join(", ")}]`,
    );
    expect(refusal(levels.join("\n"))).toEqual([
      "team.yaml:2: read YAML: aliases stand for over 100 values (hint: write them out)",
    ]);
  });

  it("has a place and words for all that is wrong, whatever stands in it", () => {
    const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.constantFrom(null, true, "", "read", "deploy", "shell", "{a}", 1, -1, 0.5),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(..."read log when any not prefix between operation refines x".split(" ")),
          tie("value"),
        ),
      ),
    })).value;
    fc.assert(
      fc.property(value, value, (body, condition) => {
        const events = { deploy: body, later: { log: "shell", when: { status: condition } } };
        for (const line of refusal(stringify({ version: 1, events })))
          expect(line).toMatch(/^team\.yaml:[1-9]\d*: (?!.*(expected [A-Z]|undefined))./);
      }),
      { numRuns: 300 },
    );
  });
});
