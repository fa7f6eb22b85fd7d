import { canonicalJson } from "../canonical-json.ts";
import { createPlanSum, type PlanSum, type PlanTotals } from "../digest/digest.ts";
import type { KnownManifest } from "../sealed-plan.ts";
import type { ChainSurvey } from "./chain-survey.ts";
import type { DigestShelf } from "./digest-shelf.ts";
import { type Finding, findingOf } from "./finding.ts";

/** Sums the manifests of each digest. */
export interface TotalsCheck {
  /**
   * `digest` is its place in the survey; null for a manifest that is not as it was signed, without which nothing can be
   * compared. Resolves with what the digest says otherwise, once all of its manifests were added.
   */
  add(digest: number, manifest: KnownManifest | null): Promise<Finding[]>;
}

/** It holds the sums of the digests of which some manifests were added and some not. */
export function createTotalsCheck({ stream, digests }: ChainSurvey, shelf: DigestShelf): TotalsCheck {
  const open = new Map<number, { sum: PlanSum | null; manifests: number }>();
  return {
    async add(place, manifest) {
      const known = open.get(place) ?? { sum: createPlanSum(), manifests: 0 };
      open.set(place, known);
      if (manifest === null) known.sum = null;
      else known.sum?.add(manifest);
      known.manifests += 1;
      const digest = digests[place];
      if (digest === undefined || known.manifests < digest.manifests) return [];
      open.delete(place);
      if (known.sum === null) return [];
      return checkTotals(stream, digest.name, await shelf.totalsOf(place), known.sum.totals());
    },
  };
}

/** Holds what a digest says against what its manifests come to. */
export function checkTotals(stream: string, object: string, said: PlanTotals, sums: PlanTotals): Finding[] {
  const figures = Object.keys(sums) as (keyof PlanTotals)[];
  return figures.flatMap((figure): Finding[] => {
    const [found, expected] = [canonicalJson(said[figure]), canonicalJson(sums[figure])];
    if (found === expected) return [];
    const what = `the total "${figure}" is not what its manifests come to`;
    return [findingOf("figures", stream, { object, what, found, expected })];
  });
}
