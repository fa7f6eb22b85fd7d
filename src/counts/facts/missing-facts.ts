import type { SealedPlan } from "../../archive/sealed-plan.ts";
import type { ViewStore } from "../../archive/view-store.ts";
import type { FactsBasis } from "./facts-basis.ts";
import { factsPrefix, receiptName } from "./facts-name.ts";
import { type RebuildOptions, rebuildFacts } from "./rebuild.ts";

/**
 * Those plans that have no receipt: their sealer was killed between manifest and receipt, or sealed by another
 * catalogue. Rejects with `IoError`.
 */
export async function plansWithoutFacts(
  plans: readonly SealedPlan[],
  { views, basis }: { readonly views: ViewStore; readonly basis: FactsBasis },
): Promise<SealedPlan[]> {
  const missing: SealedPlan[] = [];
  for (const [place, ofDay] of Map.groupBy(plans, ({ span }) => factsPrefix(basis.catalogue, span.stream, span.day))) {
    const names = new Set<string>();
    for await (const { name } of views.store.list(place)) names.add(name);
    const isMissing = ({ isRecord, span, manifest }: SealedPlan): boolean =>
      !isRecord && !names.has(receiptName(basis.catalogue, span, manifest.plan));
    missing.push(...ofDay.filter(isMissing));
  }
  return missing;
}

/** Derives the facts of those plans that have none. Resolves with how many there were. Rejects with `IoError`. */
export async function writeMissingFacts(plans: readonly SealedPlan[], options: RebuildOptions): Promise<number> {
  const missing = await plansWithoutFacts(plans, options);
  for (const plan of missing) await rebuildFacts(plan, options);
  return missing.length;
}
