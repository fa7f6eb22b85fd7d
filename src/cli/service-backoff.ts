import { setTimeout as sleep } from "node:timers/promises";
import type { Backoff } from "../core/retry.ts";
import { SYSTEM_CLOCK } from "./clock.ts";

/** Tries again with the time and chance of this machine. */
export function serviceBackoff(giveUpAfterMs: number): Backoff {
  return {
    giveUpAfterMs,
    monotonicMs: SYSTEM_CLOCK.monotonicMs,
    random: Math.random,
    async sleep(ms, signal) {
      try {
        await sleep(ms, undefined, signal === undefined ? {} : { signal });
      } catch (error) {
        // It ends early; whoever sleeps looks at the signal.
        if (signal?.aborted !== true) throw error;
      }
    },
  };
}
