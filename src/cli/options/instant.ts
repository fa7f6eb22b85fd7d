import { InvalidArgumentError } from "commander";
import { dayName } from "../../core/hour.ts";
import { SPAN_UNITS } from "./span-units.ts";

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** A parser of instants for `--since` and `--until`: RFC 3339, a day, or so long ago (`2h`, `7d`); milliseconds. */
export function instantBefore(nowMs: number): (value: string) => number {
  return (written) => {
    // As `psql` and many a log print it.
    const value = written.replace(/^(\S{10}) (?=\d)/, "$1T");
    const ago = /^(\d{1,6})([smhd])$/.exec(value);
    if (ago !== null) return nowMs - Number(ago[1]) * (SPAN_UNITS[ago[2] ?? ""] ?? 0);
    const isUtc = value.length > "YYYY-MM-DD".length && !/(Z|[+-]\d\d:\d\d)$/.test(value);
    const timeMs = DATE.test(value) ? Date.parse(isUtc ? `${value}Z` : value) : Number.NaN;
    // `Date.parse` takes a 30th of February too.
    const midnightMs = Date.parse(value.slice(0, "YYYY-MM-DD".length));
    if (!Number.isNaN(timeMs) && value.startsWith(dayName(midnightMs))) return timeMs;
    throw new InvalidArgumentError("It must be a time (2020-12-22T09:00:00Z), a day (2020-12-22), or 2h, 7d ago.");
  };
}
