/** How long and how often to try again; time and chance are the caller's. */
export interface Backoff {
  /** No try begins later than this after the first; but there are always two. */
  readonly giveUpAfterMs: number;
  readonly monotonicMs: () => number;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Resolves early where the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** Which errors pass by themselves, and who is told of the first of them: a long wait should not be a silent one. */
export interface Trouble {
  passes(error: unknown): boolean;
  onFirst(error: unknown): void;
}

/**
 * Does idempotent work, again while its error passes by itself. Each wait is about twice the one before, and a random
 * part of that, so that many workers do not come back at the same moment. Rejects with the last error.
 */
export async function retry<T>(work: () => Promise<T>, trouble: Trouble, by: Backoff): Promise<T> {
  const giveUpAtMs = by.monotonicMs() + by.giveUpAfterMs;
  for (let limitMs = FIRST_WAIT_MS; ; limitMs = Math.min(2 * limitMs, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      const waitMs = (limitMs * (1 + by.random())) / 2;
      if (!trouble.passes(error)) throw error;
      if (limitMs === FIRST_WAIT_MS) trouble.onFirst(error);
      else if (by.monotonicMs() + waitMs > giveUpAtMs) throw error;
      await by.sleep(waitMs);
    }
  }
}
