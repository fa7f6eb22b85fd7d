import type { Cluster } from "../../../backends/elasticsearch/cluster.ts";
import type { FoundIndex } from "../../../backends/elasticsearch/day-indices.ts";
import { DAY_MS } from "../../../core/units.ts";
import { type DayIndex, type DayIndexKind, readDayIndex } from "../../../indexing/day-index.ts";
import { dayPatterns } from "../../../indexing/index-name.ts";
import { notedMapping, noteOf } from "../../../indexing/template/day-mappings.ts";
import { liveAlias } from "../../../indexing/template/index-templates.ts";
import { formatThings } from "../../terminal/quantity.ts";
import { tell } from "../../terminal/tell.ts";
import type { SetupStep } from "../setup-step.ts";

/** Of these days, and of those that come, indices get most lines; older ones stay as they are. */
const NEWEST_DAYS = 2;

interface WrittenIndex {
  readonly name: string;
  readonly kind: DayIndexKind;
  readonly isCurrent: boolean;
}

/**
 * Templates are for indices to come: those that are there get their alias by this, and those that are still written to
 * new fields. Rejects with `IoError`.
 */
export async function standingSteps(cluster: Cluster, prefix: string, nowMs: number): Promise<SetupStep[]> {
  const { listDayIndices } = await import("../../../backends/elasticsearch/day-indices.ts");
  const found = await listDayIndices(cluster, dayPatterns(prefix));
  return [...fieldSteps(cluster, prefix, found, nowMs), ...aliasSteps(cluster, prefix, found)];
}

function fieldSteps(cluster: Cluster, prefix: string, found: readonly FoundIndex[], nowMs: number): SetupStep[] {
  const firstDay = Math.floor(nowMs / DAY_MS) - NEWEST_DAYS + 1;
  const written = found.flatMap((index) => writtenIndex(index, prefix, firstDay));
  const old = written.filter(({ isCurrent }) => !isCurrent);
  if (written.length === 0) return [];
  const shown = old.length === 0 ? written : old;
  return [
    {
      what: `fields of ${formatThings(shown.length, "index", "indices")} of the newest days in "${cluster.name}"`,
      state: old.length === 0 ? "there" : "other",
      async make() {
        const { addFields } = await import("../../../backends/elasticsearch/day-indices.ts");
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

function aliasSteps(cluster: Cluster, prefix: string, found: readonly FoundIndex[]): SetupStep[] {
  const alias = liveAlias(prefix);
  const ofLines = found.filter((index) => ownDay(index, prefix)?.kind === "logs");
  const without = ofLines.filter(({ aliases }) => !aliases.includes(alias)).map(({ name }) => name);
  if (ofLines.length === 0) return [];
  const shown = without.length === 0 ? ofLines.length : without.length;
  return [
    {
      what: `alias "${alias}" of ${formatThings(shown, "index", "indices")} of lines in "${cluster.name}"`,
      state: without.length === 0 ? "there" : "missing",
      async make() {
        const { addAlias } = await import("../../../backends/elasticsearch/day-indices.ts");
        await addAlias(cluster, without, alias);
      },
    },
  ];
}

/** Nothing where it is none of ours, or of a day that is over. */
function writtenIndex(index: FoundIndex, prefix: string, firstDay: number): WrittenIndex[] {
  const named = ownDay(index, prefix);
  if (named === null || (named.day !== null && named.day < firstDay)) return [];
  return [{ name: index.name, kind: named.kind, isCurrent: index.fields === noteOf(named.kind).fields }];
}

/** Null where it is none of ours. */
function ownDay({ name, holds, isOfArchive }: FoundIndex, prefix: string): DayIndex | null {
  const named = readDayIndex(prefix, name);
  // Before there were notes, ours could be told by what each document says.
  const isOurs = holds === named?.kind || (holds === null && isOfArchive);
  return isOurs ? named : null;
}
