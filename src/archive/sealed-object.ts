import type { ObjectStore } from "../core/object-store.ts";
import { type LineObject, vaultLines } from "./line-object.ts";
import { eachSealedPlan } from "./plan-list.ts";
import type { SealedPlan } from "./sealed-plan.ts";
import { folderOf } from "./vault-name.ts";
import { parseWalName } from "./wal-name.ts";

/**
 * The segments of the vault that hold the lines of a write-ahead object which was sealed and removed, among others: a
 * line of it may lie in any revision of its hours. Empty where no plan has read it. Rejects with `IoError`.
 */
export async function findSealedLines(store: ObjectStore, name: string): Promise<LineObject[]> {
  const object = parseWalName(name);
  if (object === null) return [];
  const isWanted = (firstHour: number, lastHour: number): boolean =>
    firstHour <= object.lastHour && lastHour >= object.firstHour;
  const bySpan = new Map<string, SealedPlan[]>();
  for await (const plan of eachSealedPlan(store, isWanted)) {
    const folder = folderOf(plan.span);
    bySpan.set(folder, [...(bySpan.get(folder) ?? []), plan]);
  }
  return [...bySpan.values()]
    .filter((plans) => plans.some(({ manifest }) => manifest.inputs.some((input) => input.name === name)))
    .flatMap((plans) => plans.flatMap((plan) => vaultLines(store, plan)));
}
