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
  const { left, rollups } = await splitDays(open, days, (day) =>
    sealed.loadRollup(day, rollupSegment(query.by), kindsOf(day.day)),
  );
  return {
    found: rollups,
    rollups: {
      events: rollups.flatMap(({ paths }) => paths.events ?? []),
      names: [...new Set(rollups.flatMap(({ rollup }) => rollup.events))],
      runs: rollups.flatMap(({ paths }) => paths.runs ?? []),
      deeds: rollups.flatMap(({ paths }) => paths.sessions ?? []),
    },
    ...(await looseFacts(open, days, left)),
  };
}

/** Where the owners of groups are told of, as roll-ups wherever there are any that can be used. */
export async function ownerSources(open: SealedDays, days: readonly number[]): Promise<OwnerSources> {
  const { left, rollups } = await splitDays(open, days, (day) => open.sealed.loadRollup(day, "group", ["owners"]));
  return { rollups: rollups.flatMap(({ paths }) => paths.owners ?? []), ...(await looseFacts(open, days, left)) };
}

/** Where all facts of these days lie, whether there are roll-ups or not. */
export function factSources(open: SealedDays, days: readonly number[]): Promise<LooseFacts> {
  const single = days.map((day) => open.books.get(day) ?? []).filter((streams) => streams.length === 1);
  return looseFacts(open, days, single.flat());
}

/** `left`: what no roll-up has of days that one stream has facts of. */
async function looseFacts(
  { sealed, books, hasConflicts }: SealedDays,
  days: readonly number[],
  left: readonly StreamDay[],
): Promise<LooseFacts> {
  const isShared = (day: number): boolean => (books.get(day)?.length ?? 0) > 1;
  const [shared, single] = [days.filter(isShared), days.filter((day) => !isShared(day))];
  return {
    single: await factsOfDays(sealed, left, single),
    shared: await factsOfDays(
      sealed,
      shared.flatMap((day) => books.get(day) ?? []),
      shared,
    ),
    hasConflicts,
  };
}

/** Days of one stream: what is in roll-ups, and what is left of them. */
export async function splitDays<Found extends FoundRollup>(
  { books }: SealedDays,
  days: readonly number[],
  find: (day: StreamDay) => Promise<Found | null>,
): Promise<{ readonly left: readonly StreamDay[]; readonly rollups: readonly Found[] }> {
  const streamDays = days.flatMap((day) => {
    const streams = books.get(day) ?? [];
    return streams.length === 1 ? streams : [];
  });
  const found = await inParallel(streamDays, MOST_DAYS, async (day) => ({ day, rollup: await rollupOf(day, find) }));
  return {
    left: found.map(({ day, rollup }) => ({ ...day, plans: rollup?.others ?? day.plans })),
    rollups: found.flatMap(({ rollup }) => rollup ?? []),
  };
}

/** A variant that is not sealed could take back what a roll-up has. */
function rollupOf<Found>(day: StreamDay, find: (day: StreamDay) => Promise<Found | null>): Promise<Found | null> {
  return day.hasTailConflict || day.plans.length === 0 ? Promise.resolve(null) : find(day);
}

/** Where the facts of these days lie, and no roll-ups. */
export async function factsOfDays(
  sealed: SealedFacts,
  streamDays: readonly StreamDay[],
  days: readonly number[],
): Promise<FactsOfDays> {
  const files: { stream: string; paths: readonly string[] }[] = [];
  const origins = new Set<string>(streamDays.some(({ hasTail }) => hasTail) ? [TAIL_ORIGIN] : []);
  for (const [stream, all] of Map.groupBy(streamDays, ({ stream }) => stream)) {
    const loaded = await sealed.load(all.flatMap(({ plans }) => plans));
    if (loaded.paths.length > 0) files.push({ stream, paths: loaded.paths });
    for (const origin of loaded.origins) origins.add(origin);
  }
  return { files, origins: [...origins], days };
}
