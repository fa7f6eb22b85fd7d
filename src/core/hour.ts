import { HOUR_MS } from "./units.ts";

/** Filing hour of lines that have no time at all. No real line has it: valid times begin in the year 2000. */
export const UNDATED_HOUR = 0;

/** Behind the last filing hour: years have four digits in names. */
export const END_HOUR = Date.UTC(10_000, 0, 1) / HOUR_MS;

/** True for an hour that a line may be filed under. */
export function isFilingHour(hour: number): boolean {
  return hour >= UNDATED_HOUR && hour < END_HOUR;
}

/** Hours since 1970 of an instant in milliseconds since 1970. */
export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS);
}

/** `2020122209`, or `undated`: the form in object names. It sorts as time does. */
export function hourName(hour: number): string {
  if (hour === UNDATED_HOUR) return "undated";
  return new Date(hour * HOUR_MS).toISOString().slice(0, 13).replace(/[-T]/g, "");
}

/** The hour's start, `2020-12-22T09:00:00Z`, or `undated`: the form in output. */
export function hourText(hour: number): string {
  return hour === UNDATED_HOUR ? "undated" : `${new Date(hour * HOUR_MS).toISOString().slice(0, 19)}Z`;
}

/** The reverse of `hourName`; null where the text is no hour. */
export function parseHourName(name: string): number | null {
  // Manifests name thousands of objects, one after the other of the same hour.
  if (name !== last.name) last = { name, hour: hourOfName(name) };
  return last.hour;
}

/** What was read last. */
let last: { readonly name: string; readonly hour: number | null } = { name: "", hour: null };

function hourOfName(name: string): number | null {
  if (name === "undated") return UNDATED_HOUR;
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(name);
  if (match === null) return null;
  const [, year, month, day, hour] = match.map(Number) as [number, number, number, number, number];
  const time = new Date(Date.UTC(year, month - 1, day, hour));
  // It takes an hour 24 and a 30th of February too.
  const isSame =
    time.getUTCFullYear() === year &&
    time.getUTCMonth() === month - 1 &&
    time.getUTCDate() === day &&
    time.getUTCHours() === hour;
  // That hour has another name.
  return isSame && hourOf(time.getTime()) !== UNDATED_HOUR ? hourOf(time.getTime()) : null;
}

/** `YYYY-MM-DD` in UTC. */
export function dayName(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
