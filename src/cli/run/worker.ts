import { findRepeats } from "../../archive/repeats.ts";
import { findRunLines, type Run } from "../../archive/run-lines.ts";
import { createWalWriter } from "../../archive/wal-writer.ts";
import type { OnRead } from "../../backends/files/file-source.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import type { BatchObserver } from "../../core/batch-observer.ts";
import type { Clock } from "../../core/clock.ts";
import type { Payload } from "../../core/delivery.ts";
import { IoError } from "../../core/fault.ts";
import type { Line } from "../../core/line.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { createTally, type TallySnapshot } from "../../counts/tally.ts";
import { catalogueFields } from "../../derive/catalogue-fields.ts";
import { createDeriver } from "../../derive/deriver.ts";
import type { Catalogue } from "../../derive/event-rules.ts";
import { runEngine } from "../../engine/run.ts";
import type { IndexCounts } from "../../indexing/line-indexer.ts";
import type { WorkerFigures } from "../../observe/worker-samples.ts";
import type { PipelineInput } from "../open/input/pipeline-input.ts";
import { createLineDecoder } from "../open/lines/line-decoder.ts";
import type { WorkerIndex } from "./worker-index.ts";

/** What a worker did. */
export interface RunSummary extends Omit<TallySnapshot, "duplicates"> {
  readonly pipeline: string;
  /**
   * Null where looking for them would have taken too long, or lines of the run are sealed and removed from the
   * write-ahead log already; they are then among the archived ones.
   */
  readonly duplicates: number | null;
  readonly objects: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  /** Null where nothing is indexed. */
  readonly index: IndexSummary | null;
  readonly elapsedMs: number;
  readonly isInterrupted: boolean;
}

export interface IndexSummary extends IndexCounts {
  /** Objects of this worker that were marked because the index was away. */
  readonly spilled: number;
  /** False where objects still wait, of whichever worker; null where it was not looked for. */
  readonly isComplete: boolean | null;
}

/** A pipeline, opened: its input is there and its archive can be written. */
export interface Worker {
  /** Stored bytes of the input; null where nobody knows. */
  readonly inputBytes: number | null;
  /** True where only a stop ends it. */
  readonly isEndless: boolean;
  /** Names the objects of this worker. */
  readonly writer: string;
  /** Runs until the input ends or it is stopped. Rejects with `IoError`; what was committed stays valid. */
  run(onRead: OnRead): Promise<void>;
  /** Lets go of input and index where `run` will not be called. Rejects as they do. */
  close(): Promise<void>;
  /** As it stands, at any time. What is held is left out: who watches its batches knows it. */
  figures(): Omit<WorkerFigures, "oldestHeldMs" | "oldestWaitingMs">;
  /**
   * What the run brought in. Lines of `laterWriters` do not count as there before. Where the input has no end, `deadline`
   * ends the search for those that were. Rejects with `IoError`.
   */
  summarize(laterWriters: ReadonlySet<string>, deadline: AbortSignal): Promise<RunSummary>;
}

export interface WorkerOptions {
  readonly settings: PipelineSettings;
  readonly catalogue: Catalogue;
  readonly store: ObjectStore;
  /** Null where nothing is indexed. */
  readonly index: WorkerIndex | null;
  readonly input: PipelineInput;
  /** Random, names the objects of this worker. */
  readonly writer: string;
  /** Null where nobody watches. */
  readonly observer: BatchObserver | null;
  readonly clock: Clock;
  /** Stops it. */
  readonly stop: AbortSignal;
}

