import type { Clock } from "./clock.ts";

/** How long and how often to try again; time and chance are the caller's. */
export interface Backoff extends Pick<Clock, "monotonicMs" | "sleep"> {
  /** No try begins later than this after the first; but there are always two. */
  readonly giveUpAfterMs: number;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Is told of each failure that is tried again; for figures. */
  readonly onRetry?: (error: unknown) => void;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** Which errors pass by themselves, and who is told of the first of them: a long wait should not be a silent one. */
export interface Trouble {
  passes(error: unknown): boolean;
  onFirst(error: unknown): void;
  /** Once it aborts no other try begins. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Before the try after so many failures, from 0: twice as long each time, and a random part of that, so that many
 * workers do not come back at the same moment.
 */
export function waitMs(failures: number, random: () => number): number {
  const longest = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures, 30), LONGEST_WAIT_MS);
  return (longest * (1 + random())) / 2;
}

/** Does idempotent work, again while its error passes by itself. Rejects with the last error. */
export async function retry<T>(work: () => Promise<T>, trouble: Trouble, by: Backoff): Promise<T> {
  const giveUpAtMs = by.monotonicMs() + by.giveUpAfterMs;
  const isOver = (): boolean => trouble.signal?.aborted === true;
  for (let failures = 0; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      const ms = waitMs(failures, by.random);
      if (!trouble.passes(error) || isOver()) throw error;
      if (failures === 0) trouble.onFirst(error);
      else if (by.monotonicMs() + ms > giveUpAtMs) throw error;
      by.onRetry?.(error);
      await by.sleep(ms, trouble.signal);
      if (isOver()) throw error;
    }
  }
}
