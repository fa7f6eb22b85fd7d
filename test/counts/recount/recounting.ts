import { join } from "node:path";
import { expect } from "vitest";
import type { Difference } from "../../../src/archive/audit/difference.ts";
import { createObjectCache } from "../../../src/backends/files/local-objects.ts";
import { dayName } from "../../../src/core/hour.ts";
import { DAY_MS, MIB } from "../../../src/core/units.ts";
import type { DayCount } from "../../../src/counts/recount/day-counts.ts";
import type { LiveCounts } from "../../../src/counts/recount/live-check.ts";
import { type RecountReport, recount } from "../../../src/counts/recount/recount.ts";
import { SEGMENTS, type Segment } from "../../../src/counts/segment.ts";
import { readBooks } from "../../../src/counts/stream-book.ts";
import { tempFolder } from "../../backends/temp-folder.ts";
import { type Deriving, derivingParts, NOW_MS, type TestArchive } from "../facts/sealed-archive.ts";

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
}

/** What counts say, asked day by day for all segments, since they are opened anew each time. */
function liveOf(archive: TestArchive, deriving: Deriving, change: Change): LiveCounts {
  const days = new Map<number, Promise<ReadonlyMap<Segment, readonly DayCount[]>>>();
  const ask = (day: number): Promise<ReadonlyMap<Segment, readonly DayCount[]>> =>
    archive.counting(async (counts) => {
      const rows = new Map<Segment, readonly DayCount[]>();
      const query = { events: null, periods: ["daily"], days: 1, asOf: dayName((day + 1) * DAY_MS) } as const;
      for (const by of SEGMENTS) rows.set(by, change(by, await counts.rows({ by, ...query })));
      return rows;
    }, deriving);
  return {
    async rowsOf(segment, day) {
      const asked = days.get(day) ?? ask(day);
      days.set(day, asked);
      return (await asked).get(segment) ?? [];
    },
  };
}

/** Recounts everything, and holds it against what counts answer. */
export async function recountOf(
  archive: TestArchive,
  { deriving = {}, change = (_, rows) => rows, takes = () => true }: Asked = {},
): Promise<Recounted> {
  const { store } = archive;
  const folder = await tempFolder();
  const found: Difference[] = [];
  const days = new Map<string, ReadonlyMap<string, number>>();
  const { reader, basis } = derivingParts(deriving);
  const local = createObjectCache({ store, folder, limitBytes: 100 * MIB, nowMs: () => NOW_MS });
  const report = await recount({
    ...DUCK_DB,
    store,
    books: await readBooks(store),
    reader,
    counted: { local, basis, live: liveOf(archive, deriving, change) },
    takes,
    onBytes: () => undefined,
    onDifference: (difference) => found.push(difference),
    onDay: (day, events) => days.set(day, events),
  });
  expect(report.differences).toBe(found.length);
  return { ...report, found, days };
}
