import { QUARANTINE_WORDS } from "../../../core/fault.ts";
import { MINUTE_MS, SECOND_MS } from "../../../core/units.ts";
import type {
  EventSeries,
  EventTotal,
  Lag,
  LiveReport,
  LiveWriter,
  QuarantinedLine,
} from "../../../explorer/live-answers.ts";
import type { Batch } from "./batch.ts";

/** Keeps in mind what was written in the last hour: as much as there are buckets, however much it was. */
export interface LiveWindow {
  add(batch: Batch): void;
  /** Forgets what nobody can ask for any more. */
  forget(nowMs: number): void;
  /** What is known of so many last minutes. */
  report(nowMs: number, minutes: number): WindowReport;
}

/** What the window itself cannot know is missing. */
export type WindowReport = Omit<LiveReport, "last_written" | "backlog" | "problems" | "totals"> & {
  readonly totals: Omit<LiveReport["totals"], "unread_objects">;
};

export const MOST_MINUTES = 60;
export const BUCKET_MS = 10 * SECOND_MS;
/** As many as a chart has colours for, with one for all others. */
const SERIES = 5;
const MOST_QUARANTINED = 20;

interface Bucket {
  objects: number;
  lines: number;
  rawBytes: number;
  lookedLines: number;
  quarantined: number;
  readonly events: Map<string, number>;
  readonly writers: Map<string, WriterTally>;
}

interface WriterTally {
  readonly writer: string;
  readonly stream: string;
  lastWrittenMs: number;
  objects: number;
  lines: number;
}

interface Kept {
  readonly writtenMs: number;
  readonly line: QuarantinedLine;
}

export function createLiveWindow(): LiveWindow {
  const buckets = new Map<number, Bucket>();
  let quarantined: Kept[] = [];
  let lag: { readonly writtenMs: number; readonly lag: Lag } | null = null;
  return {
    add(batch) {
      const { createdAtMs } = batch.object;
      const start = bucketStart(createdAtMs);
      const bucket = buckets.get(start) ?? emptyBucket();
      buckets.set(start, bucket);
      addTo(bucket, batch);
      quarantined = [...quarantined, ...keptOf(batch)]
        .toSorted((a, b) => b.writtenMs - a.writtenMs)
        .slice(0, MOST_QUARANTINED);
      const last = lagOf(batch.lagsMs);
      if (last !== null && createdAtMs >= (lag?.writtenMs ?? 0)) lag = { writtenMs: createdAtMs, lag: last };
    },
    forget(nowMs) {
      const oldest = bucketStart(nowMs) - MOST_MINUTES * MINUTE_MS;
      for (const start of buckets.keys()) if (start < oldest) buckets.delete(start);
    },
    report(nowMs, minutes) {
      const starts = bucketStarts(nowMs, minutes);
      const fromMs = starts[0] ?? 0;
      const shown = starts.map((start) => buckets.get(start) ?? emptyBucket());
      const sum = (of: (bucket: Bucket) => number): number => shown.reduce((total, bucket) => total + of(bucket), 0);
      const events = eventTotals(shown);
      return {
        minutes,
        from: new Date(fromMs).toISOString(),
        bucket_seconds: BUCKET_MS / SECOND_MS,
        lines: shown.map(({ lines }) => lines),
        quarantined: shown.map((bucket) => bucket.quarantined),
        series: seriesOf(shown, events),
        events,
        totals: {
          lines: sum(({ lines }) => lines),
          raw_bytes: sum(({ rawBytes }) => rawBytes),
          objects: sum(({ objects }) => objects),
          looked_lines: sum(({ lookedLines }) => lookedLines),
          quarantined: sum((bucket) => bucket.quarantined),
        },
        ...ratesAt(nowMs, buckets),
        lag: lag !== null && lag.writtenMs >= fromMs ? lag.lag : null,
        writers: writersOf(shown),
        newest_quarantined: quarantined.filter(({ writtenMs }) => writtenMs >= fromMs).map(({ line }) => line),
      };
    },
  };
}

function bucketStart(timeMs: number): number {
  return Math.floor(timeMs / BUCKET_MS) * BUCKET_MS;
}

/** The buckets that so many minutes reach into, the last one under way. */
function bucketStarts(nowMs: number, minutes: number): number[] {
  const count = (minutes * MINUTE_MS) / BUCKET_MS;
  const last = bucketStart(nowMs);
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * BUCKET_MS);
}

