import type { PeriodName } from "../../counts/period.ts";
import type { Level } from "../../counts/reporting-policy.ts";
import type { Segment } from "../../counts/segment.ts";

export const FORMATS = ["table", "json", "csv", "parquet", "prometheus", "service-ping"] as const;

export type Format = (typeof FORMATS)[number];

export const DEFAULT_DAYS = 28;
/** The century of valid times. */
export const MOST_DAYS = 36_525;

/** What may be asked of counts, on a command line or by a report. */
export interface AskedOptions {
  readonly by: Segment;
  readonly level: Level;
  readonly event?: readonly string[];
  readonly period?: readonly PeriodName[];
  readonly days: number;
  readonly sessions: boolean;
  readonly format: Format;
  readonly evidence?: true;
}

/** Writes an option, with a value or without, as whoever asks has to. */
export type Spelling = (option: keyof AskedOptions, value?: string) => string;
