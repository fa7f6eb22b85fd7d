import { type CodeWords, IoError, UsageError } from "../../core/fault.ts";

export const EXIT_OK = 0;
/** It ran, and the answer is "not right". */
export const EXIT_NOT_RIGHT = 1;
export const EXIT_USAGE = 2;
export const EXIT_STORE = 3;
export const EXIT_INTERRUPTED = 130;

/** In the order of the codes; for the help and docs/reference. */
export const EXIT_WORDS: readonly (CodeWords & { readonly code: number })[] = [
  { code: EXIT_OK, meaning: "done", advice: "Nothing." },
  {
    code: EXIT_NOT_RIGHT,
    meaning: 'it ran, and the answer is "not right"; or a fault of the program',
    advice: "Read what was printed. A fault of the program says so: please report it with what follows.",
  },
  {
    code: EXIT_USAGE,
    meaning: "bad usage or configuration, or a missing input",
    advice:
      "Read the message: it names the option, or the file and line, and what to do. A missing input is a file, or an " +
      "archive.",
  },
  {
    code: EXIT_STORE,
    meaning: "a store or service refused, stayed away, is full or cannot be trusted",
    advice: "Read the message: it names what failed, and the kinds of failure are below.",
  },
  {
    code: EXIT_INTERRUPTED,
    meaning: "interrupted",
    advice: "What it says it did is done; run it again for all of it. A second signal leaves at once.",
  },
];

/** Errors that are the world's fault or the user's, and not the program's. */
export function isToldError(error: unknown): error is UsageError | IoError {
  return error instanceof UsageError || error instanceof IoError;
}

export function exitCodeOf(error: UsageError | IoError): number {
  return error instanceof UsageError ? EXIT_USAGE : EXIT_STORE;
}
