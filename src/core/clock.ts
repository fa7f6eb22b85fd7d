/** Time as a parameter: nothing outside the back ends and the command line reads a clock itself. */
export interface Clock {
  /** Milliseconds since 1970. For names and reports only: no line is filed or counted by it (I9). */
  readonly nowMs: () => number;
  /** Milliseconds that never run backwards. For ages and leases. */
  readonly monotonicMs: () => number;
  /** Resolves after so long, early where the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}
