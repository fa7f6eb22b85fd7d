import { differenceText } from "../../archive/audit/difference.ts";
import { type LineObject, vaultLines, walLines } from "../../archive/line-object.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { dayName } from "../../core/hour.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "../../core/units.ts";
import type { ArchiveCounts } from "../../counts/archive-counts.ts";
import { readBooks, type StreamBook } from "../../counts/books/stream-book.ts";
import { type LookReport, lookAtArchive } from "../../counts/coverage/archive-look.ts";
import { type CoverageReport, coverageReport, type History } from "../../counts/coverage/coverage-report.ts";
import { lookAgain } from "../../counts/second-look.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { openArchiveStore } from "../open/archive/archive-store.ts";
import { openCounts } from "../open/counts/archive-counts.ts";
import { openLineLook } from "../open/lines/line-look.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { ON_TERMINAL, type Telling } from "../terminal/telling.ts";

/** Of each stream at the most 64 MiB of lines, a second or two of work; as much again where a log comes by two roads. */
const LOOK = {
  newest: { blocks: 64, blocksOfObject: 8, lines: 100_000 },
  around: { metaBlocks: 512, blocks: 16, reachMs: 30 * SECOND_MS },
  moments: 4,
};

/** Of which archive, by which rules, and of which days; `asOf` null: before the day after the newest filed hour. */
export interface CoverageQuestion {
  readonly settings: PipelineSettings;
  readonly catalogue: Catalogue;
  readonly days: number;
  readonly asOf: string | null;
}

/**
 * What an archive can answer; what has to be known of it is told. `signal` ends it. Rejects with `UsageError` or
 * `IoError`.
 */
export async function coverageOf(
  { settings, catalogue, days, asOf: askedDay }: CoverageQuestion,
  telling: Telling = ON_TERMINAL,
  signal?: AbortSignal,
): Promise<CoverageReport> {
  const { counts, books, lost } = await openCounts(settings, catalogue, {
    asOfDigest: null,
    asked: null,
    telling,
    signal,
  });
  try {
    for (const difference of lost)
      telling.tell(`lines that were sealed are not counted: ${differenceText(difference)}`);
    const newest = await counts.defaultAsOf();
    const asOf = askedDay ?? newest ?? dayName(SYSTEM_CLOCK.nowMs());
    return coverageReport({
      asOf,
      days,
      policy: { deployment: settings.deployment, opened: settings.reporting.identifiable },
      catalogue: catalogue.digest,
      events: catalogue.events.map(({ event }) => event),
      carried: await counts.carried({ days, asOf }),
      history: await historyOf(counts, newest),
      daysWithLines: counts.datedDays(),
      look: await lookAtLines(settings, catalogue, books, asOf),
    });
  } finally {
    counts.close();
  }
}

/** `newest` is the day after that of the newest line. */
async function historyOf(counts: ArchiveCounts, newest: string | null): Promise<History> {
  const [first] = counts.datedDays();
  return {
    lines: counts.lines,
    first_day: first === undefined ? null : dayName(first * DAY_MS),
    last_day: newest === null ? null : dayName(Date.parse(newest) - DAY_MS),
    sealed_through: await counts.sealedThrough(),
  };
}

/** Looks at some of the newest lines before that day, and of two roads at those of the same time. */
async function lookAtLines(
  settings: PipelineSettings,
  catalogue: Catalogue,
  counted: readonly StreamBook[],
  asOf: string,
): Promise<LookReport> {
  const limits = { ...LOOK, newest: { ...LOOK.newest, beforeHour: Date.parse(asOf) / HOUR_MS } };
  return lookAgain(await openArchiveStore(settings.archive), async (store, attempt) => {
    const books = attempt === 1 ? counted : await readBooks(store);
    return lookAtArchive(
      books.map((book) => objectsOf(store, book)),
      limits,
      () => openLineLook(settings, catalogue),
    );
  });
}

function objectsOf(store: ObjectStore, { plans, tail }: StreamBook): LineObject[] {
  return [
    ...plans.flatMap((plan) => vaultLines(store, plan)),
    ...tail.map(({ object, unsealed }) => walLines(store, object, unsealed)),
  ];
}
