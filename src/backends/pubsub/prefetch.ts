import { type Bell, createBell } from "./bell.ts";
import { createEnding } from "./ending.ts";
import { createPuller, type PullerOptions } from "./puller.ts";
import type { LentMessage, Subscriber } from "./subscriber.ts";
import { createUntaken } from "./untaken.ts";

/** The service answers a pull early with few messages, and each answer takes its time on the way. */
const PULLS = 4;
/** An answer without messages usually comes late; one that comes at once must not make a busy loop. */
const EMPTY_PAUSE_MS = 100;

/** Messages that were pulled and not taken. */
export interface Prefetch {
  /** Waits for a message; false where there will be none any more. Rejects with `IoError`. */
  isThereMore(): Promise<boolean>;
  /** Null where there is none at the moment, or the time to finish is over. */
  take(): LentMessage | null;
  /** Ends all pulls at once. Resolves with what was not taken. */
  leave(): Promise<LentMessage[]>;
}

export interface PrefetchOptions extends Omit<PullerOptions, "untaken"> {
  /** Rings when something was settled. */
  readonly room: Bell;
}

/**
 * Several pulls at a time. When the signal aborts nothing more is asked for, and what was pulled is still to be taken:
 * handed back it would be delivered once more, and after some deliveries the service may give a message up.
 */
export function startPrefetch(subscriber: Subscriber, signal: AbortSignal, options: PrefetchOptions): Prefetch {
  const { backoff, room } = options;
  const untaken = createUntaken();
  const puller = createPuller(subscriber, { ...options, untaken });
  const arrival = createBell();
  const ending = createEnding(signal, backoff, room.ring);
  let pulls = PULLS;
  let failure: Error | null = null;

  async function pullOn(): Promise<void> {
    while (!ending.stopped.aborted) {
      const most = puller.appetite();
      if (most === 0) {
        await room.wait();
        continue;
      }
      const pulled = await puller.pull(most, ending.left);
      arrival.ring();
      if (pulled === 0) await backoff.sleep(EMPTY_PAUSE_MS, ending.left);
    }
  }

  async function runPull(): Promise<void> {
    try {
      await pullOn();
    } catch (error) {
      failure ??= error as Error;
      ending.leave();
    } finally {
      pulls -= 1;
      arrival.ring();
    }
  }

  const ended = Promise.all(Array.from({ length: PULLS }, runPull));

  return {
    async isThereMore() {
      for (;;) {
        if (ending.isLate()) return false;
        if (untaken.messages > 0) return true;
        if (failure !== null) throw failure;
        if (pulls === 0) return false;
        await arrival.wait();
      }
    },
    take() {
      if (ending.isLate()) return null;
      const message = untaken.take();
      if (puller.appetite() > 0) room.ring();
      return message;
    },
    async leave() {
      ending.leave();
      await ended;
      return untaken.takeAll();
    },
  };
}
