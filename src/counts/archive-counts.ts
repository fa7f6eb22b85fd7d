import { dayName } from "../core/hour.ts";
import type { ObjectStore } from "../core/object-store.ts";
import { DAY_MS, HOUR_MS } from "../core/units.ts";
import { newestSealedHour } from "./books/newest-hour.ts";
import { isSealed, sealedThrough, sealingOf } from "./books/sealing.ts";
import { type StreamBook, tailBytes } from "./books/stream-book.ts";
import { type CarriedRow, carriedRows } from "./coverage/carried.ts";
import {
  type CountQuery,
  type CountRow,
  type Cube,
  cubeRows,
  hasSessions,
  isByEachSession,
  isByEachUser,
  sessionRows,
} from "./cube.ts";
import { dayBooks } from "./days/day-book.ts";
import { type DaySources, instancesOf, sessionFacts } from "./days/day-rows.ts";
import { daySources, factSources, factsOfDays, ownerSources, type SealedDays, splitDays } from "./days/day-sources.ts";
import { type DayState, dayStateOf, linesBefore } from "./days/day-state.ts";
import { foldedKey, foldsKeys, writePersonalGroups } from "./days/personal-groups.ts";
import { daysOf, periodSpans } from "./period.ts";
import { createSealedFacts, type SealedFactsOptions } from "./sealed-facts.ts";
import { lookAgain } from "./second-look.ts";
import { USER_KEY, writeSessionDays } from "./sessions/session-days.ts";
import { writeSessionTables } from "./sessions/session-tables.ts";
import { type FactsSelection, writeFactsFile } from "./sql/facts-file.ts";
import { standingVariants, writeConflicts } from "./tables/conflict-table.ts";
import { type DuckDb, type DuckDbOptions, interruptibly, openDuckDb } from "./tables/duck-db.ts";
import { type FactTable, openFactTable } from "./tables/fact-table.ts";
import { readTailFacts, type TailFacts } from "./tail-facts.ts";

/** What is counted. */
export interface CountedState {
  readonly books: readonly StreamBook[];
  /** What is due by then counts as sealed. */
  readonly nowMs: number;
}

export interface ArchiveCountsOptions extends DuckDbOptions, CountedState, Omit<SealedFactsOptions, "table"> {
  /** How long after its end an hour is due. */
  readonly latenessMs: number;
}

/** The counts of an archive: of what is sealed, from facts and roll-ups, and of everything that came since. */
export interface ArchiveCounts {
  /** Distinct lines of each stream, by id. */
  readonly lines: number;
  /** Ids that came with more than one variant. */
  readonly conflicts: number;
  /**
   * A row for each event × key × period with a count above zero, sorted by event, key, period and start in code-point
   * order. Rejects with `UsageError` for a day that is none, with `IoError`.
   */
  rows(query: CountQuery): Promise<CountRow[]>;
  /** The instance that all events of the query's periods share; null where they carry several, or there are none. */
  onlyInstance(query: CountQuery): Promise<string | null>;
  /** How many events of the days that `daily` goes back carried what; a row for each event that was there. */
  carried(span: Pick<CountQuery, "days" | "asOf">): Promise<CarriedRow[]>;
  /** Days that dated lines are filed under, in days since 1970, in order. */
  datedDays(): number[];
  /**
   * Writes facts, each event of a line once, as a Parquet file of that path. Rejects with `IoError`, and in any way once
   * the signal has aborted.
   */
  writeFacts(selection: FactsSelection, path: string, signal: AbortSignal): Promise<void>;
  /** The day after the newest filed hour, lines ahead of their hour and undated ones aside; null without any line. */
  defaultAsOf(): Promise<string | null>;
  /** Up to where everything is sealed, RFC 3339; null where nothing is. */
  sealedThrough(): Promise<string | null>;
  /** How far it is with a day, in days since 1970, of those that were asked for when it was opened. */
  dayState(day: number): DayState;
  /** Lines that are filed before that day, likewise. */
  linesBefore(day: number): number;
  close(): void;
}

