import type { Delivery, Source } from "../../core/delivery.ts";
import { type Backoff, retry } from "../../core/retry.ts";
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
  /** Lets go of what is still held, and closes the subscriber. */
  readonly close: () => Promise<void>;
}

/** The engine waits for acks, and a stop has to end before the process is killed. */
const ACK_GIVE_UP_AFTER_MS = 10_000;

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
  const loans = createLoans(subscriber, { monotonicMs: backoff.monotonicMs, onTrouble: tell, onRoom: room.ring });
  const acks = createAckBatch((ackIds) => sendAcks(subscriber, loans, ackIds, backoff, tell));
  const deliveryOf = ({ ackId, data, messageId, publishedAtMs, attributes }: LentMessage): Delivery => ({
    payload: { kind: "message", data, info: { topic, messageId, publishedAtMs, attributes } },
    ack: () => acks.add(ackId),
  });

  return {
    async *deliveries(signal) {
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
  let lost = 0;
  const onFirst = (error: unknown): void => {
    if (!isTold) tell("ack to", error);
    isTold = true;
  };
  const bounded = { ...backoff, giveUpAfterMs: ACK_GIVE_UP_AFTER_MS };
  const send = async (part: readonly string[]): Promise<void> => {
    let open = part;
    const sendOpen = async (): Promise<void> => {
      const unsettled = await subscriber.ack(open);
      lost += unsettled.lost.length;
      open = unsettled.later;
      if (open.length > 0) throw new SubscriberError("passing", `${messages(open.length)} cannot be acked yet`);
    };
    try {
      await retry(sendOpen, { passes, onFirst }, bounded);
    } catch (error) {
      if (!(error instanceof SubscriberError)) throw error;
      tell(`given up, ${messages(open.length)} will come again: ack to`, error);
    }
    loans.settle(part);
  };
  await Promise.all(idParts(ackIds).map(send));
  if (lost > 0) tell("ack to", new Error(`the lease of ${messages(lost)} was over: they come again and count once`));
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}
