import type { Backoff } from "../../core/retry.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";

/** Tries again with the time and chance of this machine. */
export function serviceBackoff(giveUpAfterMs: number): Backoff {
  return {
    giveUpAfterMs,
    monotonicMs: SYSTEM_CLOCK.monotonicMs,
    random: Math.random,
    sleep: SYSTEM_CLOCK.sleep,
  };
}
