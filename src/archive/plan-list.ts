import { hourOf, UNDATED_HOUR } from "../core/hour.ts";
import { inParallel } from "../core/in-parallel.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { readSettled, settledKey } from "./lookup/day-lookup.ts";
import { type ListedPlan, listPlans, readSealedPlan, type SealedPlan } from "./sealed-plan.ts";
import { UNDATED_DAY } from "./span.ts";
import { recordPrefix, type SealedName, vaultPrefix } from "./vault-name.ts";

/** Says whether any filing hour from the first to the last matters. */
export type IsWanted = (firstHour: number, lastHour: number) => boolean;

interface DatedPlan extends ListedPlan {
  readonly firstHour: number;
}

export type StreamDay = Pick<SealedName, "stream" | "day">;

/** Reads that are under way at a time: stores far away answer late. */
const MOST_READS = 32;
/** Plans that are held at a time: each may name a thousand duplicates. */
const PORTION = 128;
const LAST_HOUR_OF_DAY = 23;
const DAY_FOLDER = /^([a-z0-9-]{1,63})\/(\d{4}-\d\d-\d\d|undated)\/$/;

/**
 * The complete plans of all streams whose span has an hour that matters, in order of streams, spans and plans. The names of
 * days that matter are listed, but little else is read: of days before `settledBefore`, where it is given, only plans that
 * look-ups do not say to have no line of that hour or later. Rejects with `IoError`.
 */
export async function* eachSealedPlan(
  store: ObjectStore,
  isWanted: IsWanted,
  settledBefore: number | null = null,
): AsyncIterable<SealedPlan> {
  const listed = await listWantedPlans(store, isWanted);
  const left = settledBefore === null ? listed : await unsettled(store, listed, settledBefore);
  left.sort(byPlace);
  for (let at = 0; at < left.length; at += PORTION) {
    const portion = left.slice(at, at + PORTION);
    const plans = await inParallel(portion, MOST_READS, ({ name, sizeBytes }) =>
      readSealedPlan(store, name, sizeBytes),
    );
    for (const plan of plans) {
      const { firstHour, hours } = plan.span;
      if (isWanted(firstHour, firstHour + hours - 1)) yield plan;
    }
  }
}

async function listWantedPlans(store: ObjectStore, isWanted: IsWanted): Promise<DatedPlan[]> {
  // A name without a real day is wanted, so that reading it tells what is wrong with it.
  const isWantedFrom = (place: Pick<SealedName, "day" | "hourOfDay">): boolean => {
    const [firstHour, lastHour] = hoursOfName(place);
    return Number.isNaN(firstHour) || isWanted(firstHour, lastHour);
  };
  const days = (await listDays(store)).filter(({ day }) => isWantedFrom({ day, hourOfDay: 0 }));
  const listed = await inParallel(days, MOST_READS, ({ stream, day }) =>
    Array.fromAsync(listPlans(store, [recordPrefix(stream, day), vaultPrefix(stream, day)])),
  );
  return listed
    .flat()
    .filter(isWantedFrom)
    .map((plan) => ({ ...plan, firstHour: hoursOfName(plan)[0] }));
}

/**
 * The days of which streams have plans, each once, in order of days; it takes as long as there are days. Some may be empty.
 * Rejects with `IoError`.
 */
export async function listDays(store: ObjectStore): Promise<StreamDay[]> {
  const days = new Map<string, StreamDay>();
  for (const prefix of [recordPrefix(), vaultPrefix()]) {
    for await (const ofStream of store.listFolders(prefix)) {
      for await (const folder of store.listFolders(ofStream)) {
        const [, stream, day] = DAY_FOLDER.exec(folder.slice(prefix.length)) ?? [];
        if (stream !== undefined && day !== undefined) days.set(folder.slice(prefix.length), { stream, day });
      }
    }
  }
  return [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

async function unsettled(store: ObjectStore, listed: readonly DatedPlan[], before: number): Promise<DatedPlan[]> {
  const isBefore = ({ firstHour, hourOfDay }: DatedPlan): boolean =>
    firstHour - hourOfDay + LAST_HOUR_OF_DAY < before && firstHour !== UNDATED_HOUR;
  const days = new Map(
    listed.filter(isBefore).map(({ stream, day }) => [`${stream} ${day}`, { stream, day }] as const),
  );
  const settled = await readSettled(store, [...days.values()]);
  return listed.filter((plan) => !isBefore(plan) || !settled.has(settledKey(plan.name, plan.sizeBytes)));
}

/** First hour of a span, and the last that it can have: how long it is stands in the plan, but it ends with the day. */
export function hoursOfName({
  day,
  hourOfDay,
}: Pick<SealedName, "day" | "hourOfDay">): [firstHour: number, lastHour: number] {
  if (day === UNDATED_DAY) return [UNDATED_HOUR, UNDATED_HOUR];
  const midnight = hourOf(Date.parse(day));
  return [midnight + hourOfDay, midnight + LAST_HOUR_OF_DAY];
}

function byPlace(a: DatedPlan, b: DatedPlan): number {
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  return a.firstHour - b.firstHour || a.plan - b.plan;
}
