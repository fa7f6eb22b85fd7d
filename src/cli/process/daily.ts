import type { Clock } from "../../core/clock.ts";
import { DAY_MS } from "../../core/units.ts";

/** What is due at once, and a day after it was done. */
export interface Daily {
  isDue(): boolean;
  done(): void;
}

export function createDaily(clock: Pick<Clock, "monotonicMs">): Daily {
  let doneAtMs = Number.NEGATIVE_INFINITY;
  return {
    isDue: () => clock.monotonicMs() - doneAtMs >= DAY_MS,
    done() {
      doneAtMs = clock.monotonicMs();
    },
  };
}
