import { isOfObject } from "../core/fault.ts";
import { UNDATED_HOUR } from "../core/hour.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { parseHourText } from "./hour-text.ts";
import { listDays, type StreamDay } from "./plan-list.ts";
import { type ListedPlan, listPlans, readSealedPlan } from "./sealed-plan.ts";
import { firstHourOf, UNDATED_DAY } from "./span.ts";
import { vaultPrefix } from "./vault-name.ts";
import { listWal } from "./wal-reader.ts";

/** Filing hours, in hours since 1970. */
export interface BorderHours {
  readonly first: number;
  readonly last: number;
}

type IsWanted = (hour: number) => boolean;

/**
 * The first and the last hour that lines are filed in, up to `hourNow`; null where there are none. Names tell most of it;
 * read are the manifests of the oldest and of the newest span. A write-ahead object counts with the first and the last hour
 * of its name, whatever it has in between, and a manifest that cannot be trusted with the one of its name: what is wrong
 * with it is for others to tell. Rejects with `IoError`.
 */
export async function borderHours(store: ObjectStore, hourNow: number): Promise<BorderHours | null> {
  const isWanted: IsWanted = (hour) => hour !== UNDATED_HOUR && hour <= hourNow;
  const hours: number[] = [];
  for await (const { firstHour, lastHour } of listWal(store, null)) hours.push(firstHour, lastHour);
  const days = (await listDays(store)).filter(({ day }) => day !== UNDATED_DAY);
  hours.push(...(await hoursOfFirst(store, days, "oldest", isWanted)));
  hours.push(...(await hoursOfFirst(store, days.toReversed(), "newest", isWanted)));
  const wanted = hours.filter(isWanted);
  if (wanted.length === 0) return null;
  const border = (choose: (a: number, b: number) => number): number => wanted.reduce((a, b) => choose(a, b));
  return { first: border(Math.min), last: border(Math.max) };
}

/** Of the first of these days that has any; several streams may have the same day. */
async function hoursOfFirst(
  store: ObjectStore,
  days: readonly StreamDay[],
  border: "oldest" | "newest",
  isWanted: IsWanted,
): Promise<number[]> {
  const found: number[] = [];
  let dayOfFound: string | null = null;
  for (const { stream, day } of days) {
    if (dayOfFound !== null && day !== dayOfFound) break;
    const hours = await hoursOfSpan(store, { stream, day }, border, isWanted);
    if (hours.length > 0) dayOfFound = day;
    found.push(...hours);
  }
  return found;
}

/** Of the oldest or the newest span of a day of a stream that has any: how long a span is, its name does not say. */
async function hoursOfSpan(
  store: ObjectStore,
  { stream, day }: StreamDay,
  border: "oldest" | "newest",
  isWanted: IsWanted,
): Promise<number[]> {
  const plans = await Array.fromAsync(listPlans(store, [vaultPrefix(stream, day)]));
  const spans = [...Map.groupBy(plans, ({ hourOfDay }) => hourOfDay)].toSorted(([a], [b]) => a - b);
  for (const [, ofSpan] of border === "oldest" ? spans : spans.toReversed()) {
    const hours = (await hoursOfPlans(store, ofSpan)).filter(isWanted);
    if (hours.length > 0) return hours;
  }
  return [];
}

async function hoursOfPlans(store: ObjectStore, plans: readonly ListedPlan[]): Promise<number[]> {
  const hours: number[] = [];
  for (const plan of plans) hours.push(...(await hoursOfPlan(store, plan)));
  return hours;
}

async function hoursOfPlan(store: ObjectStore, plan: ListedPlan): Promise<number[]> {
  try {
    const { manifest } = await readSealedPlan(store, plan.name, plan.sizeBytes);
    return Object.keys(manifest.by_hour).map(parseHourText);
  } catch (error) {
    if (!isOfObject(error)) throw error;
    return [firstHourOf(plan)];
  }
}
