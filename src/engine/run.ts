import type { Clock } from "../core/clock.ts";
import type { Delivery, Payload, Source } from "../core/delivery.ts";
import type { LineLog } from "../core/line-log.ts";

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
  readonly limits: BatchLimits;
  readonly clock: Clock;
  /** Stops intake; what was taken is committed and acked before `runEngine` resolves. */
  readonly signal: AbortSignal;
}

/**
 * The only loop: takes deliveries, closes batches, commits them, acks (I1). Resolves when the input has ended or the
 * signal has stopped it, with nothing pending. Rejects with what the source or the log rejects with; deliveries that
 * are not durable are then not acked (I2), and the source hands them out again.
 */
export async function runEngine({ source, take, log, limits, clock, signal }: EngineOptions): Promise<void> {
  // Without the payloads: they are in the log, and would fill the memory once more.
  const unacked: Delivery["ack"][] = [];
  let openedAtMs = 0;
  const commit = async (): Promise<void> => {
    if (log.pendingLines > 0) await log.commit();
    // At once, so that a source may send them together.
    await Promise.all(unacked.splice(0).map((ack) => ack()));
  };

  const failed = new AbortController();
  const deliveries = source.deliveries(AbortSignal.any([signal, failed.signal]))[Symbol.asyncIterator]();
  let next = deliveries.next();
  try {
    for (;;) {
      const waitMs = openedAtMs + limits.maxAgeMs - clock.monotonicMs();
      const result = unacked.length === 0 ? await next : await settledWithin(next, Math.max(0, waitMs));
      if (result === null) {
        await commit();
        continue;
      }
      if (result.done === true) break;
      if (unacked.length === 0) openedAtMs = clock.monotonicMs();
      take(result.value.payload);
      unacked.push(result.value.ack);
      const isFull = log.pendingLines >= limits.maxLines || log.pendingBytes >= limits.maxBytes;
      if (isFull || clock.monotonicMs() - openedAtMs >= limits.maxAgeMs) await commit();
      next = deliveries.next();
    }
    await commit();
  } catch (error) {
    // Lets the source go, even while it waits; whatever it says to that adds nothing to the failure.
    failed.abort();
    await Promise.allSettled([next, deliveries.return?.()]);
    throw error;
  }
}

/** What the promise resolves with, or null once `waitMs` are over. A batch waits so at most once. */
async function settledWithin<Result>(promise: Promise<Result>, waitMs: number): Promise<Result | null> {
  const { promise: timeout, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), waitMs);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
