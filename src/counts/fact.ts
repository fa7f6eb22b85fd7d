/** An event that a line counts. A line has a fact for each of its events, most have none. */
export interface Fact {
  /** Identity of the line: 32 hex digits. */
  readonly id: string;
  /** Hash of the line's bytes: 64 lower-case hex digits. Two variants of one id are a conflict. */
  readonly variant: string;
  /** Canonical name of the line's log. Of equal bytes those of different logs are variants too. */
  readonly log: string;
  /** The time that counts, in milliseconds since 1970. */
  readonly timeMs: number;
  readonly event: string;
  readonly operation: string;
  readonly detail: string;
  readonly instance: string | null;
  readonly plan: string | null;
  readonly group: string | null;
  /** Whether the group has the name of the line's user. */
  readonly ownsGroup: boolean;
  readonly project: string | null;
  readonly category: string | null;
  /** Pseudonym of the user, 32 hex digits; null where the line names none. */
  readonly user: string | null;
  /** Pseudonym of the visitor, likewise: the user, else where the line came from. */
  readonly visitor: string | null;
}
