import type { Usage } from "../measuring/measure.ts";

/** One of those that do a job, side by side. */
export interface Entrant {
  readonly name: string;
  readonly version: string;
  /** Does the job, checks what came of it and removes that. Rejects where it failed or its output is wrong. */
  readonly run: () => Promise<Trial>;
}

/** One run of the job. */
export interface Trial {
  readonly usage: Usage;
  /** How the job is done, in a few words. */
  readonly way: string;
  /** Size of what it has written; null where it has sent it. */
  readonly storedBytes: number | null;
}
