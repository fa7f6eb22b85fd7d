import { setImmediate as othersTurn } from "node:timers/promises";
import { findPlaces, type SearchPlace } from "../../../archive/find.ts";
import { addTo, type Buckets, countTimes } from "../../../archive/line-times.ts";
import { type Looked, searchNewestFirst } from "../../../archive/newest-first.ts";
import type { ArchivedLine } from "../../../core/archived-line.ts";
import type { SearchPart, SearchRow } from "../../../explorer/logs-answers.ts";
import { type Asked, jsonLinesReply, type Reply } from "../../../explorer/server/route.ts";
import { createLineFilter } from "../../archive/search/line-filter.ts";
import { openNarrowing } from "../../archive/search/narrowing.ts";
import { formatBytes } from "../../terminal/quantity.ts";
import { askedParams } from "../asked-params.ts";
import type { ExploredArchive } from "../explored-archive.ts";
import { type Heard, listen } from "../heard.ts";
import { createFacets } from "./facets.ts";
import { bucketsOf, histogramAnswer } from "./histogram.ts";
import { createFactsReader } from "./line-facts.ts";
import { createNewestRows } from "./newest-rows.ts";
import { createRowMaker } from "./row-maker.ts";
import { type SearchQuestion, searchQuestion } from "./search-question.ts";

type Send = (part: SearchPart) => Promise<void>;

/** Between two parts; the eye sees no more. */
const PART_MS = 250;

/** `archive find`, the newest lines first, and what they have in common. Rejects with `UsageError` or `IoError`. */
export async function answerSearch(archive: ExploredArchive, { params, signal }: Asked): Promise<Reply> {
  const { catalogue, settings, store, clock } = archive;
  const asked = askedParams(params);
  const question = searchQuestion(asked, clock.nowMs());
  asked.end();
  const { span, conditions } = question;
  const asksFor = createLineFilter(conditions, catalogue, settings);
  return jsonLinesReply(async (send) => {
    const heard = listen();
    const narrowed = { ...conditions, lookups: true };
    const narrowing = await openNarrowing(settings, catalogue, store, narrowed, asksFor, heard.telling);
    let last: SearchPart;
    try {
      const { matches, blocksOf } = narrowing;
      const places = await findPlaces(store, { ...span, matches, blocksOf });
      last = await search({ archive, question, places, matches, signal, heard }, send);
    } finally {
      // It tells what could not be used.
      narrowing.close();
    }
    await send(last);
  });
}

interface Search {
  readonly archive: ExploredArchive;
  readonly question: SearchQuestion;
  readonly places: readonly SearchPlace[];
  readonly matches: (line: ArchivedLine) => boolean;
  readonly signal: AbortSignal;
  readonly heard: Heard;
}

/** Sends what was found about every quarter of a second, and the first rows at once; resolves with the last part. */
async function search({ archive, question, places, matches, signal, heard }: Search, send: Send): Promise<SearchPart> {
  const { span, limit, hasConditions, mostBytes } = question;
  const factsOf = createFactsReader(archive);
  const rowOf = createRowMaker(archive);
  const rows = createNewestRows(limit);
  const facets = createFacets();
  const ofFound = await bucketsOf(span, places);
  const ofAll = hasConditions ? null : await countAll(ofFound, question, places, signal);
  let found = 0;
  let ready: SearchRow[] = [];
  let hasSentRows = false;
  let sentAtMs = Number.NEGATIVE_INFINITY;
  let looked: Looked = { lines: 0, bytes: 0 };
  const nextPart = (): SearchPart => ({
    rows: ready,
    histogram: histogramAnswer(ofAll ?? ofFound, ofAll !== null),
    facets: [],
    looked_lines: looked.lines,
    looked_bytes: looked.bytes,
    found,
    is_done: false,
    is_whole: false,
    remarks: heard.remarks,
  });
  const visit = (line: ArchivedLine): void => {
    const { log, timeMs } = line.meta;
    const facts = factsOf(line);
    found += 1;
    if (timeMs !== null) addTo(ofFound, timeMs, 1);
    facets.add(log, facts);
    if (rows.wants(timeMs)) rows.add(timeMs, rowOf(line, facts));
  };
  const endOfBlock = async (now: Looked, frontierMs: number): Promise<void> => {
    looked = now;
    ready.push(...rows.take(frontierMs));
    await othersTurn();
    const nowMs = archive.clock.nowMs();
    const isAwaited = ready.length > 0 && !hasSentRows;
    if (!isAwaited && nowMs - sentAtMs < PART_MS) return;
    sentAtMs = nowMs;
    hasSentRows ||= isAwaited;
    const part = nextPart();
    ready = [];
    await send(part);
  };
  const isWhole = await searchNewestFirst(places, { ...span, matches, signal, mostBytes }, { visit, endOfBlock });
  ready.push(...rows.take(Number.NEGATIVE_INFINITY));
  const last = nextPart();
  if (!isWhole) heard.telling.tell(endedEarly(looked));
  return {
    ...last,
    facets: facets.answer(),
    // What was looked at wholly is known better than by tables, which do not tell repeats.
    histogram: isWhole || ofAll === null ? histogramAnswer(ofFound, isWhole) : last.histogram,
    is_done: true,
    is_whole: isWhole,
  };
}

/** In the same buckets, without looking at lines where tables tell. */
async function countAll(
  { fromMs, stepMs, counts }: Buckets,
  { span }: SearchQuestion,
  places: readonly SearchPlace[],
  signal: AbortSignal,
): Promise<Buckets> {
  const buckets = { fromMs, stepMs, counts: counts.map(() => 0) };
  await countTimes(places, buckets, { ...span, signal, endOfBlock: () => othersTurn() });
  return buckets;
}

function endedEarly({ bytes }: Looked): string {
  return `the search ended after ${formatBytes(bytes)} of stored lines, and older ones were not looked at (hint: narrow the span of time)`;
}
