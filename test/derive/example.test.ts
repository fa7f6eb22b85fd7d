/**
 * Goal: a team's catalogue adds events to the standard ones or stands in their place, and its own test lines keep it
 * honest.
 * Method: small catalogues as text; what they count, what is refused and where.
 */
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { UsageError } from "../../src/core/fault.ts";
import { eventsBy, STANDARD, STANDARD_TEXT, teamCatalogue } from "./standard-events.ts";

const HEAD = "version: 1\nextends: standard\nevents:\n";
const OWN = `${HEAD}  deploy:
    description: Somebody deploys.
    log: rails.api
    when: { route: /api/:version/deploy, status: [200, 201] }
    operation: create
    detail: "{method}"
`;
const DEPLOY = { route: "/api/:version/deploy", method: "POST", status: 201, params: [] };

function refusal(text: string): string[] {
  try {
    teamCatalogue(text);
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message.split("\n");
  }
}

const names = (text: string, record: object) => eventsBy(text, "rails.api", { ...record }).map(({ event }) => event);

describe("a catalogue that extends the standard one", () => {
  it("counts its events beside the standard ones", () => {
    expect(names(OWN, DEPLOY)).toEqual(["rest_request", "record_create", "deploy"]);
    expect(names(OWN.replace("extends: standard\n", ""), DEPLOY)).toEqual(["deploy"]);
    expect(eventsBy(OWN, "sidekiq", { job_status: "done", class: "X" }).map(({ event }) => event)).toEqual([
      "job_done",
    ]);
  });

  it("may ask for standard events", () => {
    const text = `${HEAD}  big: { refines: rest_request, when: { status: 201 } }\n  small: { log: rails.api, unless: rest_request }`;
    expect(names(text, DEPLOY)).toEqual(["rest_request", "record_create", "big"]);
    expect(names(text, { status: 201 })).toEqual(["small"]);
  });

  it("puts an event in the place of a standard one, where others refine it still", () => {
    const text = `${HEAD}  rest_request: { replace: true, log: rails.api, when: { status: 201 }, operation: delete }`;
    expect(eventsBy(text, "rails.api", DEPLOY)).toEqual([
      { event: "rest_request", operation: "delete", detail: "(none)" },
      { event: "record_delete", operation: "delete", detail: "(none)" },
    ]);
    expect(names(text, { ...DEPLOY, status: 200 })).toEqual([]);
    const order = teamCatalogue(text).events.map(({ event }) => event);
    expect(order).toEqual(STANDARD.events.map(({ event }) => event));
  });

  it("has the digest that all of it has in one file", () => {
    const events = OWN.slice(HEAD.length);
    expect(teamCatalogue(OWN).digest).toBe(teamCatalogue(`${STANDARD_TEXT}\n${events}`).digest);
    expect(teamCatalogue(OWN).digest).not.toBe(STANDARD.digest);
  });

  it("has a digest that words and tests do not change", () => {
    const tested = `${OWN}    tests: [{ counts: ${JSON.stringify(DEPLOY)} }]\n`;
    expect(teamCatalogue(tested).digest).toBe(teamCatalogue(OWN).digest);
    expect(teamCatalogue(OWN.replace("Somebody deploys.", "X")).digest).toBe(teamCatalogue(OWN).digest);
  });

  it.each([
    [
      "takes a name that is taken",
      `${HEAD}  a: { log: shell }\n  git_push: { log: shell }`,
      'team.yaml:5: field "events.git_push": the standard catalogue has an event of this name (hint: give it another name, or add "replace: true" to count this one instead)',
    ],
    [
      "replaces what there is not",
      `${HEAD}  git_pusch: { replace: true, log: shell }`,
      'team.yaml:4: field "events.git_pusch": the standard catalogue has no such event to replace (hint: did you mean "git_push"?)',
    ],
    [
      "replaces without extending",
      "version: 1\nevents:\n  git_push: { replace: true, log: shell }",
      'team.yaml:3: field "events.git_push": "replace" without "extends: standard" (hint: leave one out or add the other)',
    ],
    [
      "extends another",
      "version: 1\nextends: standrad\nevents: { a: { log: shell } }",
      'team.yaml:2: field "extends": expected "standard", found text "standrad" (hint: did you mean "standard"?)',
    ],
    [
      "asks for what stands below",
      `${HEAD}  git_push: { replace: true, log: rails.api, unless: login }`,
      'team.yaml:4: field "events.git_push.unless": event "login" must stand above this one',
    ],
  ])("is refused where it %s", (_name, text, message) => {
    expect(refusal(text)).toEqual([message]);
  });
});

