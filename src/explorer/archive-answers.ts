import type { Difference } from "../archive/audit/difference.ts";
import type { Finding, Unproven } from "../archive/verify/finding.ts";
import type { LedgerReport } from "../counts/ledger/ledger-report.ts";

/** `missing` before `altered`, `open` and `sealed`: the first that is true of the hour. */
export type HourState = "none" | "sealed" | "open" | "altered" | "missing";

/** An hour of a stream, as manifests and names tell it. */
export interface HourAnswer {
  readonly state: HourState;
  /** Lines that are sealed; those of the write-ahead log are not counted. */
  readonly lines: number;
  /** How many times lines of the hour were sealed: more than once where some came late. */
  readonly revisions: number;
}

/** A day of a stream: what is sealed of it. */
export interface DayAnswer {
  /** `YYYY-MM-DD`, or `undated` for lines without any time. */
  readonly day: string;
  /** From midnight on; of `undated` one. */
  readonly hours: readonly HourAnswer[];
  readonly lines: number;
  readonly raw_bytes: number;
  /** Of the segments, with the meta. */
  readonly stored_bytes: number;
  readonly quarantined: number;
  /** Objects of the vault: manifests and the files of the segments. */
  readonly objects: number;
  /** How many of its manifests no signed digest names. */
  readonly not_signed: number;
  /** Objects of the write-ahead log that have lines of the day which are not sealed. */
  readonly open_objects: number;
}

export interface StreamMonth {
  readonly stream: string;
  /** Only days that have something, in order; `undated` is the last, in every month. */
  readonly days: readonly DayAnswer[];
  /** RFC 3339: no later line of the stream is sealed, and every earlier one; null where nothing is. */
  readonly sealed_through: string | null;
  /** RFC 3339: when the newest signed digest was made; null where there is none. */
  readonly signed_at: string | null;
}

/** `GET /api/hours`, with `month` (`YYYY-MM`; default: the newest that has lines). */
export interface HoursAnswer extends Verifications {
  readonly month: string;
  /** The first and the last month that has lines; null for an empty archive. */
  readonly months: { readonly first: string; readonly last: string } | null;
  /** The newest day that is over by the clock of the server and of which something is signed; null where there is none. */
  readonly newest_whole_day: string | null;
  readonly streams: readonly StreamMonth[];
  /**
   * Of the days of the month: what is missing or has another size, by the word of manifests, digests, facts and plans; and
   * chains of digests that cannot be trusted.
   */
  readonly problems: readonly Difference[];
  readonly archive: StoredTotals;
  /** RFC 3339, by the clock of the server. */
  readonly now: string;
  readonly remarks: readonly string[];
}

/** All that is stored, by names and sizes. */
export interface StoredTotals {
  readonly vault_objects: number;
  readonly vault_bytes: number;
  readonly wal_objects: number;
  readonly wal_bytes: number;
}

/** How the verifications of the page came out since the server was started. */
export interface Verifications {
  /** The newest; and behind it, where that was of some days only, the newest of all days. */
  readonly verified: readonly Verified[];
  /** What any of them found, as long as no later one that looked at the same found it mended; the first. */
  readonly findings: readonly Finding[];
  readonly findings_total: number;
}

/** How a verification came out. */
export interface Verified {
  /** RFC 3339, when it ended. */
  readonly at: string;
  readonly level: "hashes" | "full";
  /** RFC 3339: only objects of days in between were looked at; null is open. */
  readonly since: string | null;
  readonly until: string | null;
  readonly findings: number;
  /** Signed objects that were looked at; where it is 0, only the chains of digests were. */
  readonly objects: number;
  /** Objects that no digest has signed yet: nothing proves them. */
  readonly not_signed: number;
  /** One sentence, that of `archive verify`. */
  readonly verdict: string;
}

/** `GET /api/ledger`, with `day` (`YYYY-MM-DD`): `ledger --json` of that day, without the index. */
export interface LedgerAnswer {
  readonly ledger: LedgerReport;
}

/** A digest of a chain. */
export interface DigestAnswer {
  readonly sequence: number;
  /** RFC 3339: what was sealed from then until then. */
  readonly from: string;
  readonly to: string;
  /** How many objects it names, and their bytes. */
  readonly objects: number;
  readonly size_bytes: number;
  /** Fingerprint of the key. */
  readonly key: string;
  /** Of its stored bytes, 64 hex digits. */
  readonly sha256: string;
  /** False: a signer is at it, or has been stopped. */
  readonly is_signed: boolean;
}

export interface DigestChainAnswer {
  readonly stream: string;
  readonly total: number;
  /** Why the chain is not to be trusted; null where each digest follows on the one before, and is signed by a key that may. */
  readonly problem: string | null;
  /** The newest first. */
  readonly digests: readonly DigestAnswer[];
}

/** `GET /api/digests`: the chain of each stream. */
export interface DigestsAnswer {
  readonly streams: readonly DigestChainAnswer[];
}

/** A line of the answer to `POST /api/verify`, whose body may have `level`, `since`, `until`, and `keys`: fingerprints. */
export type VerifyPart =
  /** How far it is: digests first, then bytes of the objects that they name. */
  | { readonly part: "progress"; readonly of: "digests" | "bytes"; readonly done: number; readonly total: number }
  | { readonly part: "finding"; readonly finding: Finding }
  /** The last one. */
  | { readonly part: "report"; readonly report: VerifyReportAnswer; readonly verified: Verified };

/** What `archive verify --json` prints. */
export interface VerifyReportAnswer {
  readonly verified: boolean;
  readonly level: "hashes" | "full";
  readonly streams: readonly VerifiedStreamAnswer[];
  readonly keys_given: readonly string[];
  readonly findings_total: number;
  /** The first of them. */
  readonly findings: readonly Finding[];
  readonly not_signed_total: number;
  readonly not_signed: readonly Unproven[];
  readonly plans_of_other_catalogue: number;
  readonly plans_not_compared: number;
  readonly elapsed_s: number;
}

export interface VerifiedStreamAnswer {
  readonly stream: string;
  readonly digests: number;
  readonly newest: { readonly sequence: number; readonly sha256: string; readonly until: string } | null;
  readonly keys: readonly string[];
  readonly objects: number;
  readonly size_bytes: number;
  readonly read_earlier_bytes: number;
  readonly lines: number;
}
