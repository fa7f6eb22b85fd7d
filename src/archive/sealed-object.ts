import type { ObjectStore } from "../core/object-store.ts";
import { type LineObject, vaultLines } from "./line-object.ts";
import { notedHours, readSealedPlans, type SealedPlan, sealedHours, unsealedHours } from "./sealed-plan.ts";
import { dayOfHour } from "./span.ts";
import { folderOf } from "./vault-name.ts";
import { parseWalName } from "./wal-name.ts";

/**
 * Where the lines of a write-ahead object lie that was sealed and removed: the segments of its hours, of all revisions,
 * which hold other lines of these hours too. Null where it is not wholly sealed: then it cannot be gone. Reads the
 * manifests of the days that it had lines of. Rejects with `IoError`.
 */
export async function findSealedLines(store: ObjectStore, name: string): Promise<LineObject[] | null> {
  const object = parseWalName(name);
  if (object === null) return null;
  const plansOf = (day: string): Promise<SealedPlan[]> => readSealedPlans(store, object.stream, day);
  const firstDay = dayOfHour(object.firstHour);
  const ofFirst = await plansOf(firstDay);
  // Whoever has sealed its first hour has noted the others.
  const hours = notedHours(sealedHours(ofFirst).get(name) ?? []) ?? [object.firstHour];
  const otherDays = new Set(hours.map(dayOfHour)).difference(new Set([firstDay]));
  const plans = [...ofFirst];
  for (const day of otherDays) plans.push(...(await plansOf(day)));
  if (unsealedHours(hours, sealedHours(plans).get(name) ?? []).length > 0) return null;
  const reads = ({ manifest }: SealedPlan): boolean => manifest.inputs.some((input) => input.name === name);
  const spans = new Set(plans.filter(reads).map(({ span }) => folderOf(span)));
  const onlyHours = new Set(hours);
  return plans
    .filter(({ span }) => spans.has(folderOf(span)))
    .flatMap((plan) => vaultLines(store, plan).map((lines) => ({ ...lines, onlyHours })));
}
