import type { Catalogue } from "./event-rules.ts";
import { sourcesOf } from "./line-fields.ts";
import { templateFields } from "./template.ts";

/** Names of all fields that the catalogue reads, for the reader that it is to be used with. */
export function catalogueFields(catalogue: Catalogue): readonly string[] {
  const alternatives = catalogue.events.flatMap((rules) => rules.alternatives);
  const asked = alternatives.flatMap(({ when, operation, detail }) => [
    ...when.flatMap((conditions) => Object.keys(conditions)),
    ...operation.flatMap((each) => Object.keys(each.when)),
    ...templateFields(detail),
  ]);
  return [...new Set(asked.flatMap(sourcesOf))].toSorted();
}