describe("test lines", () => {
  const withTests = (...tests: object[]) => `${OWN}    tests:\n${stringify(tests).replace(/^/gm, "      ")}`;

  it("are lines as text or as fields, and say what they count with", () => {
    const text = JSON.stringify({ ...DEPLOY, tag: "rails.api" });
    const right = { operation: "create", detail: "POST" };
    expect(refusal(withTests({ counts: DEPLOY, ...right }, { counts: text, ...right }))).toEqual([]);
    expect(refusal(withTests({ ignores: { ...DEPLOY, status: 404 } }, { ignores: { tag: "sidekiq" } }))).toEqual([]);
  });

  it("need no time and no tag where the rules ask for one log only", () => {
    expect(refusal(withTests({ counts: { route: "/api/:version/deploy", status: "200" } }))).toEqual([]);
    const shell = { counts: { command: "x", gl_project_path: "a/b" } };
    expect(refusal(withTests(shell))).toEqual([
      'team.yaml:11: field "events.deploy.tests.0": the rules do not count this line of shell, which they do not ask for',
    ]);
  });

  it.each([
    [
      "a line that is not counted",
      { counts: { ...DEPLOY, status: 404 } },
      'the rules do not count this line of rails.api: "status" is 404, wanted 200 or 201',
    ],
    [
      "a line without the field",
      { counts: { ...DEPLOY, status: null } },
      'the rules do not count this line of rails.api: "status" is absent, wanted 200 or 201',
    ],
    ["a line that is counted", { ignores: DEPLOY }, "the rules count this line of rails.api"],
    [
      "another operation",
      { counts: DEPLOY, operation: "read" },
      'the rules count this line with operation "create", not "read"',
    ],
    ["another detail", { counts: DEPLOY, detail: "GET" }, 'the rules count this line with detail "POST", not "GET"'],
    ["what is no record", { counts: "{" }, "the line is no record: not_json"],
    [
      "a number that YAML cannot hold",
      { counts: { ...DEPLOY, params: [{ key: "id", value: 2 ** 60 }] } },
      "a number of it is too large for YAML: give the line as a text",
    ],
    [
      "what would move the cursor",
      { counts: { ...DEPLOY, method: "\u001b[2J" }, detail: "x" },
      'the rules count this line with detail "\\u001b[2J", not "x"',
    ],
  ])("refuse a catalogue that contradicts them: %s", (_name, test, what) => {
    expect(refusal(withTests({ counts: DEPLOY }, test))[0]).toMatch(
      /^team\.yaml:\d+: field "events\.deploy\.tests\.1": /,
    );
    expect(refusal(withTests(test))).toEqual([`team.yaml:11: field "events.deploy.tests.0": ${what}`]);
  });

  it("say why where another event stands in the way", () => {
    const stopped = `${HEAD}  a: { log: shell, unless: git_fetch, tests: [{ counts: { msg: executing git command, command: git-upload-pack, gl_project_path: a/b } }] }`;
    expect(refusal(stopped)).toEqual([
      'team.yaml:4: field "events.a.tests.0": the rules do not count this line of shell: it counts "git_fetch"',
    ]);
    const alone = `${HEAD}  a: { refines: git_fetch, tests: [{ counts: { tag: shell, msg: x } }] }`;
    expect(refusal(alone)).toEqual([
      'team.yaml:4: field "events.a.tests.0": the rules do not count this line of shell: it does not count "git_fetch"',
    ]);
  });

  it("say so where the refined event is one of another log", () => {
    const far = `${HEAD}  a: { refines: rest_request, log: [rails.api, shell], tests: [{ counts: { tag: shell } }] }`;
    expect(refusal(far)).toEqual([
      'team.yaml:4: field "events.a.tests.0": the rules do not count this line of shell: it does not count the event of another log that it refines',
    ]);
  });

  it.each([
    ["both", { counts: DEPLOY, ignores: DEPLOY }, 'a mapping with "counts" or "ignores"'],
    ["neither", { detail: "x" }, 'a mapping with "counts" or "ignores"'],
    ["a detail of what is ignored", { ignores: {}, detail: "x" }, 'no "operation" and "detail" beside "ignores"'],
  ])("are refused with %s", (_name, test, expected) => {
    expect(refusal(withTests(test))).toEqual([
      `team.yaml:11: field "events.deploy.tests.0": expected ${expected}, found a mapping`,
    ]);
  });
});
