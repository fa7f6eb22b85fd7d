import { type Difference, type DifferenceParts, differenceOf } from "../../archive/audit/difference.ts";
import type { HourFigures } from "../../archive/manifest.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { hourText } from "../../core/hour.ts";
import type { Lane } from "../../core/line.ts";
import type { FoundConflict, PlanFigures } from "./plan-figures.ts";

const NAMES = [
  "archived",
  "conflicts",
  "counted",
  "eventless",
  "quarantined",
] as const satisfies readonly (keyof HourFigures)[];

export interface RecountedPlan {
  readonly figures: PlanFigures;
  readonly lanes: ReadonlyMap<Lane, number>;
  /** True where the manifest's counts are of the catalogue that was recounted with. */
  readonly isSameCatalogue: boolean;
}

/** Holds the figures of a manifest against those that its lines give. */
export function checkFigures(sealed: SealedPlan, { figures, lanes, isSameCatalogue }: RecountedPlan): Difference[] {
  const { name, span, manifest } = sealed;
  const found: Difference[] = [];
  const add = (parts: DifferenceParts): void => {
    found.push(differenceOf(span.stream, { hour: manifest.first_hour, object: name, ...parts }));
  };
  const equal = (what: string, said: number, expected: number, hour: string = manifest.first_hour): void => {
    if (said !== expected) add({ what, hour, found: said, expected });
  };
  const hours = new Set([...Object.keys(manifest.by_hour), ...[...figures.byHour.keys()].map(hourText)]);
  const recounted = new Map([...figures.byHour].map(([hour, each]) => [hourText(hour), each]));
  // What a line counts as is told by the catalogue, but not whether it is in quarantine.
  const names = isSameCatalogue ? NAMES : (["archived", "conflicts", "quarantined"] as const);
  for (const hour of hours) {
    for (const each of names) equal(each, manifest.by_hour[hour]?.[each] ?? 0, recounted.get(hour)?.[each] ?? 0, hour);
    const { received = 0, duplicates = 0 } = manifest.by_hour[hour] ?? {};
    equal("received", received, (recounted.get(hour)?.archived ?? 0) + duplicates, hour);
  }
  for (const lane of new Set([...(Object.keys(manifest.lanes) as Lane[]), ...lanes.keys()])) {
    equal(`lines of lane ${lane}`, manifest.lanes[lane] ?? 0, lanes.get(lane) ?? 0);
  }
  const { events } = manifest.counts;
  const counted = isSameCatalogue ? [...Object.keys(events), ...figures.events.keys()] : [];
  for (const event of [...new Set(counted)].toSorted()) {
    equal(`count of ${event}`, events[event] ?? 0, figures.events.get(event) ?? 0);
  }
  for (const id of figures.copies) add({ id, what: "the same line is kept twice" });
  checkConflicts(sealed, figures.conflicts, add);
  return found;
}

function checkConflicts(
  { manifest: { conflicts } }: SealedPlan,
  recounted: readonly FoundConflict[],
  add: (parts: DifferenceParts) => void,
): void {
  const said = new Map(conflicts.map((conflict) => [conflict.id, conflict]));
  for (const { id, variants, standing, log } of recounted) {
    const conflict = said.get(id);
    said.delete(id);
    if (conflict === undefined) {
      add({ id, what: "a conflict that the manifest does not name: variants", found: null, expected: variants });
      continue;
    }
    if (conflict.variants !== variants)
      add({ id, what: "variants of a conflict", found: conflict.variants, expected: variants });
    const found = conflict.standing.slice(0, standing.length);
    if (conflict.log !== log) add({ id, what: "the log of the standing variant", found: conflict.log, expected: log });
    if (found !== standing)
      add({ id, what: "the standing variant of a conflict, by the start of its hash", found, expected: standing });
  }
  for (const id of said.keys()) add({ id, what: "no conflict, though the manifest names one" });
}
