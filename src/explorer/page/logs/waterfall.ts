import type { TraceSpan } from "../../logs-answers.ts";

/** In percent: what took no time is seen all the same. */
const LEAST_WIDTH = 0.4;

/** A bar of the waterfall, in percent of its width. */
export interface Bar {
  readonly x: number;
  readonly width: number;
}

/** Where each line's work lies in the time of the whole; null for a line without time. */
export function barsOf(spans: readonly Pick<TraceSpan, "start_ms" | "duration_ms">[]): (Bar | null)[] {
  const starts = spans.flatMap(({ start_ms: start }) => start ?? []);
  const ends = spans.flatMap(({ start_ms: start, duration_ms: ms }) => (start === null ? [] : start + (ms ?? 0)));
  const first = Math.min(...starts);
  const length = Math.max(...ends) - first;
  return spans.map(({ start_ms: start, duration_ms: ms }) => {
    if (start === null) return null;
    if (length === 0) return { x: 0, width: 100 };
    const width = Math.max(LEAST_WIDTH, ((ms ?? 0) / length) * 100);
    return { x: Math.min(100 - width, ((start - first) / length) * 100), width };
  });
}