/**
 * True where a row hangs on other days than its own: a session has its key from its start, and whose group it is may have
 * been told on any day. Then the archive is to be opened for all days.
 */
export function needsAllDays(query: Pick<CountQuery, "by" | "level" | "foldsPersonal">): boolean {
  return isByEachSession(query) || foldsKeys(query);
}

const THREADS = 2;
/** Where lines without time are filed, in days since 1970. */
const UNDATED_DAY = 0;

/** Derives the facts of what is not sealed; the rest is read when it is asked for. Rejects with `IoError`. */
export async function openArchiveCounts(options: ArchiveCountsOptions): Promise<ArchiveCounts> {
  const db = await openDuckDb(options, THREADS);
  let table: FactTable | null = null;
  try {
    table = await openFactTable(db);
    const tails = await readTails(options, table);
    const conflicts = standingVariants([
      ...tails,
      ...options.books.flatMap(({ stream, plans }) =>
        plans.map(({ manifest }) => ({ stream, conflicts: manifest.conflicts })),
      ),
    ]);
    await writeConflicts(db, conflicts);
    const loss = conflicts.reduce((sum, { variants }) => sum + variants - 1, 0);
    const lines = sum(tails.map((tail) => tail.lines)) + sum(planLines(options.books)) - loss;
    return countsOf({ ...options, db, table, tails, hasConflicts: conflicts.length > 0 }, lines, conflicts.length);
  } catch (error) {
    table?.close();
    db.close();
    throw error;
  }
}

/**
 * Reads the books and opens their counts; both again where an object was removed in between. Rejects with `UsageError`
 * or `IoError`.
 */
export function readArchiveCounts(
  options: Omit<ArchiveCountsOptions, keyof CountedState>,
  readState: (store: ObjectStore) => Promise<CountedState>,
): Promise<{ readonly counts: ArchiveCounts; readonly books: readonly StreamBook[] }> {
  return lookAgain(options.store, async (store) => {
    const state = await readState(store);
    return { counts: await openArchiveCounts({ ...options, ...state, store }), books: state.books };
  });
}

interface OpenCounts extends ArchiveCountsOptions {
  readonly db: DuckDb;
  readonly table: FactTable;
  readonly tails: readonly TailFacts[];
  readonly hasConflicts: boolean;
}

function countsOf(open: OpenCounts, lines: number, conflicts: number): ArchiveCounts {
  const { books, tails, nowMs, latenessMs, db, table } = open;
  const days = dayBooks(books, tails);
  const sealed = createSealedFacts(open);
  const sealing = sealingOf(books, nowMs, latenessMs);
  const sealedDays = { sealed, books: days, hasConflicts: open.hasConflicts };

  let newest: Promise<number | null> | null = null;
  // Where lines run ahead of their hour this reads whole plans, and several answers need it.
  const newestHour = (): Promise<number | null> => (newest ??= findNewestHour(open));

  return {
    lines,
    conflicts,
    async rows(query) {
      const spans = periodSpans(query.periods, query.days, query.asOf);
      const wanted = daysOf(spans, days.keys());
      const cube: Cube = { query, spans, days: wanted, isSealed: (span) => isSealed(sealing, span) };
      const all = daysOf(periodSpans(["all"], 0, query.asOf), days.keys());
      // A session may have begun on any day before.
      const before = isByEachSession(query) ? all : [];
      const sources = await daySources(sealedDays, { counted: wanted, before }, query);
      const owners = foldsKeys(query) ? await ownerSources(sealedDays, all) : null;
      table.flush();
      if (owners !== null) await writePersonalGroups(db, owners);
      const [answer] = await Promise.all([countRows(db, cube, sources), sealed.tellMissing(sources.found)]);
      return answer;
    },
    async onlyInstance({ periods, days: daysBack, asOf }) {
      const wanted = daysOf(periodSpans(periods, daysBack, asOf), days.keys());
      const { left, shared, rollups } = await splitDays(sealedDays, wanted, (day) => sealed.findRollup(day));
      const facts = await factsOfDays(sealed, [...left, ...shared]);
      table.flush();
      const found = await db.query(instancesOf(facts, open.hasConflicts));
      const all = new Set([
        ...rollups.flatMap(({ rollup }) => rollup.instances),
        ...found.map((row) => String(row["instance"])),
      ]);
      return all.size === 1 ? ([...all][0] ?? null) : null;
    },
    async carried({ days: daysBack, asOf }) {
      const wanted = daysOf(periodSpans(["daily"], daysBack, asOf), days.keys());
      const sources = await factSources(sealedDays, wanted);
      table.flush();
      return carriedRows(db, sources);
    },
    datedDays: () => [...days.keys()].filter((day) => day !== UNDATED_DAY).toSorted((a, b) => a - b),
    writeFacts: (selection, path, signal) => writeFacts(open, sealedDays, selection, path, signal),
    async defaultAsOf() {
      const hour = await newestHour();
      return hour === null ? null : dayName(hour * HOUR_MS + DAY_MS);
    },
    sealedThrough: async () => sealedThrough(sealing, await newestHour()),
    dayState: (day) => dayStateOf(days, tails, sealing, day),
    linesBefore: (day) => linesBefore(days, tails, day),
    close() {
      table.close();
      db.close();
    },
  };
}