function emptyBucket(): Bucket {
  return { objects: 0, lines: 0, rawBytes: 0, lookedLines: 0, quarantined: 0, events: new Map(), writers: new Map() };
}

function addTo(bucket: Bucket, { object, objects, lines, rawBytes, lookedLines, events, quarantined }: Batch): void {
  bucket.objects += objects;
  bucket.lines += lines;
  bucket.rawBytes += rawBytes;
  bucket.lookedLines += lookedLines;
  bucket.quarantined += quarantined.length;
  for (const [event, count] of events) bucket.events.set(event, (bucket.events.get(event) ?? 0) + count);
  const { stream, writer, createdAtMs } = object;
  addWriter(bucket.writers, { stream, writer, lastWrittenMs: createdAtMs, objects, lines });
}

function addWriter(writers: Map<string, WriterTally>, more: WriterTally): void {
  const key = `${more.stream}/${more.writer}`;
  const known = writers.get(key);
  if (known === undefined) {
    writers.set(key, { ...more });
    return;
  }
  known.lastWrittenMs = Math.max(known.lastWrittenMs, more.lastWrittenMs);
  known.objects += more.objects;
  known.lines += more.lines;
}

function keptOf({ object, quarantined }: Batch): Kept[] {
  const writtenMs = object.createdAtMs;
  // Its last lines are the newest.
  return quarantined
    .slice(-MOST_QUARANTINED)
    .toReversed()
    .map(({ id, log, reason }) => {
      const written = new Date(writtenMs).toISOString();
      return { writtenMs, line: { id, log, reason, meaning: QUARANTINE_WORDS[reason].meaning, written } };
    });
}

/** Null without lines that have a time. */
function lagOf(lagsMs: Float64Array): Lag | null {
  const worst = lagsMs.at(-1);
  if (worst === undefined) return null;
  return { median_ms: Math.round(lagsMs[Math.floor((lagsMs.length - 1) / 2)] ?? worst), worst_ms: Math.round(worst) };
}

/** Most frequent first; equal ones by name. */
function eventTotals(buckets: readonly Bucket[]): EventTotal[] {
  const totals = new Map<string, number>();
  for (const { events } of buckets) {
    for (const [event, count] of events) totals.set(event, (totals.get(event) ?? 0) + count);
  }
  return [...totals]
    .map(([event, count]) => ({ event, count }))
    .toSorted((a, b) => b.count - a.count || (a.event < b.event ? -1 : 1));
}

function seriesOf(buckets: readonly Bucket[], totals: readonly EventTotal[]): EventSeries[] {
  const countsOf = (events: readonly EventTotal[]): number[] =>
    buckets.map((bucket) => events.reduce((sum, { event }) => sum + (bucket.events.get(event) ?? 0), 0));
  const series: EventSeries[] = totals
    .slice(0, SERIES)
    .map((total) => ({ event: total.event, counts: countsOf([total]) }));
  const others = totals.slice(SERIES);
  return others.length === 0 ? series : [...series, { event: null, counts: countsOf(others) }];
}

/** Over whole buckets, and so a little more than a minute. */
function ratesAt(
  nowMs: number,
  buckets: ReadonlyMap<number, Bucket>,
): Pick<LiveReport, "lines_per_second" | "raw_bytes_per_second"> {
  const fromMs = bucketStart(nowMs - MINUTE_MS);
  const seconds = (nowMs - fromMs) / SECOND_MS;
  let [lines, rawBytes] = [0, 0];
  for (const [start, bucket] of buckets) {
    if (start < fromMs || start > nowMs) continue;
    lines += bucket.lines;
    rawBytes += bucket.rawBytes;
  }
  return { lines_per_second: lines / seconds, raw_bytes_per_second: rawBytes / seconds };
}

function writersOf(buckets: readonly Bucket[]): LiveWriter[] {
  const writers = new Map<string, WriterTally>();
  for (const bucket of buckets) for (const tally of bucket.writers.values()) addWriter(writers, tally);
  return [...writers.values()]
    .toSorted((a, b) => b.lastWrittenMs - a.lastWrittenMs)
    .map(({ writer, stream, lastWrittenMs, objects, lines }) => ({
      writer,
      stream,
      last_written: new Date(lastWrittenMs).toISOString(),
      objects,
      lines,
    }));
}
