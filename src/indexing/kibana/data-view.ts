import type { FieldPath } from "../../yaml/field-schema.ts";
import type { DataViewSource } from "./dashboard-schema.ts";
import { type KibanaNaming, objectId, objectTitle, type SavedObject, savedObject } from "./saved-object.ts";
import { searchId } from "./saved-search.ts";

type Format = DataViewSource["formats"][string];

/** As far back as a value's link looks: indices are usually gone by then. */
const LINK_SPAN = "(from:now-30d,to:now)";

export function dataViewIdOf(naming: KibanaNaming, name: string): string {
  return objectId(naming, `data-view-${name}`);
}

/** Indices by their names, and how values of fields are shown; `checkSearch` is told which searches they open. */
export function dataViewOf(
  naming: KibanaNaming,
  name: string,
  { title, index, formats }: DataViewSource,
  checkSearch: (name: string, path: FieldPath) => void,
): SavedObject {
  const formatted = Object.entries(formats).map(([field, format]) => {
    if ("search" in format) checkSearch(format.search, ["data_views", name, "formats", field, "search"]);
    return [field, formatOf(naming, field, format)];
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

function formatOf(naming: KibanaNaming, field: string, format: Format) {
  if ("bytes" in format) return { id: "bytes" };
  if ("duration" in format) {
    const output = { outputFormat: "humanizePrecise", outputPrecision: 2, useShortSuffix: true };
    return { id: "duration", params: { inputFormat: format.duration, ...output } };
  }
  // Kibana puts the space in front of what begins with "../app", and writes values as a URL needs them.
  const query = `query:(language:kuery,query:'${field}:%20%22{{value}}%22')`;
  const urlTemplate = `../app/discover#/view/${encodeURIComponent(searchId(naming, format.search))}?_g=(time:${LINK_SPAN})&_a=(${query})`;
  const label = format.label === undefined ? {} : { labelTemplate: format.label };
  return {
    id: "url",
    params: { type: "a", urlTemplate, labelTemplate: "{{rawValue}}", ...label, openLinkInCurrentTab: false },
  };
}
