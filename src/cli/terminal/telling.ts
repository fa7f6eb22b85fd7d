import { createProgress, type Progress } from "./progress.ts";
import { tell } from "./tell.ts";

/** Hears what has to be known beside an answer, and how far the work on it is. */
export interface Telling {
  readonly tell: (sentence: string) => void;
  /** The total in bytes. */
  readonly startProgress: (what: string, totalBytes: number) => Progress;
}

/** Of a command. */
export const ON_TERMINAL: Telling = { tell, startProgress: createProgress };
