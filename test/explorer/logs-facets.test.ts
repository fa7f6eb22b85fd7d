/**
 * Goal: facets say how often lines say what, each with the conditions that find these lines.
 * Method: facts of lines, as they are read of them.
 */
import { describe, expect, it } from "vitest";
import { createFacets } from "../../src/cli/explore/logs/facets.ts";
import type { FacetName, LineFacts } from "../../src/explorer/logs-answers.ts";

const NOTHING: LineFacts = {
  status: null,
  outcome: null,
  what: null,
  what_fields: [],
  controller: null,
  method: null,
  path: null,
  user: null,
  group: null,
  project: null,
  correlation_id: null,
  events: [],
};

function request(controller: string, action: string): LineFacts {
  return { ...NOTHING, controller, what: `${controller}#${action}`, what_fields: ["controller", "action"] };
}

function facetOf(name: FacetName, lines: readonly LineFacts[]) {
  const facets = createFacets();
  for (const facts of lines) facets.add("rails.production", facts);
  return facets.answer().find((each) => each.name === name);
}

describe("facets", () => {
  it("add up a controller over its actions, and count these beside it", () => {
    const lines = [
      request("A", "show"),
      request("B", "show"),
      request("B", "edit"),
      request("A", "show"),
      request("B", "new"),
    ];
    const route = { ...NOTHING, what: "/api/:version/projects", what_fields: ["route"] };
    expect(facetOf("controller", [...lines, route])).toEqual({
      name: "controller",
      values: [
        { value: "B", count: 3, conditions: [["field", "controller=B"]] },
        { value: "A", count: 2, conditions: [["field", "controller=A"]] },
      ],
      more: 0,
    });
    const actions = facetOf("what", [...lines, route])?.values ?? [];
    expect(actions.map(({ value, count }) => [value, count])).toEqual([
      ["A#show", 2],
      ["/api/:version/projects", 1],
      ["B#edit", 1],
      ["B#new", 1],
      ["B#show", 1],
    ]);
    expect(actions[0]?.conditions).toEqual([
      ["field", "controller=A"],
      ["field", "action=show"],
    ]);
  });

  it("have a hundred values, and say how many more there are", () => {
    const lines = Array.from({ length: 103 }, (_, at) => request(`C${at}`, "show"));
    const { values = [], more } = facetOf("controller", [...lines, request("C102", "show")]) ?? {};
    expect(values).toHaveLength(100);
    expect(values[0]).toMatchObject({ value: "C102", count: 2 });
    expect(more).toBe(3);
  });

  it("tell classes of status, and nothing of what is no status of HTTP", () => {
    const lines = ["200", "204", "503", "0"].map((status) => ({ ...NOTHING, status }));
    expect(facetOf("status_class", lines)?.values.map(({ value, count }) => [value, count])).toEqual([
      ["2xx", 2],
      ["5xx", 1],
    ]);
  });
});
