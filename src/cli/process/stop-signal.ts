import { notify } from "../terminal/tell.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { EXIT_INTERRUPTED } from "./exit-code.ts";

/** Signals so close together are one. */
const SAME_SIGNAL_MS = 500;

/**
 * The first signal aborts `stop` and says what is done now (`stopping; …`); another one, a moment later, leaves at
 * once. A terminal signals everybody in the process group, and wrappers such as npx pass it on: what comes with the
 * first one is the first one. Returns the undoing, which changes nothing once a signal has come: its echo may still be
 * on its way, and must not end what follows.
 */
export function stopOnSignals(stop: AbortController, what: string): () => void {
  let firstAtMs: number | null = null;
  const onSignal = (): void => {
    const nowMs = SYSTEM_CLOCK.monotonicMs();
    if (firstAtMs === null) {
      firstAtMs = nowMs;
      notify("stopping", `stopping; ${what} (once more to leave at once)`);
      stop.abort();
    } else if (nowMs - firstAtMs > SAME_SIGNAL_MS) process.exit(EXIT_INTERRUPTED);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return () => {
    if (firstAtMs !== null) return;
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  };
}
