import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../core/units.ts";

/** Valid times lie in `[2000-01-01, 2100-01-01)`. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
/** Numbers above are milliseconds, others seconds. */
const LARGEST_SECONDS = 1e11;

const ZERO = 0x30;
const DATE_TIME_LENGTH = 19;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The value of the two digits at `at`; NaN where they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Days since 1970 of a calendar date between 2000 and 2099 (± a day); NaN for what no calendar has. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = (DAYS_OF_MONTH[month - 1] ?? 0) + (leap && month === 2 ? 1 : 0);
  if (day > length) return Number.NaN;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477;
  const leapDayThisYear = leap && month > 2 ? 1 : 0;
  return (year - 1970) * 365 + leapDays + (DAYS_BEFORE_MONTH[month - 1] ?? 0) + leapDayThisYear + day - 1;
}

/**
 * Minutes east of UTC of the offset in `[at, end)`: nothing, `Z`, `+hh`, `+hhmm` or `+hh:mm`, a space before it
 * allowed. NaN where it is none.
 */
function offsetMinutes(bytes: Uint8Array, at: number, end: number): number {
  if (at === end) return 0;
  if (bytes[at] === 0x20) at += 1;
  const sign = bytes[at];
  if ((sign === 0x5a || sign === 0x7a) && at + 1 === end) return 0;
  if (sign !== 0x2b && sign !== 0x2d) return Number.NaN;
  const hours = twoDigits(bytes, at + 1);
  const minutesAt = bytes[at + 3] === 0x3a ? at + 4 : at + 3;
  const minutes = at + 3 === end ? 0 : minutesAt + 2 === end ? twoDigits(bytes, minutesAt) : Number.NaN;
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return (sign === 0x2d ? -1 : 1) * (hours * 60 + minutes);
}

/** True where the bytes of a date and time carry a fraction of a second. */
export function hasFraction(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start + DATE_TIME_LENGTH + 1 && bytes[start + DATE_TIME_LENGTH] === 0x2e;
}

/**
 * Milliseconds since 1970 of `YYYY-MM-DD`, `T` or a space, `HH:MM:SS`, an optional fraction, an optional offset.
 * Digits beyond milliseconds are cut, never rounded. NaN for anything else, for what no calendar has, and outside
 * the years 2000 to 2099.
 */
export function parseDateTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < DATE_TIME_LENGTH) return Number.NaN;
  if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return Number.NaN;
  const separator = bytes[start + 10];
  if (separator !== 0x54 && separator !== 0x20 && separator !== 0x74) return Number.NaN;
  if (bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) return Number.NaN;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const days = daysSinceEpoch(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8));
  const hours = twoDigits(bytes, start + 11);
  const minutes = twoDigits(bytes, start + 14);
  const seconds = twoDigits(bytes, start + 17);
  if (!(hours <= 23 && minutes <= 59 && seconds <= 59)) return Number.NaN;
  let at = start + DATE_TIME_LENGTH;
  let milliseconds = 0;
  if (bytes[at] === 0x2e && at < end) {
    at += 1;
    const first = at;
    for (let weight = 100; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      milliseconds += digit * weight;
      weight = weight === 1 || weight === 0 ? 0 : weight / 10;
    }
    if (at === first) return Number.NaN;
  }
  const east = offsetMinutes(bytes, at, end);
  const timeMs = days * DAY_MS + hours * HOUR_MS + (minutes - east) * MINUTE_MS + seconds * SECOND_MS + milliseconds;
  return inRange(timeMs);
}

/**
 * Milliseconds since 1970 of a number of seconds or, above 10^11, of milliseconds; exact for decimal text, which a
 * float is not. NaN for anything else and outside the years 2000 to 2099.
 */
export function parseEpoch(text: string): number {
  const match = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (match === null) return Number.NaN;
  const digits = (match[1] ?? "") + (match[2] ?? "");
  const point = (match[1] ?? "").length + Number(match[3] ?? 0);
  const whole = Number(digits.slice(0, Math.max(point, 0)).padEnd(point, "0"));
  const fraction = point < 0 ? "" : digits.slice(point);
  if (whole > LARGEST_SECONDS || (whole === LARGEST_SECONDS && /[1-9]/.test(fraction))) return inRange(whole);
  return inRange(whole * SECOND_MS + Number(fraction.slice(0, 3).padEnd(3, "0")));
}

/** True where an epoch says more than the whole second. */
export function epochHasFraction(text: string): boolean {
  if (Number(text) > LARGEST_SECONDS) return true;
  return /e/i.test(text) ? Number(text) % 1 !== 0 : text.includes(".");
}

function inRange(timeMs: number): number {
  return timeMs >= EARLIEST_MS && timeMs < LATEST_MS ? timeMs : Number.NaN;
}
