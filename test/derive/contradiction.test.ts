/**
 * Goal: a rule that can never count a line is refused when the catalogue is read, and no rule that can is.
 * Method: rules that contradict themselves, each beside one that nearly does; then generated conditions: whatever a
 * line fulfils is accepted.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/core/fault.ts";
import { bindCondition } from "../../src/derive/condition.ts";
import { createLineFields } from "../../src/derive/line-fields.ts";
import { possibleValues } from "../../src/derive/possible-values.ts";
import type { Condition } from "../../src/derive/rule-language.ts";
import { fakeReader } from "./fake-fields.ts";
import { teamCatalogue } from "./standard-events.ts";

/** What is said of the rules of one event, without file and line; empty where nothing is. */
function refusals(rules: object, extended: object = {}): string[] {
  const catalogue = { version: 1, ...extended, events: { deploy: { log: "rails.api", ...rules } } };
  try {
    teamCatalogue(JSON.stringify(catalogue));
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message.split("\n").map((line) => line.replace(/^team\.yaml:\d+: /, ""));
  }
}

const exclude = (field: string) =>
  `field "events.deploy.when.${field}": no line can match: the conditions on "${field}" exclude each other`;

describe("conditions on one field", () => {
  it.each([
    ["a prefix that is excluded", { x: { prefix: "ab", not: { prefix: "a" } } }],
    ["what is there and absent", { x: { present: false, string: true } }],
    ["absent, and beginning with", { x: { present: false, prefix: "a" } }],
    ["a range and a number outside", { x: { between: [1, 5], not: { between: [0, 9] } } }],
    ["all numbers of a range excluded", { x: { between: [1, 3], not: [1, 2, 3] } }],
    ["a last segment that is excluded", { x: { last_segment: "A", not: { suffix: "A" } } }],
    ["the same, negated twice", { x: { not: { not: { string: true } }, present: false } }],
    ["a name that is a number", { "graphql.name": 5 }],
  ])("cannot be %s", (_name, when) => {
    expect(refusals({ when })).toEqual([exclude(Object.keys(when)[0] ?? "")]);
  });

  it.each([
    ["params_cut", "maybe", "it is true or false"],
    ["graphql.kind", "mutatoin", 'it is "query", "mutation" or "subscription"'],
  ])("cannot be what %s never is", (field, value, hint) => {
    expect(refusals({ when: { [field]: value } })).toEqual([
      `field "events.deploy.when.${field}": no line can match: "${field}" is never like that (hint: ${hint})`,
    ]);
  });

  it.each([
    ["a prefix with one below it excluded", { x: { prefix: "a", not: { prefix: "ab" } } }],
    ["a prefix, but not that text", { x: { prefix: "a", not: "a" } }],
    ["a last segment, but not alone", { x: { last_segment: "A", not: "A" } }],
    ["any text but those with a beginning", { x: { string: true, not: { prefix: "a" } } }],
    ["a prefix and an ending that overlap", { x: { prefix: "abc", suffix: "cd" } }],
    ["an ending below a last segment", { x: { last_segment: "SessionsController", suffix: "Controller" } }],
    ["an ending above a last segment", { x: { last_segment: "Bar", suffix: "Foo::Bar" } }],
    ["a range with a hole", { x: { between: [1, 3], not: [1, 3] } }],
    ["digits that begin so and lie in a range", { x: { prefix: "2", between: [200, 299] } }],
    ["a number or a text of digits", { x: { string: true, between: [5, 5] } }],
    // A number has many spellings as a text: such rules are let be.
    ["digits that end so", { x: { suffix: "5", between: [200, 299] } }],
    ["digits with a zero before them", { x: { prefix: "0", between: [200, 299] } }],
    ["digits that begin and end so", { x: { prefix: "2", suffix: "5", between: [212, 218] } }],
    ["digits that begin otherwise", { x: { string: true, between: [200, 299], not: { prefix: ["20", "29"] } } }],
    ["digits, but not these", { x: { string: true, between: [200, 200], not: "200" } }],
    ["anything but a text", { x: { present: true, not: { string: true } } }],
    ["a name of digits", { "graphql.name": "5" }],
    ["no operation that is named", { "graphql.kind": { present: false } }],
  ])("can be %s", (_name, when) => {
    expect(refusals({ when })).toEqual([]);
  });

  it("are those that alternatives share and those of their own", () => {
    const any = [{ when: { status: 404 } }, { when: { status: 200, method: "GET" } }];
    expect(refusals({ when: { status: [200, 201] }, any })).toEqual([
      'field "events.deploy.any.0.when.status": no line can match: the conditions on "status" exclude each other',
    ]);
  });
});

