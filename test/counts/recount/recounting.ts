import { join } from "node:path";
import { expect } from "vitest";
import type { Difference } from "../../../src/archive/audit/difference.ts";
import { createObjectCache } from "../../../src/backends/files/local-objects.ts";
import { dayName } from "../../../src/core/hour.ts";
import { DAY_MS, MIB } from "../../../src/core/units.ts";
import { type ArchiveCounts, openArchiveCounts } from "../../../src/counts/archive-counts.ts";
import { readBooks } from "../../../src/counts/books/stream-book.ts";
import type { CountQuery } from "../../../src/counts/cube.ts";
import type { DayCount } from "../../../src/counts/recount/day-counts.ts";
import type { LiveCounts } from "../../../src/counts/recount/live-check.ts";
import { type RecountReport, recount, type WrittenCounts } from "../../../src/counts/recount/recount.ts";
import { lookAgain } from "../../../src/counts/second-look.ts";
import type { Segment } from "../../../src/counts/segment.ts";
import { tempFolder } from "../../backends/temp-folder.ts";
import { type Deriving, derivingParts, NOW_MS, QUERY, type TestArchive } from "../facts/sealed-archive.ts";

export const DUCK_DB = { memoryLimit: "256MB", spillDirectory: join(import.meta.dirname, "no-spill") };

/** What a recount has found. */
export interface Recounted extends RecountReport {
  readonly found: readonly Difference[];
  readonly days: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export type Change = (segment: Segment, rows: readonly DayCount[]) => readonly DayCount[];

interface Asked {
  readonly deriving?: Deriving;
  /** What counts answer instead. */
  readonly change?: Change;
  readonly takes?: (day: string) => boolean;
  /** False to count only. */
  readonly isCompared?: boolean;
}

/** What counts say, day by day. */
function liveOf(counts: ArchiveCounts, change: Change): LiveCounts {
  return {
    async rowsOf(by, day) {
      const query: CountQuery = { ...QUERY, by, periods: ["daily"], days: 1, asOf: dayName((day + 1) * DAY_MS) };
      return change(by, await counts.rows(query));
    },
    close: () => counts.close(),
  };
}

/** Recounts everything, and holds it against what counts answer. */
export async function recountOf(
  archive: TestArchive,
  { deriving = {}, change = (_, rows) => rows, takes = () => true, isCompared = true }: Asked = {},
): Promise<Recounted> {
  const { store } = archive;
  const folder = await tempFolder();
  const found: Difference[] = [];
  const days = new Map<string, ReadonlyMap<string, number>>();
  const { reader, basis } = derivingParts(deriving);
  const local = createObjectCache({ store, folder, limitBytes: 100 * MIB, nowMs: () => NOW_MS });
  const openLive: WrittenCounts["openLive"] = async (ofLook, books) => {
    const startProgress = () => ({ add: () => undefined, stop: () => undefined });
    const parts = { store: ofLook, local, basis, books, startProgress, tell: () => undefined };
    const reading = { ...DUCK_DB, ...parts, ...derivingParts(deriving), nowMs: NOW_MS, latenessMs: 0 };
    return liveOf(await openArchiveCounts(reading), change);
  };
  const report = await recount({
    ...DUCK_DB,
    store,
    books: await lookAgain(store, readBooks),
    reader,
    counted: isCompared ? { local, basis, openLive } : null,
    takes,
    onBytes: () => undefined,
    onDifference: (difference) => found.push(difference),
    onDay: (day, events) => days.set(day, events),
  });
  expect(report.differences).toBe(found.length);
  return { ...report, found, days };
}
