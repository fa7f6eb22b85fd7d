import { parseHourText } from "../hour-text.ts";
import type { HourFigures } from "../manifest.ts";
import type { SealedPlan } from "../sealed-plan.ts";
import { isInSpan } from "../span.ts";
import { manifestName, recordName } from "../vault-name.ts";
import { type Difference, type DifferenceParts, differenceOf } from "./difference.ts";

/** What in the figures of a manifest does not add up, by itself alone. */
export function checkManifest({ name, span, manifest }: SealedPlan): Difference[] {
  const found: Difference[] = [];
  const add = (parts: DifferenceParts): void => {
    found.push(differenceOf(span.stream, { hour: manifest.first_hour, object: name, ...parts }));
  };
  const equal = (what: string, found: number, expected: number, hour: string = manifest.first_hour): void => {
    if (found !== expected) add({ what, found, expected, hour });
  };
  const hours = Object.entries(manifest.by_hour);
  for (const [hour, figures] of hours) {
    const { received, archived, duplicates, conflicts, counted, eventless, quarantined } = figures;
    if (!isInSpan(span, parseHourText(hour))) add({ what: "figures of an hour that it does not seal", hour });
    equal("received is not archived + duplicates", received, archived + duplicates, hour);
    equal("archived is not counted + eventless + quarantined", archived, counted + eventless + quarantined, hour);
    if (conflicts > duplicates) equal("more conflicts than duplicates", conflicts, duplicates, hour);
  }
  const sum = (name: keyof HourFigures): number => hours.reduce((total, [, figures]) => total + figures[name], 0);
  const rows = manifest.outputs.reduce((total, output) => total + output.rows, 0);
  const lanes = Object.values(manifest.lanes).reduce((total, lines) => total + lines, 0);
  equal("lines are not the rows of its segments", manifest.lines, rows);
  equal("lines are not archived + conflicts", manifest.lines, sum("archived") + sum("conflicts"));
  equal("lines are not those of its lanes", manifest.lines, lanes);
  equal("duplicates are not those of its hours", manifest.duplicates_total, sum("duplicates") - sum("conflicts"));
  return found;
}

/**
 * Revisions that are missing: those of a span count from 1 on. `plans` are in order of spans and plans. A plan that added
 * nothing is no revision, and its record may be lost with everything else in `ctl`.
 */
export function checkRevisions(plans: readonly SealedPlan[]): Difference[] {
  const manifests = plans.filter(({ isRecord }) => !isRecord);
  const names = new Set(plans.map(({ name }) => name));
  return manifests.flatMap(({ name, span, manifest }, index) => {
    const earlier = manifests[index - 1];
    const before = earlier?.span.firstHour === span.firstHour ? earlier.manifest : { plan: 0, revision: 0 };
    const expected = before.revision + 1;
    if (manifest.revision === expected) return [];
    const between = Array.from({ length: manifest.plan - before.plan - 1 }, (_, more) => before.plan + 1 + more);
    const missing = between
      .filter((plan) => !names.has(recordName(span, plan)))
      .map((plan) => manifestName(span, plan));
    // A record may be lost too: then it is one of several.
    const [only] = missing.length === manifest.revision - expected ? missing : [];
    const what =
      only === undefined
        ? "the manifest before it is missing: revision"
        : `the manifest before it is missing, "${missing.join('", "')}": revision`;
    const hour = manifest.first_hour;
    return [differenceOf(span.stream, { hour, object: name, what, expected, found: manifest.revision })];
  });
}
