/**
 * Goal: the language of rules means what its comments say, for events that a team adds.
 * Method: one-rule catalogues against small lines; a counting reader for what is read.
 */
import { describe, expect, it } from "vitest";
import { catalogueFields } from "../../src/derive/catalogue-fields.ts";
import { createDeriver } from "../../src/derive/deriver.ts";
import { fakeReader } from "./fake-fields.ts";
import { eventsBy, type Fieldset, STANDARD, teamCatalogue } from "./standard-events.ts";

/** Whether a line counts where `x` must meet the condition. */
function holds(condition: string, line: string | Fieldset): boolean {
  return eventsBy(`version: 1\nevents: { e: { log: shell, when: { x: ${condition} } } }`, "shell", line).length === 1;
}

describe("a condition", () => {
  it.each([
    ["a", { x: "a" }, true],
    ["a", { x: "ab" }, false],
    ["a", { x: null }, false],
    ["200", { x: 200 }, true],
    ["200", { x: "200" }, true],
    ["200", '{"x":200.0}', true],
    ["200", '{"x":2e2}', true],
    ["200", { x: 201 }, false],
    ["'200'", { x: 200 }, false],
    ["'200'", { x: "200" }, true],
    ["true", { x: true }, true],
    ["true", { x: "true" }, false],
    ["false", { x: false }, true],
    ["false", {}, false],
    ["[a, 200, true]", { x: "a" }, true],
    ["[a, 200, true]", { x: "200" }, true],
    ["[a, 200, true]", { x: true }, true],
    ["[a, 200, true]", { x: false }, false],
    ["{ present: true }", { x: [] }, true],
    ["{ present: true }", { x: false }, true],
    ["{ present: true }", { x: {} }, false],
    ["{ present: true }", { x: "" }, false],
    ["{ present: false }", {}, true],
    ["{ present: false }", { x: null }, true],
    ["{ present: false }", { x: 0 }, false],
    ["{ string: true }", { x: "a" }, true],
    ["{ string: true }", { x: 5 }, false],
    ["{ not: a }", { x: "b" }, true],
    ["{ not: a }", {}, true],
    ["{ not: a }", { x: "a" }, false],
    ["{ not: [a, b] }", { x: "b" }, false],
    ["{ present: true, not: a }", {}, false],
    ["{ prefix: a }", { x: "ab" }, true],
    ["{ prefix: a }", { x: "ba" }, false],
    ["{ prefix: [a, b] }", { x: "ba" }, true],
    ["{ not: { prefix: a } }", { x: "ab" }, false],
    ["{ suffix: [a, b] }", { x: "ab" }, true],
    ["{ suffix: a }", { x: "ab" }, false],
    ["{ last_segment: A }", { x: "A" }, true],
    ["{ last_segment: A }", { x: "B::A" }, true],
    ["{ last_segment: A }", { x: "B:A" }, false],
    ["{ last_segment: A }", { x: "BA" }, false],
    ["{ between: [200, 299] }", { x: 200 }, true],
    ["{ between: [200, 299] }", { x: "299" }, true],
    ["{ between: [200, 299] }", { x: 300 }, false],
    ["{ between: [200, 299] }", { x: "20000000000000000000000" }, false],
    ["{ between: [200, 299] }", { x: "abc" }, false],
    ["{ prefix: a, suffix: b }", { x: "ab" }, true],
    ["{ prefix: a, suffix: b }", { x: "ac" }, false],
  ])("%s on %j: %j", (condition, line, expected) => {
    expect(holds(condition, line)).toBe(expected);
  });

  it("reads families and parameters in all their forms", () => {
    const text = "version: 1\nevents: { e: { log: shell, when: { meta.user: alice, params.a: b } } }";
    expect(eventsBy(text, "shell", { "meta.user": "alice", params: { a: "b" } })).toHaveLength(1);
    expect(eventsBy(text, "shell", { meta: { user: "alice" }, params: [{ key: "a", value: "b" }] })).toHaveLength(1);
    expect(
      eventsBy(text, "shell", {
        meta_user: "alice",
        params: [
          { key: "a", value: "b" },
          { key: "a", value: "c" },
        ],
      }),
    ).toEqual([]);
  });
});

