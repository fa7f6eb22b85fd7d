import type { FieldPath } from "../../yaml/field-schema.ts";
import type { SearchSource } from "./dashboard-schema.ts";
import { kqlOf } from "./kql.ts";
import type { Refuse } from "./refuse.ts";
import { type KibanaNaming, objectId, objectTitle, type SavedObject, savedObject } from "./saved-object.ts";

const INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index";

export function searchId(naming: KibanaNaming, name: string): string {
  return objectId(naming, `search-${name}`);
}

/** A search that Discover opens; `path` is where it stands. */
export function savedSearchOf(
  naming: KibanaNaming,
  name: string,
  source: SearchSource,
  dataView: string,
  path: FieldPath,
  refuse: Refuse,
): SavedObject {
  const searchSource = {
    query: { query: kqlOf(source.query, [...path, "query"], refuse), language: "kuery" },
    filter: [],
    highlightAll: true,
    version: true,
    indexRefName: INDEX,
  };
  const attributes = {
    title: objectTitle(naming, source.title),
    description: source.description,
    columns: source.columns,
    sort: Object.entries(source.sort),
    grid: {},
    hideChart: false,
    isTextBasedQuery: false,
    timeRestore: true,
    timeRange: { from: source.from, to: "now" },
    kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(searchSource) },
  };
  const references = [{ type: "index-pattern", id: dataView, name: INDEX } as const];
  return savedObject(naming, { type: "search", id: searchId(naming, name), attributes, references });
}
