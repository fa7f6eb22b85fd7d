import { type Difference, differenceOf } from "../../archive/audit/difference.ts";
import type { NamedLine } from "../../archive/audit/span-lines.ts";
import { countWalRows } from "../../archive/audit/wal-rows.ts";
import { createIndexMarkers } from "../../archive/index-markers.ts";
import { parseWalName } from "../../archive/wal-name.ts";
import { isOfObject } from "../../core/fault.ts";
import { hourText } from "../../core/hour.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { HOUR_MS, SECOND_MS } from "../../core/units.ts";
import type { LedgerHour } from "./ledger.ts";

/** How many documents of a filing hour an index has. */
export interface DocumentCounts {
  /** In the indices of their days, and in the quarantine. */
  readonly indexed: number;
  /** In those that all other days share. */
  readonly outside: number;
}

export interface IndexFiguresOptions {
  readonly store: ObjectStore;
  readonly stream: string;
  /** Counts the documents of these filing hours. Rejects with `IoError`. */
  readonly countDocuments: (hours: readonly number[]) => Promise<ReadonlyMap<number, DocumentCounts>>;
  /** Indices of days before this instant may have been deleted; milliseconds since 1970. */
  readonly keptSinceMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** The first lines of an hour without a document. Rejects with `IoError`. */
  readonly missingLines: (hour: number) => Promise<readonly NamedLine[]>;
}

/** An hour of the index, against its archived lines. */
export interface IndexFigures extends DocumentCounts {
  readonly notYet: number;
}

export interface IndexLedger {
  readonly hours: ReadonlyMap<number, IndexFigures>;
  readonly differences: readonly Difference[];
}

/** What a worker has just indexed can be searched a second later. */
const REFRESH_MS = 2 * SECOND_MS;
const MOST_LOOKS = 3;

/** indexed = archived − outside − not yet, for each hour. Rejects with `IoError`. */
export async function readIndexFigures(
  options: IndexFiguresOptions,
  hours: readonly LedgerHour[],
): Promise<IndexLedger> {
  const figures = new Map<number, IndexFigures>();
  let left = hours;
  for (let look = 1; left.length > 0; look += 1) {
    const documents = await options.countDocuments(left.map(({ hour }) => hour));
    const waiting = await waitingRows(options);
    for (const each of left) {
      const counts = documents.get(each.hour) ?? { indexed: 0, outside: 0 };
      figures.set(each.hour, figuresOf(options, each, counts, waiting.get(each.hour) ?? 0));
    }
    left = left.filter((each) => !fits(each, figures.get(each.hour)));
    if (look === MOST_LOOKS || left.length === 0) break;
    await options.sleep(REFRESH_MS);
  }
  const differences: Difference[] = [];
  for (const each of left) {
    const found = figures.get(each.hour);
    differences.push(differenceIn(each, found));
    // Which of them wait, and which do not, is not known line by line.
    const lines = found?.notYet === 0 ? await options.missingLines(each.hour) : [];
    for (const line of lines) {
      differences.push(differenceOf(each.stream, { ...line, hour: hourText(each.hour), what: "has no document" }));
    }
  }
  return { hours: figures, differences };
}

function figuresOf(
  { keptSinceMs }: IndexFiguresOptions,
  { hour, figures: { archived } }: LedgerHour,
  { indexed, outside }: DocumentCounts,
  waiting: number,
): IndexFigures {
  const missing = Math.max(0, archived - indexed - outside);
  // A line that waits may have come before, and be in the index.
  const notYet = Math.min(missing, waiting);
  const mayBeGone = (hour + 1) * HOUR_MS <= keptSinceMs;
  return { indexed, outside: outside + (mayBeGone ? missing - notYet : 0), notYet };
}

/** The variants of a conflict may have a document each, where their logs or days differ. */
function fits({ figures: { archived, conflicts } }: LedgerHour, found: IndexFigures | undefined): boolean {
  if (found === undefined) return false;
  const documents = found.indexed + found.outside + found.notYet;
  return documents >= archived && documents <= archived + conflicts;
}

function differenceIn({ stream, hour, figures }: LedgerHour, found: IndexFigures | undefined): Difference {
  return differenceOf(stream, {
    hour: hourText(hour),
    what: "documents in the index are not archived − outside − not yet",
    found: found?.indexed ?? 0,
    expected: figures.archived - (found?.outside ?? 0) - (found?.notYet ?? 0),
  });
}

/** Lines of objects that wait to be indexed, by hour. */
async function waitingRows({ store, stream }: IndexFiguresOptions): Promise<ReadonlyMap<number, number>> {
  const waiting = new Map<number, number>();
  for await (const name of createIndexMarkers(store, stream).waiting()) {
    for await (const { name: found, sizeBytes } of store.list(name)) {
      const parsed = found === name ? parseWalName(name) : null;
      if (parsed === null) continue;
      for (const [hour, rows] of await countUnlessGone(store, { ...parsed, name, sizeBytes })) {
        waiting.set(hour, (waiting.get(hour) ?? 0) + rows);
      }
    }
  }
  return waiting;
}

async function countUnlessGone(store: ObjectStore, object: Parameters<typeof countWalRows>[1]) {
  try {
    return await countWalRows(store, object);
  } catch (error) {
    // A damaged one is told by the ledger itself.
    if (isOfObject(error)) return [];
    throw error;
  }
}
