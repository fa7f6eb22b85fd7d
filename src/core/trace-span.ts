/** Something that took a while, as a tracing system is told of it. Instants are in milliseconds since 1970. */
export interface TraceSpan {
  readonly name: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly attributes: Readonly<Record<string, string | number | string[]>>;
  /** Traces that it belongs to as well, as W3C `traceparent`. */
  readonly links: readonly string[];
  /** What went wrong, in words; null where nothing did. */
  readonly error: string | null;
  /** What it was made of. */
  readonly children: readonly TraceSpan[];
}
