import type { FieldPath } from "../../yaml/field-schema.ts";
import type { DataViewSource } from "./dashboard-schema.ts";
import { type KibanaNaming, objectId, objectTitle, type SavedObject, savedObject } from "./saved-object.ts";
import { searchId } from "./saved-search.ts";

type Format = DataViewSource["formats"][string];

export function dataViewIdOf(naming: KibanaNaming, name: string): string {
  return objectId(naming, `data-view-${name}`);
}

/** What a data view needs to know of the rest. */
export interface DataViewSurroundings {
  readonly naming: KibanaNaming;
  /** How many days after its day an index is kept. */
  readonly keepDays: number;
  /** Is told of the searches that values open, and where that stands. */
  readonly checkSearch: (name: string, path: FieldPath) => void;
}

/** Indices by their names, and how values of fields are shown. */
export function dataViewOf(
  name: string,
  { title, index, formats }: DataViewSource,
  { naming, keepDays, checkSearch }: DataViewSurroundings,
): SavedObject {
  const formatted = Object.entries(formats).map(([field, format]) => {
    if ("search" in format) checkSearch(format.search, ["data_views", name, "formats", field, "search"]);
    return [field, formatOf(naming, field, format, keepDays)];
  });
  const attributes = {
    title: `${naming.prefix}.${index}`,
    name: objectTitle(naming, title),
    timeFieldName: "@timestamp",
    fieldFormatMap: JSON.stringify(Object.fromEntries(formatted)),
    fieldAttrs: "{}",
    fields: "[]",
    runtimeFieldMap: "{}",
    sourceFilters: "[]",
    typeMeta: "{}",
    allowHidden: false,
  };
  return savedObject(naming, { type: "index-pattern", id: dataViewIdOf(naming, name), attributes, references: [] });
}

function formatOf(naming: KibanaNaming, field: string, format: Format, keepDays: number) {
  if ("bytes" in format) return { id: "bytes" };
  if ("duration" in format) {
    const output = { outputFormat: "humanizePrecise", outputPrecision: 2, useShortSuffix: true };
    return { id: "duration", params: { inputFormat: format.duration, ...output } };
  }
  // Kibana puts the space in front of what begins with "../app", and writes values as a URL needs them.
  const query = `query:(language:kuery,query:'${field}:%20%22{{value}}%22')`;
  const urlTemplate = `../app/discover#/view/${encodeURIComponent(searchId(naming, format.search))}?_g=(time:${linkSpan(keepDays)})&_a=(${query})`;
  const label = format.label === undefined ? {} : { labelTemplate: format.label };
  return {
    id: "url",
    params: { type: "a", urlTemplate, labelTemplate: "{{rawValue}}", ...label, openLinkInCurrentTab: false },
  };
}

/**
 * As far as there are lines: an index stays for these days after its own, and clocks may be ahead. A plus that is not
 * escaped is a space in a URL.
 */
function linkSpan(keepDays: number): string {
  return `(from:now-${keepDays + 1}d,to:'now%2B1d')`;
}
