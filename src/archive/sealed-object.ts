import type { ObjectStore } from "../core/object-store.ts";
import { type LineObject, vaultLines } from "./line-object.ts";
import { eachSealedPlan } from "./plan-list.ts";
import { notedHours, type SealedPlan, sealedHours, unsealedHours } from "./sealed-plan.ts";
import { folderOf } from "./vault-name.ts";
import { parseWalName } from "./wal-name.ts";

/**
 * The segments of the vault that hold the lines of a write-ahead object which was sealed and removed, among others: a
 * line of it may lie in any revision of its hours. Null where it is not wholly sealed: then it cannot be gone. Rejects
 * with `IoError`.
 */
export async function findSealedLines(store: ObjectStore, name: string): Promise<LineObject[] | null> {
  const object = parseWalName(name);
  if (object === null) return null;
  const isWanted = (firstHour: number, lastHour: number): boolean =>
    firstHour <= object.lastHour && lastHour >= object.firstHour;
  const bySpan = new Map<string, SealedPlan[]>();
  for await (const plan of eachSealedPlan(store, isWanted)) {
    const folder = folderOf(plan.span);
    bySpan.set(folder, [...(bySpan.get(folder) ?? []), plan]);
  }
  const ofObject = [...bySpan.values()].filter((plans) => sealedHours(plans).has(name)).flat();
  const inputs = sealedHours(ofObject).get(name) ?? [];
  const hours = notedHours(inputs) ?? [object.firstHour];
  if (unsealedHours(hours, inputs).length > 0) return null;
  return ofObject.flatMap((plan) => vaultLines(store, plan));
}
