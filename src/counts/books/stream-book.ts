import { listDays, type StreamDay } from "../../archive/plan-list.ts";
import { listStreams, readSealedPlans, type SealedPlan } from "../../archive/sealed-plan.ts";
import { dayOfHour, UNDATED_DAY } from "../../archive/span.ts";
import { type TailObject, tailOf } from "../../archive/tail.ts";
import { listWal, type WalObject } from "../../archive/wal-reader.ts";
import { dayName, UNDATED_HOUR } from "../../core/hour.ts";
import { inParallel } from "../../core/in-parallel.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { DAY_MS } from "../../core/units.ts";
import type { PeriodName } from "../period.ts";
import { newestSealedHour } from "./newest-hour.ts";

/** What an archive has of one stream: each stream is a book of its own. */
export interface StreamBook {
  readonly stream: string;
  /** In order of spans and plans. */
  readonly plans: readonly SealedPlan[];
  /** Write-ahead objects that are not sealed, or not for all of their hours. */
  readonly tail: readonly TailObject[];
}

/** Everything that the archive has. Rejects with `IoError`. */
export async function readBooks(store: ObjectStore): Promise<StreamBook[]> {
  const books: StreamBook[] = [];
  for (const stream of await listStreams(store)) {
    // Before the plans: of an object that is sealed and removed in between, the lines are in the vault by then.
    const objects = await Array.fromAsync(listWal(store, stream));
    const plans = await readSealedPlans(store, stream);
    const tail = await tailOf(store, objects, plans);
    books.push({ stream, plans, tail: tail.filter(({ unsealed }) => unsealed.length > 0) });
  }
  return books;
}

/** The same as far as these periods need it: days that they do not touch, and no line that is not sealed, are left out. */
export async function readBooksFor(store: ObjectStore, asked: AskedPeriods): Promise<StreamBook[]> {
  if (asked.periods.includes("all")) return readBooks(store);
  // As in `readBooks`, before the plans.
  const objects = await Array.fromAsync(listWal(store, null));
  const days = await listDays(store);
  const streams = new Set([...objects, ...days].map(({ stream }) => stream));
  const books: StreamBook[] = [];
  for (const stream of [...streams].toSorted()) {
    const own = objects.filter((object) => object.stream === stream);
    const ofStream = days.filter((day) => day.stream === stream);
    const plans = await readNeededPlans(store, ofStream, own, asked);
    // Folders of days may be empty.
    if (plans.length === 0 && own.length === 0) continue;
    const tail = await tailOf(store, own, plans);
    books.push({ stream, plans, tail: tail.filter(({ unsealed }) => unsealed.length > 0) });
  }
  return books;
}

export interface AskedPeriods {
  readonly periods: readonly PeriodName[];
  /** How many days `daily` goes back. */
  readonly days: number;
  /** Null: the day after the newest filed hour. */
  readonly asOf: string | null;
}

async function readNeededPlans(
  store: ObjectStore,
  days: readonly StreamDay[],
  objects: readonly WalObject[],
  asked: AskedPeriods,
): Promise<SealedPlan[]> {
  const read = new Map<string, readonly SealedPlan[]>();
  const readDay = async ({ stream, day }: StreamDay): Promise<readonly SealedPlan[]> => {
    const plans = read.get(day) ?? (await readSealedPlans(store, stream, day));
    read.set(day, plans);
    return plans;
  };
  // Read in any case: it tells how far everything is sealed.
  const newest = await dayOfNewest(store, days, readDay);
  const endDay = asked.asOf ?? newest;
  const firstDay = endDay === null ? "" : dayName(Date.parse(endDay) - daysBack(asked) * DAY_MS);
  // Undated ones sort behind every day, and are always read: nothing else tells which of their lines are sealed.
  const needed = days.filter(({ day }) => day >= firstDay || objects.some((object) => mayReach(object, day)));
  await inParallel(needed, MOST_DAYS, readDay);
  return [...read.values()]
    .flat()
    .toSorted((a, b) => a.span.firstHour - b.span.firstHour || a.manifest.plan - b.manifest.plan);
}

/** The newest day with a line of its own; null where there is none. */
async function dayOfNewest(
  store: ObjectStore,
  days: readonly StreamDay[],
  readDay: (day: StreamDay) => Promise<readonly SealedPlan[]>,
): Promise<string | null> {
  for (const streamDay of days.toReversed()) {
    if (streamDay.day === UNDATED_DAY) continue;
    if ((await newestSealedHour(store, await readDay(streamDay))) !== null) return streamDay.day;
  }
  return null;
}

/** One day more than the longest period: the newest line counts on a day that is before the as-of day. */
function daysBack({ periods, days }: AskedPeriods): number {
  return 1 + Math.max(...periods.map((period) => (period === "daily" ? days : period === "7d" ? 7 : 28)));
}

/** True where the object may hold lines of that day. */
function mayReach({ firstHour, lastHour }: WalObject, day: string): boolean {
  if (day === UNDATED_DAY) return firstHour === UNDATED_HOUR;
  const [first, last] = [dayOfHour(firstHour), dayOfHour(lastHour)];
  return (first === UNDATED_DAY || first <= day) && last !== UNDATED_DAY && day <= last;
}

/** Days that are read at a time: stores far away answer late. */
const MOST_DAYS = 4;

/** Stored bytes of what is not sealed. */
export function tailBytes(books: readonly StreamBook[]): number {
  return books.flatMap(({ tail }) => tail).reduce((sum, { object }) => sum + object.sizeBytes, 0);
}
