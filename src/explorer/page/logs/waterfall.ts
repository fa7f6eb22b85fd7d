import type { TraceSpan } from "../../logs-answers.ts";

/** In percent: what took no time is seen all the same. */
const LEAST_WIDTH = 0.4;
/** The last moment of a second. */
const WITHIN_SECOND_MS = 999;

/** A bar of the waterfall, in percent of its width. */
export interface Bar {
  readonly x: number;
  readonly width: number;
}

type Timed = Pick<TraceSpan, "start_ms" | "duration_ms" | "is_to_the_second">;

/**
 * By when their work began. One of which only the second is known is put to where the first of the others began, as far
 * as its second reaches: what receives a request begins before all that it asks of others.
 */
export function inOrderOfStart<T extends Timed>(spans: readonly T[]): T[] {
  const known = spans.flatMap(({ start_ms: start, is_to_the_second: isVague }) =>
    start === null || isVague ? [] : start,
  );
  const first = Math.min(...known);
  const placed = spans.map((span) => {
    const { start_ms: start, is_to_the_second: isVague } = span;
    if (start === null || !isVague || known.length === 0) return span;
    return { ...span, start_ms: Math.min(Math.max(first, start), start + WITHIN_SECOND_MS) };
  });
  return placed.toSorted(
    (a, b) =>
      (a.start_ms ?? Number.POSITIVE_INFINITY) - (b.start_ms ?? Number.POSITIVE_INFINITY) ||
      Number(b.is_to_the_second) - Number(a.is_to_the_second),
  );
}

/** Where each line's work lies in the time of the whole; null for a line without time. */
export function barsOf(spans: readonly Pick<Timed, "start_ms" | "duration_ms">[]): (Bar | null)[] {
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
