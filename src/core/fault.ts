/**
 * Why a line is kept in quarantine instead of being read. A closed list: the codes are metric labels,
 * columns of the ledger and words in the documentation.
 */
export const QUARANTINE_REASONS = [
  "not_json",
  "not_object",
  "not_utf8",
  "too_deep",
  "too_large",
  "bad_compression",
  "unknown_compression",
  "inflate_limit",
  "no_time",
] as const;

export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** What can go wrong with a store, a file or a service. */
export const IO_CODES = ["not_found", "denied", "full", "corrupt", "unavailable"] as const;

export type IoCode = (typeof IO_CODES)[number];

/**
 * A store, a file or a service failed. Thrown by back ends and by readers of stored objects; the command
 * line turns it into exit code 3 (2 for a missing input).
 */
export class IoError extends Error {
  readonly code: IoCode;

  constructor(code: IoCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "IoError";
    this.code = code;
  }
}

/** The user asked for something that cannot be: wrong setting, wrong option, missing input. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UsageError";
  }
}
