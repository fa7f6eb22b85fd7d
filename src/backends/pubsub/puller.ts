import { type Backoff, retry } from "../../core/retry.ts";
import { KIB, MIB } from "../../core/units.ts";
import type { Loans } from "./loans.ts";
import { pubsubError } from "./pubsub-error.ts";
import { type LentMessage, passes, type Subscriber, SubscriberError } from "./subscriber.ts";
import type { Untaken } from "./untaken.ts";

/** The most that is held and not acked. */
export interface Budget {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

export interface PullerOptions {
  readonly subscription: string;
  readonly budget: Budget;
  readonly backoff: Backoff;
  readonly loans: Loans;
  /** Gets what was pulled. */
  readonly untaken: Untaken;
  readonly tell: (operation: string, error: unknown) => void;
}

const MAX_PULL = 1000;
/** An answer should not have much more. */
const PULL_BYTES = MIB;
/** The most that is asked for or waits to be taken: little enough to be finished at a stop. */
const AHEAD: Budget = { maxMessages: 4 * MAX_PULL, maxBytes: 4 * PULL_BYTES };
/** Fewer are not asked for while others come. */
const LEAST_PULL = MAX_PULL / 4;
/** Before anything was pulled. */
const EXPECTED_MESSAGE_BYTES = 64 * KIB;
const LARGEST_MESSAGE_BYTES = 10 * MIB;

/** Pulls, any number of them at a time, for no more than may be held. */
export interface Puller {
  /** How many messages a pull may ask for now; 0 where it has to wait until something is taken or settled. */
  appetite(): number;
  /**
   * Waits for an answer, however long the service is away; its messages are lent and untaken. Resolves with how many;
   * none once the signal aborts. Rejects with `IoError`.
   */
  pull(maxMessages: number, signal: AbortSignal): Promise<number>;
}

/**
 * How large messages are shows only when they are there: as many are asked for as fit if they are like those before. An
 * answer that is too large for memory is refused by the subscriber, and costs its messages one delivery.
 */
export function createPuller(subscriber: Subscriber, options: PullerOptions): Puller {
  const { subscription, budget, backoff, loans, untaken, tell } = options;
  /** Several pulls meet the same outage: it is told once. */
  let isAway = false;
  let messageBytes = EXPECTED_MESSAGE_BYTES;
  let askedMessages = 0;
  let askedBytes = 0;

  function learn(messages: readonly LentMessage[]): void {
    const bytes = messages.reduce((sum, { data }) => sum + data.length, 0);
    // Large ones are expected for some pulls after they were seen.
    if (messages.length > 0) messageBytes = Math.max(1, bytes / messages.length, messageBytes / 2);
  }

  async function pullOnce(maxMessages: number, signal: AbortSignal): Promise<LentMessage[]> {
    const onFirst = (error: unknown): void => {
      if (!isAway) tell("pull from", error);
      isAway = true;
    };
    const trouble = { passes: (error: unknown) => passes(error) && !signal.aborted, onFirst };
    const sleep = (ms: number): Promise<void> => backoff.sleep(ms, signal);
    const untilStopped = { ...backoff, giveUpAfterMs: Number.POSITIVE_INFINITY, sleep };
    try {
      const pulled = await retry(() => subscriber.pull(maxMessages, signal), trouble, untilStopped);
      isAway = false;
      return pulled;
    } catch (error) {
      if (signal.aborted && passes(error)) return [];
      throw error;
    }
  }

  return {
    appetite() {
      const freeMessages = Math.min(budget.maxMessages - loans.messages, AHEAD.maxMessages - untaken.messages);
      const freeBytes = Math.min(budget.maxBytes - loans.bytes, AHEAD.maxBytes - untaken.bytes);
      if (freeMessages <= askedMessages || freeBytes <= askedBytes) return 0;
      const isAlone = askedMessages === 0 && untaken.messages === 0;
      const most = Math.floor(Math.min(freeBytes - askedBytes, PULL_BYTES) / messageBytes);
      const fitting = Math.min(freeMessages - askedMessages, most, MAX_PULL);
      if (isAlone) return Math.max(1, fitting);
      return fitting < Math.min(LEAST_PULL, PULL_BYTES / messageBytes) ? 0 : Math.max(1, fitting);
    },

    async pull(maxMessages, signal) {
      const bytes = maxMessages * messageBytes;
      askedMessages += maxMessages;
      askedBytes += bytes;
      try {
        const pulled = await pullOnce(maxMessages, signal);
        loans.lend(pulled);
        untaken.add(pulled);
        learn(pulled);
        return pulled.length;
      } catch (error) {
        if (!isTooLarge(error)) throw pubsubError("pull from", subscription, error);
        messageBytes = LARGEST_MESSAGE_BYTES;
        tell("pull from", error);
        return 0;
      } finally {
        askedMessages -= maxMessages;
        askedBytes -= bytes;
      }
    },
  };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof SubscriberError && error.failure === "too_large";
}
