import { UsageError } from "../../core/fault.ts";
import { SERVICE_PING_QUERY } from "../../counts/formats/service-ping.ts";
import { PERIODS, type PeriodName } from "../../counts/period.ts";
import type { Level } from "../../counts/reporting-policy.ts";
import type { Segment } from "../../counts/segment.ts";
import type { PipelineOptions } from "../settings.ts";
import type { AskedQuery } from "./question.ts";

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

/** What the command takes. */
export interface CountsOptions extends PipelineOptions, AskedOptions {
  readonly asOf?: string;
  readonly asOfDigest?: number;
  readonly catalogue?: string;
  readonly json?: true;
}

/** Writes an option, with a value or without, as whoever asks has to. */
export type Spelling = (option: keyof AskedOptions, value?: string) => string;

/** What would be asked for in vain: the option that it is about, and words for it with what to do. */
export interface VainOption {
  readonly option: keyof AskedOptions;
  readonly message: string;
}

type Refusals = Readonly<Partial<Record<keyof AskedOptions, string>>>;

/** Options that a format has no place or no use for, each with the hint. */
function refusedBy(format: Format, spelled: Spelling): Refusals {
  if (format === "prometheus") {
    return { days: `days would be labels without end: ${spelled("format", "parquet")} has them` };
  }
  if (format !== "service-ping") return {};
  return {
    by: "its metrics are totals: leave it out",
    event: "its metrics are of certain events: leave it out",
    period: "each of its metrics has its own period: leave it out",
    days: "none of its metrics is daily: leave it out",
    level: "its metrics are totals: leave it out",
  };
}

/** What is to be counted: what the format asks for by itself, else what the options say. */
export function askedCounts(options: AskedOptions): AskedQuery {
  const { format, by, level, event, period, days, sessions: withSessions } = options;
  if (format === "service-ping") return SERVICE_PING_QUERY;
  const periods = format === "prometheus" ? PERIODS.filter((each) => each !== "daily") : PERIODS;
  return { by, level, events: event ?? null, periods: period ?? periods, days, withSessions };
}

/** The first option that is asked for in vain; null where there is none. `given` are those that somebody gave. */
export function vainOption(options: AskedOptions, given: readonly string[], spelled: Spelling): VainOption | null {
  const { format, by, level } = options;
  if (options.evidence === true && format !== "table" && format !== "json") {
    const message = `list evidence as ${format}: it has no place for it (hint: ${spelled("format", "json")})`;
    return { option: "evidence", message };
  }
  for (const [name, hint] of Object.entries(refusedBy(format, spelled))) {
    const option = name as keyof AskedOptions;
    if (!given.includes(option)) continue;
    return { option, message: `print counts as ${format}: ${spelled(option)} has no meaning there (hint: ${hint})` };
  }
  const other = spelled("format", "parquet");
  if (format === "prometheus" && level === "identifiable" && (by === "user" || by === "session")) {
    const message =
      `print counts as prometheus: ${spelled("by", by)} at identifiable level would make a series of each ${by} ` +
      `(hint: ${spelled("level", "aggregate")}, or ${other})`;
    return { option: "by", message };
  }
  if (by === "session" && level === "identifiable" && !options.sessions) {
    const hint = `leave out ${spelled("sessions", "false")}`;
    const message = `count by session at identifiable level: not without sessions (hint: ${hint})`;
    return { option: "sessions", message };
  }
  if (format === "prometheus" && options.period?.includes("daily") === true) {
    const message =
      `print counts as prometheus: ${spelled("period", "daily")} would make a series of each day ` +
      `(hint: ${spelled("period", "7d")}, or ${other}, which has days)`;
    return { option: "period", message };
  }
  return null;
}

/** Throws `UsageError` for what standard output cannot take. */
export function refuseBytesOnTerminal(format: Format, isTerminal: boolean): void {
  if (format !== "parquet" || !isTerminal) return;
  throw new UsageError(
    "print counts as parquet: it is no text, and standard output is a terminal (hint: > counts.parquet)",
  );
}

const asOption: Spelling = (option, value) => {
  if (option === "sessions") return "--no-sessions";
  return value === undefined ? `--${option}` : `--${option} ${value}`;
};

/**
 * Refuses what would be asked for in vain. `given` are the options that somebody gave, without dashes. Throws
 * `UsageError`.
 */
export function checkFormatOptions(options: AskedOptions, given: readonly string[], isTerminal: boolean): void {
  refuseBytesOnTerminal(options.format, isTerminal);
  const vain = vainOption(options, given, asOption);
  if (vain !== null) throw new UsageError(vain.message);
}
