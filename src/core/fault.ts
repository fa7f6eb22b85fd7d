/** What a code stands for, in the words of messages and of docs/reference. */
export interface CodeWords {
  /** What is so where the code is given; no sentence, no full stop. */
  readonly meaning: string;
  /** What to do, and what else is good to know, in whole sentences. */
  readonly advice: string;
}

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

/** Each reads behind "the line is". */
export const QUARANTINE_WORDS: Readonly<Record<QuarantineReason, CodeWords>> = {
  not_json: {
    meaning: "text, or broken or cut JSON",
    advice: "Where there are many, the input is no NDJSON: read the files whose names end in _json.log.",
  },
  not_object: {
    meaning: "JSON, but no object",
    advice: "No log of GitLab has such lines: look for what else writes to the input.",
  },
  not_utf8: {
    meaning: "not valid UTF-8",
    advice: "Look for what writes another encoding, or cuts lines in the middle of a character.",
  },
  too_deep: {
    meaning: "nested deeper than limits.max_depth",
    advice:
      "The record's own object is 1; a log entry around it is not counted. Raise the limit if such lines are genuine.",
  },
  too_large: {
    meaning: "longer than limits.max_line_bytes",
    advice:
      "Raise the limit if such lines are genuine. A line of a file beyond 8 MiB comes in pieces of that size, and each " +
      "counts.",
  },
  bad_compression: {
    meaning: "a message or file that does not decompress, or has bytes behind its end",
    advice:
      "Fetch the file again, or look at what sent the message. Lines of a file as far as it did decompress are lines; " +
      "the file as it is follows.",
  },
  unknown_compression: {
    meaning: "a message with an unknown compression_algorithm",
    advice: "Have its sender use zlib, gzip or zstd.",
  },
  inflate_limit: {
    meaning: "a message that decompresses to more than limits.max_inflated_bytes",
    advice: "Raise the limit if such messages are genuine, or have their sender put less into each.",
  },
  no_time: {
    meaning: "a JSON object without any time",
    advice: "Have its writer add time, timestamp or @timestamp.",
  },
};

/** What can go wrong with a store, a file or a service. */
export const IO_CODES = ["not_found", "denied", "full", "corrupt", "unavailable"] as const;

export type IoCode = (typeof IO_CODES)[number];

export const IO_WORDS: Readonly<Record<IoCode, CodeWords>> = {
  not_found: {
    meaning: "an object or file is not there",
    advice: "It was moved or removed while it was in use: check the path, and what else works on the archive.",
  },
  denied: {
    meaning: "the system, or a rule of the archive, does not allow it",
    advice:
      "Give the user that runs this the right to read what the message names, or to write there; check that the path " +
      "names a folder.",
  },
  full: {
    meaning: "the disk, a quota, or the memory for counting is used up",
    advice: "Free some space and run again: what was archived is valid.",
  },
  corrupt: {
    meaning: "what is stored is not what was written",
    advice: "The message names it: restore it from a copy. Nothing of it is shown or counted.",
  },
  unavailable: {
    meaning: "a store or a service does not answer, or fails in any other way",
    advice: "Read the message of the system in it, and run again: running again is safe.",
  },
};

/** Of an error that users see; where several things are wrong, a line for each. */
type Told = string | readonly string[];

function linesOf(message: Told): readonly string[] {
  return typeof message === "string" ? [message] : message;
}

/**
 * A store, a file or a service failed. Thrown by back ends and by readers of stored objects; the command
 * line turns it into exit code 3 (2 for a missing input).
 */
export class IoError extends Error {
  readonly code: IoCode;
  readonly lines: readonly string[];

  constructor(code: IoCode, message: Told, options?: ErrorOptions) {
    super(linesOf(message).join("\n"), options);
    this.name = "IoError";
    this.code = code;
    this.lines = linesOf(message);
  }
}

/** True for what is wrong with an object, and not with its store. */
export function isOfObject(error: unknown): error is IoError {
  return error instanceof IoError && (error.code === "corrupt" || error.code === "not_found");
}

/** The user asked for something that cannot be: wrong setting, wrong option, missing input. Exit code 2. */
export class UsageError extends Error {
  readonly lines: readonly string[];
  /** Whether others may yet bring what is missing, so that who goes on until he is stopped can wait for it. */
  readonly mayCome: boolean;

  constructor(message: Told, { mayCome = false, ...options }: ErrorOptions & { readonly mayCome?: boolean } = {}) {
    super(linesOf(message).join("\n"), options);
    this.name = "UsageError";
    this.lines = linesOf(message);
    this.mayCome = mayCome;
  }
}