it("looks through long lists in a moment", () => {
  const texts = Array.from({ length: 8000 }, (_, index) => `text ${index}`);
  expect(refusals({ when: { x: { string: true, not: texts } } })).toEqual([]);
});

describe("rules", () => {
  it("cannot stand beside an event of another log", () => {
    const rules = { log: "sidekiq", refines: "rest_request" };
    expect(refusals(rules, { extends: "standard" })).toEqual([
      'field "events.deploy": no line can match: "rest_request" counts lines of rails.api, not of sidekiq',
    ]);
    expect(refusals({ ...rules, log: ["sidekiq", "rails.api"] }, { extends: "standard" })).toEqual([]);
  });

  it("cannot stand beside what keeps them out", () => {
    const rules = { refines: ["rest_request"], unless: ["rest_request", "runner_request"] };
    expect(refusals(rules, { extends: "standard" })).toEqual([
      'field "events.deploy": no line can match: it stands beside "rest_request", and is kept out by the same',
    ]);
    expect(refusals({ ...rules, refines: ["rest_request", "git_push"] }, { extends: "standard" })).toEqual([]);
  });

  it.each([
    ["rest_request", { route: { prefix: "/api/:version/internal/" } }],
    ["rest_request", { "refined.operation": "create", method: "GET" }],
    [["runner_request", "rest_request"], { route: "/api/:version/internal/allowed" }],
    ["record_create", { method: "GET", format: "json" }],
    ["login", { status: 200 }],
  ])("cannot stand beside %j where %j", (refines, when) => {
    const rules = { log: ["rails.api", "rails.production"], refines, when };
    const names = [refines].flat().map((name) => `"${name}"`);
    expect(refusals(rules, { extends: "standard" })).toEqual([
      `field "events.deploy": no line can match: its conditions and those of ${names.join(" or ")} exclude each other`,
    ]);
  });

  it.each([
    ["rest_request", { route: { prefix: "/api/:version/proj" }, "refined.operation": "create", method: "POST" }],
    ["rest_request", { method: "POST", "refined.operation": "read" }],
    ["rest_request", { method: "OPTIONS", "refined.operation": "none" }],
    ["record_create", { method: "POST" }],
    [["login", "pageview"], { method: "GET" }],
  ])("can stand beside %j where %j", (refines, when) => {
    const rules = { log: ["rails.api", "rails.production"], refines, when };
    expect(refusals(rules, { extends: "standard" })).toEqual([]);
  });

  it("cannot ask for an operation that the refined event never has", () => {
    const asking = (operation: string) => ({ refines: "record_read", when: { "refined.operation": operation } });
    expect(refusals(asking("raed"), { extends: "standard" })).toEqual([
      'field "events.deploy.when.refined.operation": no line can match: "refined.operation" is never like that (hint: it is "read")',
    ]);
    expect(refusals(asking("read"), { extends: "standard" })).toEqual([]);
  });

  it("cannot stand behind an alternative that holds wherever they do", () => {
    const first = { when: { x: 1 } };
    const told = 'field "events.deploy.any.1": no line can match: alternative 1 holds wherever this one does';
    expect(refusals({ any: [first, { when: { y: 2, x: 1 } }] })).toEqual([told]);
    expect(refusals({ any: [{}, first] })).toEqual([told]);
    expect(refusals({ any: [{ when: { y: 2, x: 1 } }, first] })).toEqual([]);
    expect(
      refusals({
        any: [
          { log: "shell", ...first },
          { log: ["shell", "rails.api"], ...first },
        ],
      }),
    ).toEqual([]);
    expect(refusals({ any: [{ refines: "git_push" }, { when: { x: 1 } }] }, { extends: "standard" })).toEqual([]);
  });

  it("cannot have operations that are never reached", () => {
    const operation = [{ create: { status: [404] } }, { update: {} }, { read: { x: 1 } }];
    expect(refusals({ when: { status: 200 }, operation })).toEqual([
      'field "events.deploy.operation": case 1, "create", is never reached: conditions on "status" exclude each other',
      'field "events.deploy.operation": case 3, "read", is never reached: case 2 holds wherever it does',
    ]);
    const twice = [{ read: { m: "POST" } }, { update: { m: "POST", x: 1 } }, { update: { m: "PUT" } }];
    expect(refusals({ operation: twice })).toEqual([
      'field "events.deploy.operation": case 2, "update", is never reached: case 1 holds wherever it does',
    ]);
  });
});

