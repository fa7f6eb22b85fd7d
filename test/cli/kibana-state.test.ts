/**
 * Goal: what somebody changed in Kibana is seen, whatever else was changed, and an import that was not whole costs a
 * question at most, and no work of others.
 * Method: objects of the checkout, as if they had been found with these times.
 */
import { expect, it } from "vitest";
import type { FoundObject } from "../../src/backends/kibana/kibana.ts";
import { kibanaState } from "../../src/cli/open/kibana/kibana-state.ts";
import { DEFAULT_KEEP_DAYS, kibanaObjects } from "../../src/indexing/kibana/kibana-objects.ts";
import { DEFAULT_NAMING } from "../../src/indexing/kibana/saved-object.ts";
import { KIBANA_TEXTS } from "../indexing/kibana/kibana-files.ts";

const OBJECTS = kibanaObjects(KIBANA_TEXTS, DEFAULT_NAMING, DEFAULT_KEEP_DAYS);
const IMPORTED_MS = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const TAG = "logtally-tag";
const GIT = "logtally-dashboard-git";
const VIEW = "logtally-data-view-logs";

/** All objects, written by one import but for these, which were written so many hours later. */
function found(hours: Readonly<Record<string, number>>): FoundObject[] {
  return OBJECTS.map(({ type, id, attributes }) => ({
    type,
    id,
    updatedAtMs: IMPORTED_MS + (hours[id] ?? 0) * HOUR,
    description: type === "tag" ? String(attributes["description"]) : null,
  }));
}

it.each<[string, Readonly<Record<string, number>>, readonly string[]]>([
  ["nothing", {}, []],
  ["a dashboard", { [GIT]: 1 }, [`dashboard "${GIT}"`]],
  ["the tag", { [TAG]: 1 }, [`tag "${TAG}"`]],
  ["the tag after a dashboard", { [GIT]: 1, [TAG]: 2 }, [`tag "${TAG}"`, `dashboard "${GIT}"`]],
  ["the tag before a dashboard", { [TAG]: 1, [GIT]: 2 }, [`tag "${TAG}"`, `dashboard "${GIT}"`]],
  ["a data view, by Kibana", { [VIEW]: 1 }, []],
])("tells what was changed: %s", (_what, hours, changed) => {
  expect(kibanaState(OBJECTS, found(hours))).toEqual({ state: "there", changed });
});

it("takes all but one that an import left as it was for changed, and never that one's time for theirs", () => {
  const hours = Object.fromEntries(OBJECTS.filter(({ id }) => id !== GIT).map(({ id }) => [id, 1]));
  const { changed } = kibanaState(OBJECTS, found(hours));
  expect(changed).toHaveLength(OBJECTS.filter(({ id, type }) => id !== GIT && type !== "index-pattern").length);
});

it("asks nobody for the time of what somebody else has tagged, nor of what says none", () => {
  const other = { type: "dashboard", id: "own", updatedAtMs: IMPORTED_MS - 1000 * HOUR, description: null };
  const without = found({}).map((object) => (object.id === GIT ? { ...object, updatedAtMs: null } : object));
  expect(kibanaState(OBJECTS, [other, ...without])).toEqual({ state: "there", changed: [] });
});

it("has nothing changed where nothing is there", () => {
  expect(kibanaState(OBJECTS, [])).toEqual({ state: "missing", changed: [] });
});