describe("a rule", () => {
  it("counts by its first alternative, with that one's operation and detail, else the shared ones", () => {
    const text = `
version: 1
events:
  e:
    log: shell
    when: { a: x }
    operation: read
    detail: shared
    any:
      - { when: { b: 1 }, operation: update }
      - { when: { b: [1, 2] }, detail: "{a} is {b}!" }
      - { log: pages, when: { b: 3 } }`;
    expect(eventsBy(text, "shell", { a: "x", b: 1 })).toEqual([{ event: "e", operation: "update", detail: "shared" }]);
    expect(eventsBy(text, "shell", { a: "x", b: 2 })).toEqual([{ event: "e", operation: "read", detail: "x is 2!" }]);
    expect(eventsBy(text, "shell", { a: "x", b: 3 })).toEqual([]);
    expect(eventsBy(text, "pages", { a: "x", b: 3 })).toHaveLength(1);
    expect(eventsBy(text, "pages", { b: 3 })).toEqual([]);
  });

  it("has operation none and detail (none) where it names neither, or a field is missing", () => {
    const text =
      'version: 1\nevents: { e: { log: shell }, f: { log: shell, operation: [create: { x: 1 }], detail: "{x} {y}" } }';
    expect(eventsBy(text, "shell", { x: 2 })).toEqual([
      { event: "e", operation: "none", detail: "(none)" },
      { event: "f", operation: "none", detail: "(none)" },
    ]);
  });

  it("refines the first of the events it names that the line counts, and gives way to others", () => {
    const text = `
version: 1
events:
  a: { log: shell, when: { a: 1 }, operation: create, detail: of a }
  b: { log: shell, when: { b: 1 }, operation: read, detail: of b }
  fine: { refines: [b, a], operation: none, detail: "{refined.operation} {refined.detail}" }
  other: { log: shell, unless: [a, b] }`;
    const lines = (line: Fieldset) => eventsBy(text, "shell", line).map(({ event, detail }) => `${event}: ${detail}`);
    expect(lines({ a: 1 })).toEqual(["a: of a", "fine: create of a"]);
    expect(lines({ a: 1, b: 1 })).toEqual(["a: of a", "b: of b", "fine: read of b"]);
    expect(lines({})).toEqual(["other: (none)"]);
  });

  it("knows nothing of the line before, which counted what it refines or gives way to", () => {
    const text = `
version: 1
events:
  a: { log: shell, when: { a: 1 } }
  fine: { refines: a }
  other: { log: shell, unless: a }`;
    const catalogue = teamCatalogue(text);
    const reader = fakeReader(catalogueFields(catalogue));
    const derive = createDeriver(catalogue, reader.slotOf);
    const lines = [{ a: 1 }, {}, { a: 1 }, {}].map((line) => derive("shell", reader.read(line)));
    expect(lines.map((events) => events.map(({ event }) => event))).toEqual([
      ["a", "fine"],
      ["other"],
      ["a", "fine"],
      ["other"],
    ]);
  });
});

describe("the fields of a catalogue", () => {
  it("are those of the lines, each once, computed ones by their sources", () => {
    const names = catalogueFields(STANDARD);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(["is_mutation", "query_string", "operation_name", "params.changes", "class", "format"]),
    );
    expect(names.filter((name) => /^(graphql|refined)\.|^params_cut$/.test(name))).toEqual([]);
  });

  it("are read at most once in each way, and not at all for a log without rules", () => {
    const reader = fakeReader(catalogueFields(STANDARD));
    const calls: string[] = [];
    const derive = createDeriver(STANDARD, reader.slotOf);
    const fields = reader.read({ controller: "SessionsController", action: "create", method: "POST", status: 302 });
    const spied = new Proxy(fields, {
      get: (target, way: "has" | "string" | "integer" | "boolean") => (slot: number) => {
        calls.push(`${way} ${slot}`);
        return target[way](slot);
      },
    });
    expect(derive("gitaly", spied)).toEqual([]);
    expect(calls).toEqual([]);
    expect(derive("rails.production", spied).map(({ event }) => event)).toEqual([
      "rails_request",
      "record_create",
      "login",
    ]);
    expect(new Set(calls).size).toBe(calls.length);
  });

  it("refuse a reader that lacks one", () => {
    const catalogue = teamCatalogue("version: 1\nevents: { e: { log: shell, when: { x: 1 } } }");
    expect(() => createDeriver(catalogue, fakeReader(["y"]).slotOf)).toThrow('"x"');
  });
});
