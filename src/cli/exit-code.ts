import { IoError, UsageError } from "../core/fault.ts";

export const EXIT_OK = 0;
/** It ran, and the answer is "not right". */
export const EXIT_NOT_RIGHT = 1;
export const EXIT_USAGE = 2;
export const EXIT_STORE = 3;
export const EXIT_INTERRUPTED = 130;

/** The exit code for an error that is the world's fault or the user's; null for a fault of the program. */
export function exitCodeOf(error: unknown): number | null {
  if (error instanceof UsageError) return EXIT_USAGE;
  return error instanceof IoError ? EXIT_STORE : null;
}
