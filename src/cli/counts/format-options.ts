import { UsageError } from "../../core/fault.ts";
import type { CountQuery } from "../../counts/cube.ts";
import { SERVICE_PING_QUERY } from "../../counts/formats/service-ping.ts";
import { PERIODS } from "../../counts/period.ts";
import type { CountsOptions } from "./counts.ts";

type Format = CountsOptions["format"];

/** Options that a format has no place or no use for, each with the hint. */
const REFUSED: Readonly<Partial<Record<Format, Readonly<Record<string, string>>>>> = {
  "service-ping": {
    by: "its metrics are totals: leave it out",
    event: "its metrics are of certain events: leave it out",
    period: "each of its metrics has its own period: leave it out",
    days: "none of its metrics is daily: leave it out",
    level: "its metrics are totals: leave it out",
  },
  prometheus: { days: "days would be labels without end: --format parquet has them" },
};

/** What is to be counted: what the format asks for by itself, else what the options say. */
export function askedCounts(options: CountsOptions): Omit<CountQuery, "asOf"> {
  const { format, by, level, event, period, days, sessions: withSessions } = options;
  if (format === "service-ping") return SERVICE_PING_QUERY;
  const periods = format === "prometheus" ? PERIODS.filter((each) => each !== "daily") : PERIODS;
  return { by, level, events: event ?? null, periods: period ?? periods, days, withSessions };
}

/**
 * Refuses what would be asked for in vain. `given` are the options that somebody gave, without dashes. Throws
 * `UsageError`.
 */
export function checkFormatOptions(options: CountsOptions, given: readonly string[], isTerminal: boolean): void {
  const { format } = options;
  if (format === "parquet" && isTerminal) {
    throw new UsageError(
      "print counts as parquet: it is no text, and standard output is a terminal (hint: > counts.parquet)",
    );
  }
  if (options.evidence === true && format !== "table" && format !== "json") {
    throw new UsageError(`list evidence as ${format}: it has no place for it (hint: --format json)`);
  }
  for (const [name, hint] of Object.entries(REFUSED[format] ?? {})) {
    if (given.includes(name))
      throw new UsageError(`print counts as ${format}: --${name} has no meaning there (hint: ${hint})`);
  }
  const { by, level } = options;
  if (format === "prometheus" && level === "identifiable" && (by === "user" || by === "session")) {
    throw new UsageError(
      `print counts as prometheus: --by ${by} at identifiable level would make a series of each ${by} ` +
        "(hint: --level aggregate, or --format parquet)",
    );
  }
  if (by === "session" && level === "identifiable" && !options.sessions) {
    throw new UsageError(
      "count by session at identifiable level: not without sessions (hint: leave out --no-sessions)",
    );
  }
  if (format === "prometheus" && options.period?.includes("daily") === true) {
    throw new UsageError(
      "print counts as prometheus: --period daily would make a series of each day " +
        "(hint: --period 7d, or --format parquet, which has days)",
    );
  }
}
