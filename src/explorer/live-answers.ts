/** `GET /api/live`: a JSON line at once and then every few seconds, until the browser has gone. */
export interface LivePart {
  /** By the clock of the server. */
  readonly now: string;
  /** Null where it is the same as before. */
  readonly report: LiveReport | null;
}

/** What was written to the archive lately. Whatever worker wrote it and wherever, its objects tell. */
export interface LiveReport {
  /** How far it looks back. */
  readonly minutes: number;
  /** Start of the first bucket; the others follow without a gap, and the last one is under way. */
  readonly from: string;
  readonly bucket_seconds: number;
  /** Of each bucket, by the time of writing. Repeats are among the lines: they are told only when an hour is sealed. */
  readonly lines: readonly number[];
  readonly quarantined: readonly number[];
  /** The most frequent events, and all others together under `null`. */
  readonly series: readonly EventSeries[];
  /** All events and how often each was written, the most frequent first. */
  readonly events: readonly EventTotal[];
  readonly totals: LiveTotals;
  /** Over the last minute. */
  readonly lines_per_second: number;
  readonly raw_bytes_per_second: number;
  /** Of the last batch that has lines with a time; null where there is none. */
  readonly lag: Lag | null;
  /** When the newest object of the archive was written, however long ago; null where there is none. */
  readonly last_written: string | null;
  /** Who has written, the last one first. */
  readonly writers: readonly LiveWriter[];
  /** The newest lines in quarantine, the last one first. */
  readonly newest_quarantined: readonly QuarantinedLine[];
  /** Null until it is known. */
  readonly backlog: Backlog | null;
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

export interface EventSeries {
  readonly event: string | null;
  /** Of each bucket. */
  readonly counts: readonly number[];
}

export interface EventTotal {
  readonly event: string;
  readonly count: number;
}

export interface LiveTotals {
  readonly lines: number;
  readonly raw_bytes: number;
  readonly objects: number;
  /** Lines that were read for events and quarantine. Fewer than all where more came than is looked at. */
  readonly looked_lines: number;
  readonly quarantined: number;
  /** Objects that are still to be read. */
  readonly unread_objects: number;
}

/** How long after their own time lines were written, in milliseconds; negative where their clock is ahead. */
export interface Lag {
  readonly median_ms: number;
  readonly worst_ms: number;
}

export interface LiveWriter {
  readonly writer: string;
  readonly stream: string;
  readonly last_written: string;
  readonly objects: number;
  readonly lines: number;
}

export interface QuarantinedLine {
  readonly id: string;
  readonly log: string;
  /** A code, and what it stands for, to be read behind "the line is". */
  readonly reason: string;
  readonly meaning: string;
  readonly written: string;
}

/** What waits, of all that is in the archive. */
export interface Backlog {
  /** Write-ahead objects with lines that are not sealed yet, and all of their lines. */
  readonly unsealed_objects: number;
  readonly unsealed_lines: number;
  /** Objects that a worker has marked because the index could not take them. */
  readonly unindexed_objects: number;
}
