import { type Difference, differenceOf } from "../../archive/audit/difference.ts";
import { eachUnsealedLine } from "../../archive/audit/unsealed-lines.ts";
import { unlessBroken } from "../../archive/audit/vault-lines.ts";
import { createLineJudge } from "../../archive/seal/line-judge.ts";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { dayOfHour, UNDATED_DAY } from "../../archive/span.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import type { Lane } from "../../core/line.ts";
import type { LocalObjects } from "../../core/local-objects.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { DAY_MS } from "../../core/units.ts";
import { readBooks, type StreamBook } from "../books/stream-book.ts";
import type { FactReader } from "../fact-reader.ts";
import type { FactsBasis } from "../facts/facts-basis.ts";
import { lookAgain } from "../second-look.ts";
import { type DuckDb, type DuckDbOptions, openDuckDb } from "../tables/duck-db.ts";
import { type FactTable, openFactTable } from "../tables/fact-table.ts";
import { recountDay } from "./day-counts.ts";
import { checkFacts, hasFacts } from "./facts-check.ts";
import { checkFigures } from "./figures-check.ts";
import { type LinePlace, type LineTable, openLineTable, TAIL } from "./line-table.ts";
import { ALL_STREAMS, checkLive, type LiveCounts } from "./live-check.ts";
import { hasFigures, isTold, leaveOutSegment, leaveOutSpan, type NotCompared, nothingLeftOut } from "./not-compared.ts";
import { originOf, planFigures } from "./plan-figures.ts";
import { lineVisitor, readPlanLines } from "./plan-lines.ts";

export interface RecountOptions extends DuckDbOptions {
  readonly store: ObjectStore;
  readonly books: readonly StreamBook[];
  readonly reader: FactReader;
  /** What was counted before; null to count only. */
  readonly counted: WrittenCounts | null;
  /** Which days, `YYYY-MM-DD` or `undated`, are recounted. */
  readonly takes: (day: string) => boolean;
  /** Is told the stored bytes that are done with. */
  readonly onBytes: (bytes: number) => void;
  readonly onDifference: (difference: Difference) => void;
  /** The events that count on a day, by name. */
  readonly onDay: (day: string, events: ReadonlyMap<string, number>) => void;
}

/** What a recount is held against, beside the manifests. */
export interface WrittenCounts {
  readonly local: LocalObjects;
  /** Of the reader. */
  readonly basis: FactsBasis;
  /** What counts answer from these books. Rejects with `IoError`, also where what they rest on cannot be trusted. */
  readonly openLive: (store: ObjectStore, books: readonly StreamBook[]) => Promise<LiveCounts>;
}

export interface RecountReport {
  /** Lines that were read. */
  lines: number;
  /** Events that count. */
  events: number;
  plans: number;
  /** Plans that were sealed by another catalogue, key or instance, and have no facts of this one to be compared. */
  otherBasis: number;
  /** What had nothing sound to be held against. */
  readonly notCompared: NotCompared;
  differences: number;
}

/** What a day is recounted with. */
interface Recounting extends RecountOptions {
  /** Read again where objects were removed since. */
  books: readonly StreamBook[];
  readonly db: DuckDb;
  readonly facts: FactTable;
  readonly lines: LineTable;
  readonly report: RecountReport;
  /** From the same books. */
  live: LiveCounts | null;
  /** True once something that counts read could not be trusted: that is told once. */
  isLiveBroken: boolean;
}

const THREADS = 2;

/**
 * Counts everything again, from raw and meta bytes alone, and holds it against what was written down: the bytes against
 * the manifests, each plan's figures, its facts, and what `counts` answers for each day. Day by day, so that memory does
 * not grow with the archive. Rejects with `IoError` where the store fails.
 */
export async function recount(options: RecountOptions): Promise<RecountReport> {
  const report: RecountReport = {
    lines: 0,
    events: 0,
    plans: 0,
    otherBasis: 0,
    notCompared: nothingLeftOut(),
    differences: 0,
  };
  const onDifference = (difference: Difference): void => {
    report.differences += 1;
    options.onDifference(difference);
  };
  const db = await openDuckDb(options, THREADS);
  const facts = await openFactTable(db);
  const lines = await openLineTable(db);
  const recounting: Recounting = {
    ...options,
    onDifference,
    db,
    facts,
    lines,
    report,
    live: null,
    isLiveBroken: false,
  };
  try {
    for (const day of daysOf(options.books).filter(options.takes)) {
      await countDay(recounting, day);
      await clear(recounting);
    }
    return report;
  } finally {
    recounting.live?.close();
    lines.close();
    facts.close();
    db.close();
  }
}

/** Every day that has lines, in order; the undated ones first, as they are everywhere. */
export function daysOf(books: readonly StreamBook[]): string[] {
  const days = new Set<string>();
  for (const { plans, tail } of books) {
    for (const { span } of plans) days.add(span.day);
    for (const { unsealed } of tail) for (const hour of unsealed) days.add(dayOfHour(hour));
  }
  return [...days].toSorted((a, b) => (a === UNDATED_DAY ? -1 : b === UNDATED_DAY ? 1 : a < b ? -1 : 1));
}

