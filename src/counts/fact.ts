/**
 * What one line adds to the counts: a row for each event that it derives, or one row without event for a line that
 * derives nothing (eventless or quarantined), because distinctness is decided over every line.
 */
export interface Fact {
  /** Identity of the line: 32 hex digits. */
  readonly id: string;
  /** Hash of the line's bytes: 64 lower-case hex digits. Two variants of one id are a conflict. */
  readonly variant: string;
  /** Filing hour, in hours since 1970; `UNDATED_HOUR` without any time. */
  readonly hour: number;
  /** The time that counts, in milliseconds since 1970; 0 for an undated line. */
  readonly timeMs: number;
  /** True in lane `future`: the line's own time is not in its filing hour. */
  readonly ahead: boolean;
  /** Null for a line that derives nothing. */
  readonly event: string | null;
  readonly operation: string;
  readonly detail: string;
  readonly instance: string | null;
  readonly plan: string | null;
  readonly group: string | null;
  readonly project: string | null;
  readonly category: string | null;
  /** Pseudonym of the user; null where the line names none. */
  readonly user: string | null;
}
