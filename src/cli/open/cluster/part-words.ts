import type { PartState } from "../../../backends/elasticsearch/cluster-parts.ts";
import type { ClusterPart } from "../../../core/cluster-part.ts";

const MOST_PLACES = 3;

/** `index template "logtally.logs" in "http://…"` */
export function partName({ kind, name }: ClusterPart, cluster: string): string {
  return `${kind} "${name}" in "${cluster}"`;
}

/** What is wrong with a part; null where nothing is, or nobody can tell. */
export function partWords({ kind, differences }: PartState): string | null {
  if (kind === "missing") return "not there";
  if (kind === "other") return "of another version or with other settings";
  return kind === "altered" ? `changed by hand at ${placesText(differences)}` : null;
}

/** `"template.settings.index.codec"` and others. */
function placesText(places: readonly string[]): string {
  const shown = places.slice(0, MOST_PLACES).map((place) => `"${place}"`);
  const more = places.length - shown.length;
  return `${shown.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}
