import type { Backoff } from "../../core/retry.ts";
import { SECOND_MS } from "../../core/units.ts";

/** At a stop answers may be on their way: without a reader their messages would have to wait for the end of their leases. */
const LAST_ANSWERS_MS = 300;
/** At a stop what was pulled is finished, as long as it does not take longer. */
const FINISH_WITHIN_MS = 3 * SECOND_MS;

/** How a source comes to its end, step by step. */
export interface Ending {
  /** Nothing more is asked for. */
  readonly stopped: AbortSignal;
  /** What was asked for is not waited for any more. */
  readonly left: AbortSignal;
  /** The time to finish what was pulled is over. */
  isLate(): boolean;
  /** Takes the first two steps at once. */
  leave(): void;
}

/** Begins when the signal aborts; `onStep` hears of each step. */
export function createEnding(signal: AbortSignal, backoff: Backoff, onStep: () => void): Ending {
  const stopped = new AbortController();
  const left = new AbortController();
  let stoppedAtMs: number | null = null;

  function leave(): void {
    stopped.abort();
    left.abort();
    onStep();
  }

  async function stop(): Promise<void> {
    stoppedAtMs = backoff.monotonicMs();
    stopped.abort();
    onStep();
    await backoff.sleep(LAST_ANSWERS_MS, left.signal);
    leave();
  }

  if (signal.aborted) void stop();
  else signal.addEventListener("abort", () => void stop(), { once: true });
  return {
    stopped: stopped.signal,
    left: left.signal,
    isLate: () => stoppedAtMs !== null && backoff.monotonicMs() - stoppedAtMs > FINISH_WITHIN_MS,
    leave,
  };
}
