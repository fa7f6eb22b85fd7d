import type { Difference } from "../../../archive/audit/difference.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { dayName } from "../../../core/hour.ts";
import { DAY_MS } from "../../../core/units.ts";
import { type ArchiveCounts, openArchiveCounts } from "../../../counts/archive-counts.ts";
import { findLostPlans, findRevisionGaps } from "../../../counts/books/lost-plans.ts";
import { readBooks, type StreamBook, tailBytes } from "../../../counts/books/stream-book.ts";
import type { CountRow } from "../../../counts/cube.ts";
import { sealedBytes } from "../../../counts/facts/sealed-lines.ts";
import type { LiveCounts } from "../../../counts/recount/live-check.ts";
import type { RecountOptions, WrittenCounts } from "../../../counts/recount/recount.ts";
import { lookAgain } from "../../../counts/second-look.ts";
import type { Segment } from "../../../counts/segment.ts";
import type { Catalogue } from "../../../derive/event-rules.ts";
import { daysBetween, type TimeSpan } from "../../options/time-span.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { createProgress, type Progress } from "../../terminal/progress.ts";
import { tell } from "../../terminal/tell.ts";
import { openArchiveStore } from "../archive/archive-store.ts";
import { openLocalObjects } from "../archive/local-objects.ts";
import { openPseudonymKey, refuseKeylessBucket } from "../keys/pseudonym-key.ts";
import { DUCK_DB } from "./duck-db-options.ts";
import { factsBasis, openFactReader } from "./fact-reader.ts";

export interface OpenedRecount {
  readonly options: Omit<RecountOptions, "onBytes" | "onDifference" | "onDay">;
  /** Over the bytes that are to be read. */
  readonly startProgress: (what: string) => Progress;
  /** The same without comparing, by another catalogue. */
  readonly readerOf: (catalogue: Catalogue) => RecountOptions["reader"];
  /** What is missing of the plans of these days: nothing in a recount would tell. Rejects with `IoError`. */
  findLost(): Promise<readonly Difference[]>;
}

/** Counts of so many days are asked for at once. */
const WINDOW_DAYS = 28;

/** Opens an archive to be recounted, and its counts to compare with. Rejects with `UsageError` or `IoError`. */
export async function openRecount(
  settings: PipelineSettings,
  catalogue: Catalogue,
  span: TimeSpan,
): Promise<OpenedRecount> {
  refuseKeylessBucket(settings);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const key = await openPseudonymKey(settings, store);
  const local = openLocalObjects(settings.archive, store);
  const basis = factsBasis(settings, catalogue, key);
  const books = await lookAgain(store, readBooks);
  const takes = daysBetween(span);
  const readerOf = (each: Catalogue): RecountOptions["reader"] => openFactReader(settings, each, key);
  // Only when they are asked for: what they read may be damaged, which is a difference and no end.
  const openLive: WrittenCounts["openLive"] = async (ofLook, ofBooks) =>
    liveCounts(
      await openArchiveCounts({
        store: ofLook,
        local,
        reader: readerOf(catalogue),
        basis,
        books: ofBooks,
        nowMs: SYSTEM_CLOCK.nowMs(),
        latenessMs: settings.seal.latenessMs,
        ...DUCK_DB,
        tell,
        startProgress: (totalBytes) => createProgress("counting", totalBytes),
      }),
    );
  const counted = { local, basis, openLive };
  const bytes = bytesOf(books, takes);
  return {
    options: { store, books, reader: readerOf(catalogue), counted, takes, ...DUCK_DB },
    startProgress: (what) => createProgress(what, bytes),
    readerOf,
    async findLost() {
      const ofDays = books.map((book) => ({ ...book, plans: book.plans.filter(({ span: { day } }) => takes(day)) }));
      return [...(await findRevisionGaps(store, ofDays)), ...(await findLostPlans(store, books, takes))];
    },
  };
}

const EVERYTHING = {
  level: "aggregate",
  events: null,
  periods: ["daily"],
  withSessions: true,
  foldsPersonal: false,
} as const;

/** What `counts` answers, some weeks at a time. */
function liveCounts(counts: ArchiveCounts): LiveCounts {
  const windows = new Map<Segment, { readonly fromDay: number; readonly rows: Map<string, CountRow[]> }>();
  return {
    async rowsOf(segment, day) {
      const wanted = dayName(day * DAY_MS);
      const known = windows.get(segment);
      if (known !== undefined && day >= known.fromDay && day < known.fromDay + WINDOW_DAYS) {
        return known.rows.get(wanted) ?? [];
      }
      const asOf = dayName((day + WINDOW_DAYS) * DAY_MS);
      const rows = await counts.rows({ ...EVERYTHING, by: segment, days: WINDOW_DAYS, asOf });
      const byDay = Map.groupBy(rows, ({ from }) => from.slice(0, wanted.length));
      windows.set(segment, { fromDay: day, rows: byDay });
      return byDay.get(wanted) ?? [];
    },
    close: () => counts.close(),
  };
}

function bytesOf(books: readonly StreamBook[], takes: (day: string) => boolean): number {
  const plans = books.flatMap((book) => book.plans.filter(({ span }) => takes(span.day)));
  return sealedBytes(plans) + tailBytes(books);
}
