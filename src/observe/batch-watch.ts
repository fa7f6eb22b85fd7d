import type { BatchObserver, BatchSize, BatchSteps } from "../core/batch-observer.ts";
import type { Clock } from "../core/clock.ts";
import type { MessageInfo } from "../core/line.ts";

/** What became of a batch. Steps are in milliseconds since its first delivery; null where it did not come so far. */
export interface BatchRecord extends BatchSize {
  /** When its first delivery was taken, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly closedMs: number;
  readonly archivedMs: number | null;
  readonly indexedMs: number | null;
  readonly ackedMs: number | null;
  /** Why it came no further; null where it was acked. */
  readonly error: Error | null;
  /** Names of the objects that hold its lines. */
  readonly objects: readonly string[];
  readonly storedBytes: number;
  /** Of its messages; null where they have none. */
  readonly oldestPublishedAtMs: number | null;
  /** The first of its messages, and what their publishers have said of the traces that they belong to. */
  readonly messageIds: readonly string[];
  readonly traceParents: readonly string[];
}

/** Batches of one worker, by the clock. */
export interface BatchWatch extends BatchObserver {
  /** How long the oldest delivery that is not acked has been held; null where none is. */
  oldestHeldMs(): number | null;
  /** The same since its batch was closed: from then on it waits for the archive, or the index. */
  oldestWaitingMs(): number | null;
}

/** A batch may have sixty thousand messages. */
const MOST_NAMED = 32;
/** Of Google's own clients, and of everybody else's. */
const TRACE_ATTRIBUTES = ["googclient_traceparent", "traceparent"];

interface OpenBatch {
  readonly startedAtMs: number;
  readonly beganMs: number;
  closedAtMs: number | null;
  oldestPublishedAtMs: number | null;
  readonly messageIds: string[];
  readonly traceParents: string[];
}

export function watchBatches(
  clock: Pick<Clock, "nowMs" | "monotonicMs">,
  onSettled: (record: BatchRecord) => void,
): BatchWatch {
  let filling: OpenBatch | null = null;
  const held = new Set<OpenBatch>();

  const begin = (): OpenBatch => {
    const batch = {
      startedAtMs: clock.nowMs(),
      beganMs: clock.monotonicMs(),
      closedAtMs: null,
      oldestPublishedAtMs: null,
      messageIds: [],
      traceParents: [],
    };
    held.add(batch);
    return batch;
  };

  return {
    taken(payload) {
      filling ??= begin();
      if (payload.kind === "message") noteMessage(filling, payload.info);
    },
    closed(size) {
      const batch = filling ?? begin();
      batch.closedAtMs = clock.monotonicMs();
      filling = null;
      return stepsOf(batch, size, clock, (record) => {
        held.delete(batch);
        onSettled(record);
      });
    },
    oldestHeldMs() {
      const [oldest] = held;
      return oldest === undefined ? null : clock.monotonicMs() - oldest.beganMs;
    },
    oldestWaitingMs() {
      const [oldest] = held;
      const closedAtMs = oldest?.closedAtMs ?? null;
      return closedAtMs === null ? null : clock.monotonicMs() - closedAtMs;
    },
  };
}

function noteMessage(batch: OpenBatch, { messageId, publishedAtMs, attributes }: MessageInfo): void {
  if (publishedAtMs !== null) {
    batch.oldestPublishedAtMs = Math.min(batch.oldestPublishedAtMs ?? publishedAtMs, publishedAtMs);
  }
  if (batch.messageIds.length < MOST_NAMED) batch.messageIds.push(messageId);
  if (batch.traceParents.length >= MOST_NAMED) return;
  for (const name of TRACE_ATTRIBUTES) {
    const parent = attributes[name];
    if (parent === undefined) continue;
    batch.traceParents.push(parent);
    return;
  }
}

function stepsOf(
  batch: OpenBatch,
  size: BatchSize,
  { monotonicMs }: Pick<Clock, "monotonicMs">,
  onEnd: (record: BatchRecord) => void,
): BatchSteps {
  const sinceMs = (): number => monotonicMs() - batch.beganMs;
  const { beganMs: _, closedAtMs: _closed, ...begun } = batch;
  let record: BatchRecord = {
    ...begun,
    ...size,
    closedMs: sinceMs(),
    archivedMs: null,
    indexedMs: null,
    ackedMs: null,
    error: null,
    objects: [],
    storedBytes: 0,
  };
  return {
    archived(objects) {
      const storedBytes = objects.reduce((sum, { bytes }) => sum + bytes.length, 0);
      record = { ...record, archivedMs: sinceMs(), objects: objects.map(({ name }) => name), storedBytes };
    },
    indexed() {
      record = { ...record, indexedMs: sinceMs() };
    },
    acked() {
      onEnd({ ...record, ackedMs: sinceMs() });
    },
    failed(error) {
      onEnd({ ...record, error: error instanceof Error ? error : new Error(String(error)) });
    },
  };
}
