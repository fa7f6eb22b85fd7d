/**
 * Goal: a facet is of a size that a page can show, and tells what it leaves out.
 * Method: more values than it has room for.
 */
import { describe, expect, it } from "vitest";
import { createFacets } from "../../src/cli/explore/logs/facets.ts";
import { NO_FACTS } from "../../src/cli/explore/logs/line-facts.ts";

describe("facets", () => {
  it("have a hundred values, and say how many more there are", () => {
    const facets = createFacets();
    for (let at = 0; at < 103; at += 1) facets.add("rails.production", { ...NO_FACTS, controller: `C${at}` });
    facets.add("rails.production", { ...NO_FACTS, controller: "C102" });
    const { values = [], more } = facets.answer().find(({ name }) => name === "controller") ?? {};
    expect(values).toHaveLength(100);
    expect(values[0]).toMatchObject({ value: "C102", count: 2 });
    expect(more).toBe(3);
  });
});
