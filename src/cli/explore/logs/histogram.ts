import type { LineSpan, SearchPlace } from "../../../archive/find.ts";
import type { LineObject } from "../../../archive/line-object.ts";
import type { Buckets } from "../../../archive/line-times.ts";
import { UNDATED_HOUR } from "../../../core/hour.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../core/units.ts";
import type { HistogramAnswer } from "../../../explorer/logs-answers.ts";

const STEPS_MS = [
  SECOND_MS / 10,
  SECOND_MS / 2,
  SECOND_MS,
  5 * SECOND_MS,
  10 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
];
/** The smallest step that needs no more. */
const MOST_BUCKETS = 120;
/** Of steps of a day: those of eleven years, of a span that somebody has typed. */
const MOST_DAYS = 4000;

/**
 * Empty buckets over the span; where it is open, over the times that have lines there, and none without any. Rejects with
 * `IoError`.
 */
export async function bucketsOf({ sinceMs, untilMs }: LineSpan, places: readonly SearchPlace[]): Promise<Buckets> {
  const dated = places.map(({ object }) => object).filter(({ lastHour }) => lastHour !== UNDATED_HOUR);
  const fromMs = sinceMs ?? (await earliestOf(dated));
  const latestMs = dated.reduce((most, { lastHour }) => Math.max(most, (lastHour + 1) * HOUR_MS), 0);
  const toMs = untilMs ?? latestMs;
  if (toMs <= fromMs) return { fromMs: 0, stepMs: DAY_MS, counts: [] };
  const stepMs = STEPS_MS.find((step) => (toMs - fromMs) / step <= MOST_BUCKETS) ?? DAY_MS;
  const startMs = Math.floor(fromMs / stepMs) * stepMs;
  const length = Math.min(Math.ceil((toMs - startMs) / stepMs), MOST_DAYS);
  return { fromMs: startMs, stepMs, counts: Array.from({ length }, () => 0) };
}

/** Infinity without any. */
async function earliestOf(objects: readonly LineObject[]): Promise<number> {
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const object of objects) {
    if (object.firstHour === UNDATED_HOUR) {
      // Its name says only that some of its lines have no time.
      const { blocks } = await object.open();
      const times = blocks.map(({ lines }) => lines.firstTimeMs).filter((timeMs) => timeMs !== 0);
      earliestMs = times.reduce((least, timeMs) => Math.min(least, timeMs), earliestMs);
    } else earliestMs = Math.min(earliestMs, object.firstHour * HOUR_MS);
  }
  return earliestMs;
}

export function histogramAnswer({ fromMs, stepMs, counts }: Buckets, isOfAll: boolean): HistogramAnswer {
  return { from: new Date(fromMs).toISOString(), step_ms: stepMs, counts, is_of_all: isOfAll };
}
