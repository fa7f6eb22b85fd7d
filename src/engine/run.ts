import type { BatchObserver } from "../core/batch-observer.ts";
import type { Clock } from "../core/clock.ts";
import type { Delivery, Payload, Source } from "../core/delivery.ts";
import type { LineLog } from "../core/line-log.ts";
import type { ObjectIndex } from "../core/object-index.ts";
import { createBatchAge } from "./batch-age.ts";

/** When a batch closes, whichever comes first (I7). */
export interface BatchLimits {
  readonly maxLines: number;
  /** Raw bytes, before compression. */
  readonly maxBytes: number;
  /** How long the oldest line of a batch may wait. */
  readonly maxAgeMs: number;
}

export interface EngineOptions {
  readonly source: Source;
  /** Decodes a payload and appends its lines to `log`. Synchronous, so that a payload is never half taken. */
  readonly take: (payload: Payload) => void;
  readonly log: LineLog;
  /** Null where nothing is kept beside the archive. */
  readonly index: ObjectIndex | null;
  /** Null where nobody watches. */
  readonly observer: BatchObserver | null;
  readonly limits: BatchLimits;
  readonly clock: Clock;
  /** Stops intake; what was taken is committed and acked before `runEngine` resolves. */
  readonly signal: AbortSignal;
}

/**
 * The only loop: takes deliveries, closes batches, commits them, acks (I1). One batch fills while the one before is
 * committed; when both are full nothing is taken. Resolves when the input has ended or the signal has stopped it, with
 * nothing pending. Rejects with what the source, the log or the index rejects with; deliveries that are not durable are
 * then not acked (I2), and the source hands them out again.
 */
export async function runEngine(options: EngineOptions): Promise<void> {
  const { source, take, log, index, observer, limits, clock, signal } = options;
  // Lets the source go, even while it waits.
  const failed = new AbortController();
  // Without the payloads: they are in the log, and would fill the memory once more.
  const unacked: Delivery["ack"][] = [];
  const age = createBatchAge(limits.maxAgeMs, clock);
  let committing = Promise.resolve();

  const commit = async (acks: readonly Delivery["ack"][]): Promise<void> => {
    const size = { deliveries: acks.length, lines: log.pendingLines, bytes: log.pendingBytes };
    const steps = acks.length === 0 ? undefined : observer?.closed(size);
    try {
      const objects = log.pendingLines > 0 ? await log.commit() : [];
      steps?.archived(objects);
      await index?.add(objects);
      steps?.indexed();
      // At once, so that a source may send them together.
      await Promise.all(acks.map((ack) => ack()));
      steps?.acked();
    } catch (error) {
      steps?.failed(error);
      failed.abort(error);
      throw error;
    }
  };
  /** Resolves when the batch before is committed, and this one is on its way. */
  const close = async (): Promise<void> => {
    age.end();
    await committing;
    committing = commit(unacked.splice(0));
    // The next close, or the end, hears of it.
    committing.catch(() => undefined);
  };

  const deliveries = source.deliveries(AbortSignal.any([signal, failed.signal]))[Symbol.asyncIterator]();
  let next = deliveries.next();
  try {
    for (;;) {
      const result = unacked.length === 0 ? await next : await age.beforeIsOver(next);
      if (result === null) {
        await close();
        continue;
      }
      if (result.done === true) break;
      if (unacked.length === 0) age.begin();
      take(result.value.payload);
      observer?.taken(result.value.payload);
      unacked.push(result.value.ack);
      const isFull = log.pendingLines >= limits.maxLines || log.pendingBytes >= limits.maxBytes;
      if (isFull || age.isOver()) await close();
      next = deliveries.next();
    }
    await close();
    await committing;
  } catch (error) {
    // A commit may have failed before; whatever the others say to that adds nothing.
    if (!failed.signal.aborted) failed.abort(error);
    age.end();
    await Promise.allSettled([committing, next, deliveries.return?.()]);
    throw failed.signal.reason;
  }
}