async function countDay(recounting: Recounting, day: string): Promise<void> {
  const unanswered = await beginDay(recounting, day);
  const { books, live, db, facts, lines, report, onDay, onDifference } = recounting;
  for (const [stream, { plans }] of books.entries()) {
    const ofDay = plans.filter(({ span }) => span.day === day);
    for (const spanPlans of Map.groupBy(ofDay, ({ span }) => span.firstHour).values()) {
      for (const plan of spanPlans) await readPlan(recounting, plan, stream);
    }
  }
  facts.flush();
  lines.flush();
  const events = await recountDay(db);
  for (const count of events.values()) report.events += count;
  onDay(day, events);
  const { notCompared } = report;
  const tellBroken = (why: string): void => {
    recounting.isLiveBroken = true;
    notCompared.days.add(day);
    // The object that is to blame may have been named already.
    if (isTold(notCompared, why)) return;
    onDifference(differenceOf(ALL_STREAMS, { what: `counts do not answer: ${why}` }));
  };
  if (unanswered !== null) tellBroken(unanswered);
  if (recounting.counted !== null && isAnswered(day) && recounting.isLiveBroken) notCompared.days.add(day);
  if (live === null || !isAnswered(day) || notCompared.days.has(day)) return;
  const found = await unlessBroken(() => checkLive(db, live, Date.parse(day) / DAY_MS), tellBroken);
  for (const difference of found ?? []) onDifference(difference);
}

/** What has no time lies in no period. */
function isAnswered(day: string): boolean {
  return day !== UNDATED_DAY;
}

/**
 * Everything of a day that needs write-ahead objects: its own lines, and all that counts need. Before anything is told,
 * so that it can be done again from newer books where objects were removed meanwhile. Gives why counts do not answer.
 */
async function beginDay(recounting: Recounting, day: string): Promise<string | null> {
  const { report, onDifference } = recounting;
  const before = report.lines;
  const begin = async (store: ObjectStore, look: number) => {
    if (look > 1) {
      await clear(recounting);
      report.lines = before;
      recounting.live?.close();
      recounting.live = null;
      recounting.books = await readBooks(store);
    }
    const ofDay = { ...recounting, store };
    const broken: Difference[] = [];
    for (const stream of recounting.books.keys()) broken.push(...(await readTailOf(ofDay, day, stream)));
    return { broken, unanswered: isAnswered(day) ? await openLive(recounting, store) : null };
  };
  // Where nothing is compared, several recounts are of the same books: whoever asks for them looks again.
  const { broken, unanswered } = await (recounting.counted === null
    ? begin(recounting.store, 1)
    : lookAgain(recounting.store, begin));
  for (const difference of broken) onDifference(difference);
  return unanswered;
}

/** Opens the counts unless they are; gives why that cannot be. */
async function openLive(recounting: Recounting, store: ObjectStore): Promise<string | null> {
  const { counted, live, books, isLiveBroken } = recounting;
  if (counted === null || live !== null || isLiveBroken) return null;
  let unanswered: string | null = null;
  const tellBroken = (why: string): void => {
    unanswered = why;
  };
  recounting.live = await unlessBroken(() => counted.openLive(store, books), tellBroken);
  return unanswered;
}

async function clear({ facts, lines }: Recounting): Promise<void> {
  await facts.clear();
  await lines.clear();
}

/** Reads the lines of a plan, and holds its bytes against the manifest. */
async function readPlan(recounting: Recounting, plan: SealedPlan, stream: number): Promise<void> {
  const { store, facts, lines, report, counted, onBytes, onDifference } = recounting;
  const place = { stream, span: plan.span.firstHour, plan: plan.manifest.plan };
  const read = await readPlanLines(store, recounting, plan, place, onBytes);
  report.lines += read.lines;
  for (const { output, difference } of read.broken) {
    leaveOutSegment(report.notCompared, output);
    onDifference(difference);
  }
  report.plans += 1;
  if (read.broken.length > 0) leaveOutSpan(report.notCompared, plan);
  if (counted === null) return;
  if (hasFigures(report.notCompared, plan)) {
    facts.flush();
    lines.flush();
    await checkPlan(recounting, counted, plan, place, read.lanes);
  } else report.notCompared.plans += 1;
}

/** Holds the figures and the facts of a plan against its lines, which are in the tables. */
async function checkPlan(
  { db, store, report, onDifference }: Recounting,
  { local, basis }: WrittenCounts,
  plan: SealedPlan,
  place: LinePlace,
  lanes: ReadonlyMap<Lane, number>,
): Promise<void> {
  const figures = await planFigures(db, place);
  const isSameCatalogue = plan.manifest.counts.catalogue === basis.catalogue;
  for (const difference of checkFigures(plan, { figures, lanes, isSameCatalogue })) onDifference(difference);
  if (plan.isRecord) return;
  if (!(await hasFacts({ store, basis }, plan))) {
    report.otherBasis += 1;
    return;
  }
  const found = await checkFacts({ store, local, db, basis }, plan, originOf(place));
  for (const difference of found) onDifference(difference);
}

/** Reads what is not sealed of a day; of copies the first, as a seal would. Gives what cannot be read. */
async function readTailOf(recounting: Recounting, day: string, stream: number): Promise<readonly Difference[]> {
  const { store, books, onBytes } = recounting;
  const broken: Difference[] = [];
  const book = books[stream];
  const put = lineVisitor(recounting, { stream, span: 0, plan: TAIL });
  const visit = (line: ArchivedLine, hash: string): void => {
    recounting.report.lines += 1;
    put(line, hash);
  };
  const judge = createLineJudge();
  const isOfDay = (hour: number): boolean => dayOfHour(hour) === day;
  const visitor = {
    bytes: onBytes,
    line(line: ArchivedLine, hash: string) {
      if (judge.judge(line.meta.id, hash, line.meta.log) !== "duplicate") visit(line, hash);
    },
  };
  for (const tail of book?.tail ?? []) {
    await unlessBroken(
      () => eachUnsealedLine(store, tail, isOfDay, visitor),
      (what) => broken.push(differenceOf(book?.stream ?? "", { object: tail.object.name, what })),
    );
  }
  return broken;
}
