import { type Backoff, retry } from "../../core/retry.ts";
import { KIB } from "../../core/units.ts";
import type { Loans } from "./loans.ts";
import { pubsubError } from "./pubsub-error.ts";
import { type LentMessage, passes, type Subscriber } from "./subscriber.ts";

/**
 * Once `maxBytes` are held nothing is pulled. How large messages are shows only when they are there: as many are asked
 * for as fit if they are like those of the pull before.
 */
export interface Budget {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

export interface PullerOptions {
  readonly subscription: string;
  readonly budget: Budget;
  readonly backoff: Backoff;
  readonly loans: Loans;
  readonly room: Room;
  readonly tell: (operation: string, error: unknown) => void;
}

const MAX_PULL = 1000;
/** Before anything was pulled. */
const EXPECTED_MESSAGE_BYTES = 64 * KIB;
/** An answer without messages usually comes late; one that comes at once must not make a busy loop. */
const EMPTY_PAUSE_MS = 100;

/** What the pull waits for when the budget is used up. One waits at a time. */
export interface Room {
  wait(): Promise<void>;
  /** Something was settled, or there is no reason to wait any more. */
  readonly wake: () => void;
}

export function createRoom(): Room {
  let next = Promise.withResolvers<void>();
  return {
    wait: () => next.promise,
    wake() {
      next.resolve();
      next = Promise.withResolvers();
    },
  };
}

/** Resolves with the next messages, lent, or with none once the signal aborts. Rejects with `IoError`. */
export type Pull = (signal: AbortSignal) => Promise<LentMessage[]>;

export function createPuller(subscriber: Subscriber, options: PullerOptions): Pull {
  const { budget, backoff, loans, room } = options;
  let messageBytes = EXPECTED_MESSAGE_BYTES;
  return async (signal) => {
    while (!signal.aborted) {
      const freeMessages = budget.maxMessages - loans.messages;
      const freeBytes = budget.maxBytes - loans.bytes;
      if (freeMessages <= 0 || freeBytes <= 0) {
        await room.wait();
        continue;
      }
      const fitting = Math.max(1, Math.floor(freeBytes / messageBytes));
      const pulled = await pullOnce(subscriber, Math.min(freeMessages, fitting, MAX_PULL), options, signal);
      loans.lend(pulled);
      if (pulled.length > 0) {
        messageBytes = Math.max(1, pulled.reduce((sum, { data }) => sum + data.length, 0) / pulled.length);
        return pulled;
      }
      if (!signal.aborted) await backoff.sleep(EMPTY_PAUSE_MS, signal);
    }
    return [];
  };
}

/** One answer, however long the service is away; none once the signal aborts. */
async function pullOnce(
  subscriber: Subscriber,
  maxMessages: number,
  { subscription, backoff, tell }: PullerOptions,
  signal: AbortSignal,
): Promise<LentMessage[]> {
  const trouble = {
    passes: (error: unknown) => passes(error) && !signal.aborted,
    onFirst: (error: unknown) => tell("pull from", error),
  };
  const sleep = (ms: number): Promise<void> => backoff.sleep(ms, signal);
  const untilStopped = { ...backoff, giveUpAfterMs: Number.POSITIVE_INFINITY, sleep };
  try {
    return await retry(() => subscriber.pull(maxMessages, signal), trouble, untilStopped);
  } catch (error) {
    if (signal.aborted && passes(error)) return [];
    throw pubsubError("pull from", subscription, error);
  }
}
