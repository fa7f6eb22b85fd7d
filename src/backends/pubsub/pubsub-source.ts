import type { Delivery, Source } from "../../core/delivery.ts";
import { type Backoff, retry } from "../../core/retry.ts";
import { createAckBatch } from "./ack-batch.ts";
import { createLoans, type Loans } from "./loans.ts";
import { type Budget, createPuller, createRoom } from "./puller.ts";
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
  /** Lets go of what is still held, and closes the subscriber. */
  readonly close: () => Promise<void>;
}

/** The engine waits for acks, and a stop has to end before the process is killed. */
const ACK_GIVE_UP_AFTER_MS = 10_000;

/**
 * Messages of a subscription. Any number of workers may read one; what is not acked comes again, to any of them.
 * A message that was taken is never given back: it is acked once it is durable, or comes again when its lease has run
 * out. Those that were pulled and not taken are given back when the signal aborts.
 *
 * A pull whose error passes is tried again without end, since a worker has nothing better to do; others reject with
 * `IoError`. An ack never rejects: where it fails the messages come again, and count once.
 */
export function createPubsubSource(subscriber: Subscriber, options: PubsubSourceOptions): PubsubSource {
  const { subscription, topic, budget, backoff } = options;
  const tell = (operation: string, error: unknown): void =>
    options.onTrouble(`${operation} "${subscription}": ${(error as Error).message}`);
  const room = createRoom();
  const loans = createLoans(subscriber, { monotonicMs: backoff.monotonicMs, onTrouble: tell, onRoom: room.wake });
  const pull = createPuller(subscriber, { subscription, budget, backoff, loans, room, tell });
  const acks = createAckBatch((ackIds) => sendAcks(subscriber, loans, ackIds, backoff, tell));
  const deliveryOf = ({ ackId, data, messageId, publishedAtMs, attributes }: LentMessage): Delivery => ({
    payload: { kind: "message", data, info: { topic, messageId, publishedAtMs, attributes } },
    ack: () => acks.add(ackId),
  });

  return {
    async *deliveries(signal) {
      // Also ends where the reader leaves without a signal.
      const left = new AbortController();
      const stop = AbortSignal.any([signal, left.signal]);
      stop.addEventListener("abort", room.wake, { once: true });
      const untaken: LentMessage[] = [];
      const pullNext = (): Promise<LentMessage[]> => {
        const pending = pull(stop);
        // It may fail while a message is being worked on; whoever awaits it hears of that.
        pending.catch(() => undefined);
        return pending;
      };
      let next = pullNext();
      try {
        while (!stop.aborted) {
          untaken.push(...(await next));
          next = pullNext();
          for (let message = untaken.shift(); message !== undefined; message = untaken.shift()) {
            if (stop.aborted) {
              untaken.unshift(message);
              break;
            }
            options.onRead(message.data.length);
            yield deliveryOf(message);
          }
        }
      } finally {
        left.abort();
        const pulled = await next.catch(() => []);
        await loans.giveBack([...untaken, ...pulled].map(({ ackId }) => ackId));
      }
    },

    close() {
      loans.stop();
      return subscriber.close();
    },
  };
}

/** Leases are kept until it is over, so that what is tried again is still an ack. */
async function sendAcks(
  subscriber: Subscriber,
  loans: Loans,
  ackIds: readonly string[],
  backoff: Backoff,
  tell: (operation: string, error: unknown) => void,
): Promise<void> {
  let isTold = false;
  const onFirst = (error: unknown): void => {
    if (!isTold) tell("ack to", error);
    isTold = true;
  };
  const bounded = { ...backoff, giveUpAfterMs: ACK_GIVE_UP_AFTER_MS };
  const send = async (part: readonly string[]): Promise<void> => {
    try {
      await retry(() => subscriber.ack(part), { passes, onFirst }, bounded);
    } catch (error) {
      if (!(error instanceof SubscriberError)) throw error;
      const messages = part.length === 1 ? "1 message" : `${part.length} messages`;
      tell(`given up, ${messages} will come again: ack to`, error);
    }
    loans.settle(part);
  };
  await Promise.all(idParts(ackIds).map(send));
}