describe("any condition", () => {
  const word = fc.constantFrom("a", "ab", "b", "A::b", "2", "20", "x::a", "0", "5", "205", "0205");
  const number = fc.constantFrom(0, 1, 2, 20, 21, 200, 205, 215, 299);
  const scalar = fc.oneof(word, number, fc.boolean());
  const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 2 },
      scalar,
      fc.array(scalar, { minLength: 1, maxLength: 3 }),
      fc
        .record(
          {
            present: fc.boolean(),
            string: fc.constant(true as const),
            prefix: fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 2 })),
            suffix: word,
            last_segment: word,
            between: fc.tuple(number, number).filter(([least, most]) => least <= most),
            not: tie("any"),
          },
          { requiredKeys: [] },
        )
        .filter((tests) => Object.keys(tests).length > 0),
    ),
  })).any;
  const value = fc.oneof(
    scalar,
    fc.tuple(word, word).map(([a, b]) => a + b),
    fc.tuple(word, word, word).map((words) => words.join("::")),
    fc.constantFrom<unknown>(null, [], [1], 1.5, "c", 19),
  );

  it("that some line fulfils is accepted", () => {
    const reader = fakeReader(["x"]);
    const line = createLineFields(reader.slotOf);
    let fulfilled = 0;
    fc.assert(
      fc.property(condition, fc.array(value, { minLength: 20, maxLength: 20 }), (x, values) => {
        const holds = bindCondition(x, line.field("x"));
        const isFulfilled = values.some((given) => {
          line.begin(reader.read({ x: given }));
          return holds();
        });
        if (!isFulfilled) return;
        fulfilled += 1;
        expect(refusals({ when: { x } })).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(fulfilled).toBeGreaterThan(50);
  });

  it("that none of many values fulfils is mostly refused", () => {
    const reader = fakeReader(["x"]);
    const line = createLineFields(reader.slotOf);
    const values = fc.sample(value, { numRuns: 500, seed: 1 });
    const conditions = fc.sample(condition, { numRuns: 1000, seed: 1 });
    const unfulfilled = conditions.filter((x) => {
      const holds = bindCondition(x, line.field("x"));
      return !values.some((given) => {
        line.begin(reader.read({ x: given }));
        return holds();
      });
    });
    const sure = unfulfilled.filter((x) => possibleValues([x]) !== null);
    const refused = sure.filter((x) => refusals({ when: { x } }).length > 0);
    expect(refused.length).toBeGreaterThan(0.8 * sure.length);
    expect(refused.length).toBeGreaterThan(5);
  });
});