/** Puts the parts of a worker together. */
export function createWorker(options: WorkerOptions): Worker {
  const { settings, catalogue, store, index, input, writer, observer, clock, stop } = options;
  const decoder = createLineDecoder(settings, catalogueFields(catalogue));
  const derive = createDeriver(catalogue, decoder.slotOf);
  const tally = createTally();
  const limits = { ...settings.batch, maxLines: Math.min(settings.batch.maxLines, input.maxBatchLines) };
  const wal = createWalWriter({ store, stream: settings.name, writer, clock, limits: settings.batch });
  let elapsedMs = 0;
  let readBytes = 0;
  let latestEventAtMs: number | null = null;
  let isComplete: boolean | null = null;

  return {
    inputBytes: input.sizeBytes,
    isEndless: isEndless(settings),
    writer,
    async run(onRead) {
      const startedAtMs = clock.monotonicMs();
      const take = (payload: Payload): void =>
        decoder.decode(payload, (line, fields) => {
          tally.add(line.reason, fields === null ? [] : derive(line.log, fields));
          wal.append(line);
          latestEventAtMs = laterOf(latestEventAtMs, line);
        });
      const rest = { log: wal, index, observer, limits, clock, signal: stop };
      const onBytes: OnRead = (bytes) => {
        readBytes += bytes;
        onRead(bytes);
      };
      try {
        isComplete = await keepingUp(index, stop, () => runEngine({ source: input.source(onBytes), take, ...rest }));
      } finally {
        await closeBoth(input, index);
      }
      elapsedMs = clock.monotonicMs() - startedAtMs;
    },
    close: () => closeBoth(input, index),
    figures() {
      const { linesIn, quarantined, eventless, events } = tally.snapshot();
      const read = { linesIn, quarantined, eventless, events, readBytes, latestEventAtMs };
      const budgets = [
        { name: "batch_lines", used: wal.pendingLines, limit: limits.maxLines },
        { name: "batch_bytes", used: wal.pendingBytes, limit: limits.maxBytes },
        ...input.budgets(),
      ] as const;
      const indexed = index === null ? null : { ...index.report(), isAway: index.isAway() };
      return { ...read, archived: { ...wal.committed }, index: indexed, budgets };
    },
    async summarize(laterWriters, deadline) {
      const takeBack = ({ buffer, start, end, meta }: ArchivedLine): void => {
        const record = decoder.reopen(buffer, start, end, meta.lane, meta.message);
        tally.repeat(meta.reason, record?.fields ? derive(record.log, record.fields) : []);
      };
      const counts = tally.snapshot();
      const made = { writer, objects: wal.committed.objects, later: laterWriters };
      const isWhole = isEndless(settings)
        ? await isBefore(deadline, visitRepeats(store, made, takeBack, deadline))
        : await visitRepeats(store, made, takeBack, new AbortController().signal);
      return {
        pipeline: settings.name,
        ...(isWhole ? tally.snapshot() : { ...counts, duplicates: null }),
        ...wal.committed,
        index: index === null ? null : { ...index.report(), isComplete },
        elapsedMs,
        isInterrupted: stop.aborted,
      };
    },
  };
}

async function closeBoth(input: PipelineInput, index: WorkerIndex | null): Promise<void> {
  await input.close();
  await index?.close();
}

/** Lines that are dated ahead say nothing of how late the others are. */
function laterOf(latestMs: number | null, { timeMs, lane }: Line): number | null {
  return timeMs === null || lane === "future" || (latestMs !== null && latestMs >= timeMs) ? latestMs : timeMs;
}

export function isEndless({ source }: PipelineSettings): boolean {
  return source.kind === "pubsub" || (source.kind === "files" && source.isFollowed);
}

/**
 * Indexes what waits beside the work, and whatever is left after it where the input has ended. Resolves with true when
 * nothing waits any more, with null where that was not looked for.
 */
async function keepingUp(
  index: WorkerIndex | null,
  stop: AbortSignal,
  work: () => Promise<void>,
): Promise<boolean | null> {
  if (index === null) {
    await work();
    return null;
  }
  const ended = new AbortController();
  const keepingUpBeside = index.keepUp(AbortSignal.any([stop, ended.signal]));
  try {
    await work();
  } finally {
    ended.abort();
    await keepingUpBeside;
  }
  return stop.aborted ? null : index.catchUp(stop);
}

/** False where it is not done before the signal aborts, or fails: it is not worth more. */
async function isBefore(late: AbortSignal, done: Promise<boolean>): Promise<boolean> {
  const { promise: isLate, resolve } = Promise.withResolvers<false>();
  const onLate = (): void => resolve(false);
  if (late.aborted) onLate();
  else late.addEventListener("abort", onLate, { once: true });
  try {
    return await Promise.race([isLate, done]);
  } catch (error) {
    if (error instanceof IoError) return false;
    throw error;
  } finally {
    late.removeEventListener("abort", onLate);
  }
}

/** Resolves with false where nobody can tell any more, or the signal has cut it short. Rejects with `IoError`. */
async function visitRepeats(
  store: ObjectStore,
  run: Run,
  visit: (line: ArchivedLine) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const lines = await findRunLines(store, run, signal);
  return lines !== null && findRepeats(lines, visit, signal);
}
