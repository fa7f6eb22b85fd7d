import type { Prices } from "./price.ts";

/** What is to be sized. */
export interface Deployment {
  /** On the average of a day. */
  readonly linesPerSecond: number;
  readonly lineBytes: number;
  /** A busy hour has so many times the average. */
  readonly peak: number;
  /** Each with a topic, a pipeline and a stream of its own. */
  readonly logs: number;
  /** Who do something on a day. */
  readonly users: number;
  /** How long the index keeps documents; 0 where there is none. */
  readonly retentionDays: number;
  /** How long the archive is kept. */
  readonly keepYears: number;
  /** When a batch closes. */
  readonly batch: { readonly maxLines: number; readonly maxBytes: number; readonly maxAgeMs: number };
  /** What a core of the machine archives: all other figures of CPU time follow. */
  readonly linesPerCpuSecond: number;
  /** Of the vault, in lower case: `coldline`. */
  readonly storageClass: string;
  /** Segments are `standard` for so many days, and then moved into their class by a rule of the bucket; 0: at once. */
  readonly coldAfterDays: number;
  readonly prices: Prices;
}

export const DAY_SECONDS = 86_400;
export const HOUR_SECONDS = 3600;
export const DAYS_PER_YEAR = 365.25;
export const DAYS_PER_MONTH = DAYS_PER_YEAR / 12;
/** Of a core: what is left is for catching up, and for other machines. */
export const MOST_LOAD = 0.7;
