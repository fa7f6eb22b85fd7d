import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { factsPrefix, receiptName } from "./facts-name.ts";
import { type RebuildOptions, rebuildFacts } from "./rebuild.ts";

/**
 * Derives the facts of those plans that have no receipt: their sealer was killed between manifest and receipt, or sealed
 * by another catalogue. Resolves with how many there were. Rejects with `IoError`.
 */
export async function writeMissingFacts(plans: readonly SealedPlan[], options: RebuildOptions): Promise<number> {
  const { views, basis } = options;
  let written = 0;
  for (const [place, ofDay] of Map.groupBy(plans, ({ span }) => factsPrefix(basis.catalogue, span.stream, span.day))) {
    const names = new Set<string>();
    for await (const { name } of views.store.list(place)) names.add(name);
    for (const plan of ofDay) {
      if (plan.isRecord || names.has(receiptName(basis.catalogue, plan.span, plan.manifest.plan))) continue;
      await rebuildFacts(plan, options);
      written += 1;
    }
  }
  return written;
}
