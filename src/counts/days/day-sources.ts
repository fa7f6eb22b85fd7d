import { dayName } from "../../core/hour.ts";
import { inParallel } from "../../core/in-parallel.ts";
import { DAY_MS } from "../../core/units.ts";
import { type CountQuery, hasSessions } from "../cube.ts";
import type { FoundRollup, RollupFileKind } from "../facts/rollup.ts";
import type { SealedFacts } from "../sealed-facts.ts";
import { rollupSegment } from "../segment.ts";
import { TAIL_ORIGIN } from "../tail-facts.ts";
import type { DayBooks, StreamDay } from "./day-book.ts";
import type { DaySources, FactsOfDays, LooseFacts } from "./day-rows.ts";
import type { OwnerSources } from "./personal-groups.ts";

/** What is sealed of each day. */
export interface SealedDays {
  readonly sealed: SealedFacts;
  readonly books: DayBooks;
  readonly hasConflicts: boolean;
}

/** Days that are read at a time. */
const MOST_DAYS = 8;

interface FoundSources extends DaySources {
  readonly found: readonly FoundRollup[];
}

/** Days that are counted; and others, of which only matters what sessions go on from there. */
interface AskedDays {
  readonly counted: readonly number[];
  readonly before: readonly number[];
}

/** Where the facts of these days lie, as roll-ups of the segment wherever there are any that can be used. */
export async function daySources(
  open: SealedDays,
  { counted, before }: AskedDays,
  query: CountQuery,
): Promise<FoundSources> {
  const { sealed } = open;
  const days = [...new Set([...counted, ...before])];
  const counts = new Set(counted.map((day) => dayName(day * DAY_MS)));
  const kindsOf = (day: string): readonly RollupFileKind[] => {
    if (!counts.has(day)) return ["runs"];
    return hasSessions(query) ? ["events", "sessions", "runs"] : ["events"];
  };
  const split = await splitDays(open, days, (day) => sealed.loadRollup(day, rollupSegment(query.by), kindsOf(day.day)));
  return {
    found: split.rollups,
    rolled: split.rollups.flatMap(({ rollup, paths }) =>
      paths.events === undefined ? [] : { day: dayNumber(rollup.day), path: paths.events, events: rollup.events },
    ),
    runs: onceADay(split.rollups).map((rollups) => ({
      runs: rollups.flatMap(({ paths }) => paths.runs ?? []),
      deeds: rollups.flatMap(({ paths }) => paths.sessions ?? []),
    })),
    ...(await looseFacts(open, split)),
  };
}

/** The roll-ups, parted so that no two of a part are of one day. */
function onceADay<Found extends FoundRollup>(rollups: readonly Found[]): Found[][] {
  const parts: Found[][] = [];
  for (const ofDay of Map.groupBy(rollups, ({ rollup }) => rollup.day).values()) {
    for (const [index, rollup] of ofDay.entries()) (parts[index] ??= []).push(rollup);
  }
  return parts;
}

/** Where the owners of groups are told of, as roll-ups wherever there are any that can be used. */
export async function ownerSources(open: SealedDays, days: readonly number[]): Promise<OwnerSources> {
  const split = await splitDays(open, days, (day) => open.sealed.loadRollup(day, "group", ["owners"]));
  return {
    rollups: split.rollups.flatMap(({ paths }) => paths.owners ?? []),
    ...(await looseFacts(open, split)),
  };
}

/** Where all facts of these days lie, whether there are roll-ups or not. */
export async function factSources(open: SealedDays, days: readonly number[]): Promise<LooseFacts> {
  return looseFacts(open, await splitDays(open, days, () => Promise.resolve(null)));
}

/** What no roll-up has. */
async function looseFacts(
  { sealed, hasConflicts }: SealedDays,
  { left, shared }: SplitDays<FoundRollup>,
): Promise<LooseFacts> {
  return { single: await factsOfDays(sealed, left), shared: await factsOfDays(sealed, shared), hasConflicts };
}

interface SplitDays<Found> {
  readonly rollups: readonly Found[];
  /** What is left of the days on which each stream counts by itself. */
  readonly left: readonly StreamDay[];
  /** Days on which an id may be in several streams: these count from their facts, which alone have ids. */
  readonly shared: readonly StreamDay[];
}

/** What is in roll-ups of these days, and what is not. */
export async function splitDays<Found extends FoundRollup>(
  { sealed, books }: SealedDays,
  days: readonly number[],
  find: (day: StreamDay) => Promise<Found | null>,
): Promise<SplitDays<Found>> {
  const all = await inParallel(days, MOST_DAYS, async (day) => {
    const streams = books.get(day) ?? [];
    return { streams, apart: await areApart(sealed, streams) };
  });
  const single = all.flatMap(({ streams, apart }) => (apart ? streams : []));
  const found = await inParallel(single, MOST_DAYS, async (day) => ({ day, rollup: await rollupOf(day, find) }));
  return {
    rollups: found.flatMap(({ rollup }) => rollup ?? []),
    left: found.map(({ day, rollup }) => ({ ...day, plans: rollup?.others ?? day.plans })),
    shared: all.flatMap(({ streams, apart }) => (apart ? [] : streams)),
  };
}

/** True where no id counts in two of these streams of a day. What is not sealed may have an id of any of them. */
async function areApart(sealed: SealedFacts, streams: readonly StreamDay[]): Promise<boolean> {
  const [first] = streams;
  if (first === undefined || streams.length === 1) return true;
  if (streams.some(({ hasTail }) => hasTail)) return false;
  return sealed.areApart(
    first.day,
    streams.flatMap(({ plans }) => plans),
  );
}

/** A variant that is not sealed could take back what a roll-up has. */
function rollupOf<Found>(day: StreamDay, find: (day: StreamDay) => Promise<Found | null>): Promise<Found | null> {
  return day.hasTailConflict || day.plans.length === 0 ? Promise.resolve(null) : find(day);
}

/** Where the facts of these days lie, and no roll-ups. */
export async function factsOfDays(sealed: SealedFacts, streamDays: readonly StreamDay[]): Promise<FactsOfDays> {
  const files: { stream: string; paths: readonly string[] }[] = [];
  const origins = new Set<string>(streamDays.some(({ hasTail }) => hasTail) ? [TAIL_ORIGIN] : []);
  for (const [stream, all] of Map.groupBy(streamDays, ({ stream }) => stream)) {
    const loaded = await sealed.load(all.flatMap(({ plans }) => plans));
    if (loaded.paths.length > 0) files.push({ stream, paths: loaded.paths });
    for (const origin of loaded.origins) origins.add(origin);
  }
  const days = streamDays.filter(({ plans, hasTail }) => plans.length > 0 || hasTail).map(({ day }) => dayNumber(day));
  return { files, origins: [...origins], days: [...new Set(days)] };
}

/** Of `YYYY-MM-DD`, in days since 1970. */
function dayNumber(day: string): number {
  return Date.parse(day) / DAY_MS;
}
