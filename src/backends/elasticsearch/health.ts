import type { Backoff } from "../../core/retry.ts";

/** Whether a cluster takes anything at all, whichever request tries. */
export interface Health {
  /** It took something. */
  succeed(): void;
  fail(why: string): void;
  /** True when it has taken nothing for too long. */
  isGivenUp(): boolean;
}

/** `tell` gets the first of failures in a row, and that they are over. */
export function createHealth({ monotonicMs, giveUpAfterMs }: Backoff, tell: (what: string) => void): Health {
  let failingSinceMs: number | null = null;
  return {
    succeed() {
      if (failingSinceMs !== null) tell("it takes documents again");
      failingSinceMs = null;
    },
    fail(why) {
      if (failingSinceMs === null) tell(why);
      failingSinceMs ??= monotonicMs();
    },
    isGivenUp: () => failingSinceMs !== null && monotonicMs() - failingSinceMs >= giveUpAfterMs,
  };
}
