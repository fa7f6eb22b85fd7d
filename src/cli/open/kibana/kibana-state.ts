import type { FoundObject } from "../../../backends/kibana/kibana.ts";
import { MINUTE_MS } from "../../../core/units.ts";
import type { SavedObject } from "../../../indexing/kibana/saved-object.ts";

/** An import writes all objects at once; what is written so much later than the first was written by somebody else. */
const SAME_IMPORT_MS = MINUTE_MS;

/** What of the objects is there. */
export interface KibanaState {
  readonly state: "there" | "missing" | "other";
  /** Dashboards, searches and the tag that somebody changed in Kibana since they were imported. */
  readonly changed: readonly string[];
}

/** Compares what is there with what should be. */
export function kibanaState(objects: readonly SavedObject[], found: readonly FoundObject[]): KibanaState {
  const foundOf = ({ type, id }: Pick<SavedObject, "type" | "id">): FoundObject | undefined =>
    found.find((each) => each.type === type && each.id === id);
  const tag = objects.find(({ type }) => type === "tag");
  const foundTag = tag === undefined ? undefined : foundOf(tag);
  // None alone tells when that was, since each can be edited. Where an import left some as they were, the others look
  // changed: then setup asks once more than it must, and overwrites nothing.
  const importedAtMs = Math.min(...objects.map((object) => foundOf(object)?.updatedAtMs ?? Number.POSITIVE_INFINITY));
  const isChanged = (object: FoundObject | undefined): boolean =>
    (object?.updatedAtMs ?? 0) > importedAtMs + SAME_IMPORT_MS;
  // Kibana itself writes data views: how often each of their fields was chosen.
  const changed = objects.filter((object) => object.type !== "index-pattern" && isChanged(foundOf(object)));
  const there = objects.filter((object) => foundOf(object) !== undefined);
  const isCurrent = foundTag?.description === tag?.attributes["description"] && there.length === objects.length;
  const state = there.length === 0 ? "missing" : isCurrent ? "there" : "other";
  return { state, changed: changed.map(({ type, id }) => `${type} "${id}"`) };
}
