import type { Cluster } from "../../backends/elasticsearch/cluster.ts";
import type { FoundIndex } from "../../backends/elasticsearch/day-indices.ts";
import { DAY_MS } from "../../core/units.ts";
import { type DayIndexKind, readDayIndex } from "../../indexing/day-index.ts";
import { dayPatterns } from "../../indexing/index-name.ts";
import { notedMapping, noteOf } from "../../indexing/template/day-mappings.ts";
import { formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";
import type { SetupStep } from "./setup-step.ts";

/** Of these days, and of those that come, indices get most lines; older ones stay as they are. */
const NEWEST_DAYS = 2;

interface WrittenIndex {
  readonly name: string;
  readonly kind: DayIndexKind;
  readonly isCurrent: boolean;
}

/** Templates are for indices to come: those that are still written to get new fields by this. Rejects with `IoError`. */
export async function fieldSteps(cluster: Cluster, prefix: string, nowMs: number): Promise<SetupStep[]> {
  const { addFields, listDayIndices } = await import("../../backends/elasticsearch/day-indices.ts");
  const firstDay = Math.floor(nowMs / DAY_MS) - NEWEST_DAYS + 1;
  const found = await listDayIndices(cluster, dayPatterns(prefix));
  const written = found.flatMap((index) => writtenIndex(index, prefix, firstDay));
  const old = written.filter(({ isCurrent }) => !isCurrent);
  if (written.length === 0) return [];
  const shown = old.length === 0 ? written : old;
  return [
    {
      what: `fields of ${formatThings(shown.length, "index", "indices")} of the newest days in "${cluster.name}"`,
      state: old.length === 0 ? "there" : "other",
      async make() {
        for (const { name, kind } of old) {
          const why = await addFields(cluster, name, notedMapping(kind));
          if (why === null) continue;
          const hint = "its documents stay as they are, and the index of the next day has the new fields";
          tell(`index "${name}" takes no new fields: ${why} (hint: ${hint})`);
        }
      },
    },
  ];
}

/** Nothing where it is none of ours, or of a day that is over. */
function writtenIndex(index: FoundIndex, prefix: string, firstDay: number): WrittenIndex[] {
  const named = readDayIndex(prefix, index.name);
  if (named === null || (named.day !== null && named.day < firstDay)) return [];
  // Before there were notes, ours could be told by what each document says.
  if (index.holds !== named.kind && !(index.holds === null && index.isOfArchive)) return [];
  return [{ name: index.name, kind: named.kind, isCurrent: index.fields === noteOf(named.kind).fields }];
}