async function writeFacts(
  { db, table }: OpenCounts,
  sealedDays: SealedDays,
  selection: FactsSelection,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { sinceMs, untilMs, foldsPersonal } = selection;
  const everyDay = [...sealedDays.books.keys()];
  const wanted = everyDay.filter((day) => overlapsDay(day, sinceMs, untilMs));
  const sources = await factSources(sealedDays, wanted);
  const owners = foldsPersonal ? await ownerSources(sealedDays, everyDay) : null;
  table.flush();
  if (owners !== null) await writePersonalGroups(db, owners);
  await interruptibly(db, signal, () => writeFactsFile(db, sources, selection, path));
}

/** True where facts of that day, in days since 1970, may be in the half-open span. */
function overlapsDay(day: number, sinceMs: number | null, untilMs: number | null): boolean {
  return (sinceMs === null || (day + 1) * DAY_MS > sinceMs) && (untilMs === null || day * DAY_MS < untilMs);
}

/** Of all streams, sealed or not, in hours since 1970; null without any line. */
async function findNewestHour({ store, books, tails }: OpenCounts): Promise<number | null> {
  const ofPlans = await newestSealedHour(
    store,
    books.flatMap(({ plans }) => plans),
  );
  const hours = [ofPlans, ...tails.map((tail) => tail.newestHour)].filter((hour) => hour !== null);
  return hours.length === 0 ? null : Math.max(...hours);
}

async function countRows(db: DuckDb, cube: Cube, sources: DaySources): Promise<CountRow[]> {
  const { query } = cube;
  const key = isByEachUser(query) ? USER_KEY : foldsKeys(query) ? foldedKey(query.by) : "key";
  if (hasSessions(query)) {
    await writeSessionTables(db, { rollups: sources.runs, facts: sessionFacts(sources, query.by) });
    if (isByEachSession(query)) return sessionRows(db, cube);
    await writeSessionDays(db, { events: query.events, key });
  }
  return cubeRows(db, sources, key, cube);
}

async function readTails(options: ArchiveCountsOptions, table: FactTable): Promise<TailFacts[]> {
  const { store, reader, books, startProgress } = options;
  const progress = startProgress(tailBytes(books));
  const watched: typeof store = {
    ...store,
    async read(name, start, end) {
      const bytes = await store.read(name, start, end);
      if (name.startsWith("wal/")) progress.add(bytes.length);
      return bytes;
    },
  };
  try {
    const tails: TailFacts[] = [];
    for (const book of books) tails.push(await readTailFacts(watched, reader, table, book));
    return tails;
  } finally {
    progress.stop();
  }
}

function planLines(books: readonly StreamBook[]): number[] {
  return books.flatMap(({ plans }) => plans.map(({ manifest }) => manifest.lines));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
