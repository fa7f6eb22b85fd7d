import type { Backoff } from "../../src/core/retry.ts";

/** Waits no time, notes how long it would have, and takes that for the time that has passed. */
export function scriptedBackoff(giveUpAfterMs: number): {
  readonly backoff: Backoff;
  readonly waits: readonly number[];
} {
  const waits: number[] = [];
  const backoff = {
    giveUpAfterMs,
    monotonicMs: () => waits.reduce((sum, ms) => sum + ms, 0),
    random: () => 0.5,
    sleep: async (ms: number) => {
      waits.push(ms);
    },
  };
  return { backoff, waits };
}
