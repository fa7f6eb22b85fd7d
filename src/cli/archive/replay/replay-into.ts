import type { FindQuery } from "../../../archive/find.ts";
import { createPacedSink } from "../../../archive/replay/paced-sink.ts";
import { bytesToRead, replayStretch } from "../../../archive/replay/replay.ts";
import type { Stretch } from "../../../archive/replay/replay-plan.ts";
import { isHourDone } from "../../../archive/replay/replay-state.ts";
import type { ArchivedLine } from "../../../core/archived-line.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { createProgress } from "../../terminal/progress.ts";
import type { CountingSink } from "./line-sinks.ts";
import type { ReplayNote } from "./replay-progress.ts";

/** Which lines, and how. */
export interface ReplayRound {
  /** For the progress bar. */
  readonly doing: string;
  readonly stretches: readonly Stretch[];
  readonly query: FindQuery;
  /** Null for as fast as it goes. */
  readonly linesPerSecond: number | null;
  readonly signal: AbortSignal;
}

/**
 * All stretches, with a progress bar; each that is done is noted. Rejects with `IoError`, and with the signal's reason.
 */
export async function replayInto(
  sink: CountingSink,
  note: ReplayNote | null,
  { doing, stretches, query, linesPerSecond, signal }: ReplayRound,
): Promise<void> {
  const paced = linesPerSecond === null ? sink : createPacedSink(sink, linesPerSecond, SYSTEM_CLOCK, signal);
  const noting = {
    take: (lines: readonly ArchivedLine[]) => paced.take(lines),
    async endStretch(stretch: Stretch): Promise<void> {
      await sink.endStretch(stretch);
      const { lines, rejected } = sink.takeCounts();
      await note?.addHours([stretch.fromHour, stretch.toHour], lines, rejected);
    },
  };
  await note?.begin();
  const progress = createProgress(doing, bytesToRead(stretches));
  try {
    for (const stretch of stretches) {
      const isDone = (hour: number): boolean => note !== null && isHourDone(note.state, hour);
      await replayStretch(stretch, { query, sink: noting, isDone, onBytes: progress.add, signal });
    }
  } finally {
    progress.stop();
  }
  await note?.complete();
}
