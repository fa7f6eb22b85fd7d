import type { Clock } from "../core/clock.ts";

/** How old the batch that fills is. */
export interface BatchAge {
  /** A batch begins. */
  begin(): void;
  /** It is closed. */
  end(): void;
  isOver(): boolean;
  /** What the promise resolves with, or null where the batch is too old before that. One at a time. */
  beforeIsOver<Result>(promise: Promise<Result>): Promise<Result | null>;
}

/** One timer for each batch: there may be many thousand deliveries in one, and all of them are waited for. */
export function createBatchAge(maxAgeMs: number, clock: Pick<Clock, "monotonicMs" | "sleep">): BatchAge {
  let beganAtMs = 0;
  let ended = new AbortController();
  /** A timer may be a moment early, and what it has said must not be asked again. */
  let hasRung = false;
  let onOver = nothing;

  async function wait(signal: AbortSignal): Promise<void> {
    await clock.sleep(maxAgeMs, signal);
    if (signal.aborted) return;
    hasRung = true;
    onOver();
  }

  return {
    begin() {
      beganAtMs = clock.monotonicMs();
      ended = new AbortController();
      hasRung = false;
      void wait(ended.signal);
    },
    end() {
      ended.abort();
      // It knows what was waited for last.
      onOver = nothing;
    },
    isOver: () => hasRung || clock.monotonicMs() - beganAtMs >= maxAgeMs,
    beforeIsOver: (promise) =>
      new Promise((resolve, reject) => {
        onOver = () => resolve(null);
        promise.then(resolve, reject);
      }),
  };
}

function nothing(): void {
  return undefined;
}
