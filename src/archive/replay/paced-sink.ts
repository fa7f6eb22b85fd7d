import type { Clock } from "../../core/clock.ts";
import { SECOND_MS } from "../../core/units.ts";
import type { ReplaySink } from "./replay.ts";

/** So many times a second at the least, so that the load is even. */
const SLICES_PER_SECOND = 4;

/** The same sink, which takes no more than so many lines a second. Gives up by the signal's reason. */
export function createPacedSink(
  sink: ReplaySink,
  linesPerSecond: number,
  clock: Pick<Clock, "monotonicMs" | "sleep">,
  signal: AbortSignal,
): ReplaySink {
  const slice = Math.max(1, Math.floor(linesPerSecond / SLICES_PER_SECOND));
  let nextAtMs = clock.monotonicMs();
  return {
    async take(lines) {
      for (let at = 0; at < lines.length; at += slice) {
        const waitMs = nextAtMs - clock.monotonicMs();
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        signal.throwIfAborted();
        const some = lines.slice(at, at + slice);
        // What was not sent in time is not made up for.
        nextAtMs = Math.max(nextAtMs, clock.monotonicMs()) + (some.length / linesPerSecond) * SECOND_MS;
        await sink.take(some);
      }
    },
    endStretch: (stretch) => sink.endStretch(stretch),
  };
}
