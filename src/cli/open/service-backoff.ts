import type { Backoff } from "../../core/retry.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { countRetry, type Service } from "../process/retry-counts.ts";

/** Tries again with the time and chance of this machine. */
export function serviceBackoff(service: Service, giveUpAfterMs: number): Backoff {
  return {
    giveUpAfterMs,
    monotonicMs: SYSTEM_CLOCK.monotonicMs,
    random: Math.random,
    sleep: SYSTEM_CLOCK.sleep,
    onRetry: (error) => countRetry(service, error),
  };
}
