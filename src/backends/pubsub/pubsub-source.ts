import type { Delivery, Source } from "../../core/delivery.ts";
import { type Backoff, retry } from "../../core/retry.ts";
import { SECOND_MS } from "../../core/units.ts";
import { createAckBatch } from "./ack-batch.ts";
import { createBell } from "./bell.ts";
import { createLoans, type Loans } from "./loans.ts";
import { startPrefetch } from "./prefetch.ts";
import type { Budget } from "./puller.ts";
import { idParts, type LentMessage, passes, type Subscriber, SubscriberError } from "./subscriber.ts";

export interface PubsubSourceOptions {
  /** `projects/PROJECT/subscriptions/NAME`, for messages. */
  readonly subscription: string;
  /** Short name of the topic; it may tell the log. */
  readonly topic: string;
  /** The most that is held and not acked (I6). */
  readonly budget: Budget;
  /** For repeats, and its clock for leases. */
  readonly backoff: Backoff;
  /** Is told, in words, of trouble that may pass. */
  readonly onTrouble: (message: string) => void;
  /** Is told of the bytes of messages. */
  readonly onRead: (sizeBytes: number) => void;
}

export interface PubsubSource extends Source {
  /** What is held and not acked, against the budget. */
  readonly held: () => { readonly messages: number; readonly bytes: number };
  /** Lets go of what is still held, and closes the subscriber. */
  readonly close: () => Promise<void>;
}

/** The engine waits for acks, and has something better to do. */
const ACK_MS = 10 * SECOND_MS;
/** At the least, however long ago the stop was: what is durable by then should not have to come again. */
export const LEAST_ACK_MS = 3 * SECOND_MS;

/**
 * Messages of a subscription. Any number of workers may read one; what is not acked comes again, to any of them.
 * Nothing is given back that can be finished: when the signal aborts what was pulled is still delivered, for some
 * seconds, and only the rest is given back, or what is left where the reader leaves. A message that was taken is acked
 * once it is durable, or comes again when its lease has run out.
 *
 * A pull whose error passes is tried again without end, since a worker has nothing better to do; others reject with
 * `IoError`. An ack never rejects: where it fails the messages come again, and count once.
 */
export function createPubsubSource(subscriber: Subscriber, options: PubsubSourceOptions): PubsubSource {
  const { subscription, topic, budget, backoff } = options;
  const tell = (operation: string, error: unknown): void =>
    options.onTrouble(`${operation} "${subscription}": ${(error as Error).message}`);
  const room = createBell();
  const loans = createLoans(subscriber, { clock: backoff, onTrouble: tell, onRoom: room.ring });
  let stoppedAtMs = Number.POSITIVE_INFINITY;
  /** A stop has to end before the process is killed, and two batches may have to be acked by then. */
  const ackMs = (): number => {
    const nowMs = backoff.monotonicMs();
    return Math.max(LEAST_ACK_MS, Math.min(ACK_MS, stoppedAtMs + ACK_MS - nowMs));
  };
  const acks = createAckBatch((ackIds) =>
    sendAcks(subscriber, loans, ackIds, { backoff, tell, giveUpAfterMs: ackMs() }),
  );
  const deliveryOf = ({ ackId, data, messageId, publishedAtMs, attributes }: LentMessage): Delivery => ({
    payload: { kind: "message", data, info: { topic, messageId, publishedAtMs, attributes } },
    ack: () => acks.add(ackId),
  });

  return {
    async *deliveries(signal) {
      signal.addEventListener("abort", () => (stoppedAtMs = backoff.monotonicMs()), { once: true });
      const prefetch = startPrefetch(subscriber, signal, { subscription, budget, backoff, loans, room, tell });
      try {
        while (await prefetch.isThereMore()) {
          for (let message = prefetch.take(); message !== null; message = prefetch.take()) {
            options.onRead(message.data.length);
            yield deliveryOf(message);
          }
        }
      } finally {
        const untaken = await prefetch.leave();
        await loans.giveBack(untaken.map(({ ackId }) => ackId));
      }
    },

    held: () => ({ messages: loans.messages, bytes: loans.bytes }),

    close() {
      loans.stop();
      return subscriber.close();
    },
  };
}

interface SendOptions {
  readonly backoff: Backoff;
  readonly tell: (operation: string, error: unknown) => void;
  readonly giveUpAfterMs: number;
}

/** Leases are kept until it is over, so that what is tried again is still an ack. */
async function sendAcks(
  subscriber: Subscriber,
  loans: Loans,
  ackIds: readonly string[],
  { backoff, tell, giveUpAfterMs }: SendOptions,
): Promise<void> {
  let isTold = false;
  let lost = 0;
  const onFirst = (error: unknown): void => {
    if (!isTold) tell("ack to", error);
    isTold = true;
  };
  const limit = limitOf(giveUpAfterMs, backoff);
  const send = async (part: readonly string[]): Promise<void> => {
    let open = part;
    const sendOpen = async (): Promise<void> => {
      const unsettled = await Promise.race([subscriber.ack(open), limit.reached]);
      lost += unsettled.lost.length;
      open = unsettled.later;
      if (open.length > 0) throw new SubscriberError("passing", `${messages(open.length)} cannot be acked yet`);
    };
    try {
      await retry(sendOpen, { passes, onFirst, signal: limit.signal }, { ...backoff, giveUpAfterMs });
    } catch (error) {
      if (!(error instanceof SubscriberError)) throw error;
      tell(`given up, ${messages(open.length)} will come again: ack to`, error);
    }
    loans.settle(part);
  };
  await Promise.all(idParts(ackIds).map(send));
  limit.clear();
  if (lost > 0) tell("ack to", new Error(`the lease of ${messages(lost)} was over: they come again and count once`));
}

/** A time that ends what is under way; `reached` never resolves. */
interface Limit {
  readonly signal: AbortSignal;
  readonly reached: Promise<never>;
  clear(): void;
}

function limitOf(ms: number, backoff: Backoff): Limit {
  const over = new AbortController();
  const done = new AbortController();
  const { promise: reached, reject } = Promise.withResolvers<never>();
  // Nobody may be waiting for it.
  reached.catch(() => undefined);
  void backoff.sleep(ms, done.signal).then(() => {
    if (done.signal.aborted) return;
    over.abort();
    reject(new SubscriberError("passing", "no answer in time"));
  });
  return { signal: over.signal, reached, clear: () => done.abort() };
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}
