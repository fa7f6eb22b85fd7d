const UNITS = [
  ["year", 365 * 86_400_000],
  ["day", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** `4 s`, `2.5 h`, `3 days`: a span of time as people say it; a part of a second counts as none. */
export function durationText(ms: number): string {
  for (const [unit, unitMs] of UNITS) {
    if (ms < unitMs) continue;
    const value = ms / unitMs;
    const text = value < 10 && unit !== "s" ? value.toFixed(1).replace(/\.0$/, "") : String(Math.floor(value));
    const isWord = unit === "year" || unit === "day";
    return `${text} ${unit}${isWord && text !== "1" ? "s" : ""}`;
  }
  return "0 s";
}

/** `4 s ago`; both RFC 3339, by the clock of the server: that of a browser may go wrong. */
export function agoText(time: string, now: string): string {
  return `${durationText(Math.max(Date.parse(now) - Date.parse(time), 0))} ago`;
}

/** `1.5 s` below ten seconds, where tenths matter; else as `durationText`. */
export function shortDurationText(ms: number): string {
  return ms < 10_000 ? `${(Math.max(ms, 0) / 1000).toFixed(1)} s` : durationText(ms);
}

/** `0`, `0.4`, `12`, `3,400`: so many in a second. */
export function rateText(perSecond: number): string {
  if (perSecond === 0) return "0";
  if (perSecond < 0.05) return "under 0.1";
  return perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en-US");
}
