import assert from "node:assert/strict";
import { epochHasFraction, hasFraction, parseDateTime, parseEpoch } from "../../../src/decode/time.ts";
import type { FuzzTarget } from "../target.ts";

const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)? ?(.*)$/s;
const OFFSET = /^(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)$/;

function inRange(timeMs: number): number {
  return timeMs >= EARLIEST_MS && timeMs < LATEST_MS ? timeMs : Number.NaN;
}

/** The same by patterns and the calendar of `Date`. */
function expectedDateTime(text: string): number {
  const match = DATE_TIME.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hours, minutes, seconds, fraction = "", offset = ""] = match;
  const midnightMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = `${year}-${month}-${day}`;
  if (Number.isNaN(midnightMs) || new Date(midnightMs).toISOString().slice(0, 10) !== date) return Number.NaN;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return Number.NaN;
  const east = OFFSET.exec(offset);
  // A space alone is no offset.
  if (offset === "" ? text.endsWith(" ") : east === null) return Number.NaN;
  const [, sign, eastHours = "0", eastMinutes = "0"] = east ?? [];
  if (Number(eastHours) > 23 || Number(eastMinutes) > 59) return Number.NaN;
  const eastMs = (sign === "-" ? -1 : 1) * (Number(eastHours) * 60 + Number(eastMinutes)) * 60_000;
  const ofDayMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return inRange(midnightMs + ofDayMs + Number(fraction.slice(1, 4).padEnd(3, "0")) - eastMs);
}

/** The same by whole numbers of any size, in thousandths; NaN for what is no number without a sign. */
function expectedEpoch(text: string): number {
  const match = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (match === null) return Number.NaN;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const scale = 1100;
  const shift = Number(exponent) - fraction.length + scale;
  const value = BigInt(whole + fraction) * 10n ** BigInt(Math.max(shift, 0));
  const one = 10n ** BigInt(scale);
  if (shift < 0) return Number.NaN;
  const isMs = value > 10n ** 11n * one;
  return inRange(Number(isMs ? value / one : (value * 1000n) / one));
}

export const time: FuzzTarget = {
  name: "time",
  holds: "dates, times and epochs, against patterns and the calendar of the engine",
  covers: ["src/decode/time.ts"],
  seeds: () =>
    [
      [
        "2020-12-22T09:00:00.123Z",
        "2020-12-22 09:00:00 +0100",
        "2020-02-29t23:59:59.9999999-02:30",
        "2000-01-01T00:00:00",
      ],
      ["2099-12-31T23:59:59.999+00", "1608627600", "1608627600.123456", "1608627600123", "1.608627600123e12", "1e11"],
    ]
      .flat()
      .map((text) => Buffer.from(text)),
  words:
    "T Z z t +01:00 -23:59 +24 -0130 .0 .9999 :60 24: 02-29 02-30 2000 2100 1999 12-31 e9 E+11 100000000000 1e11".split(
      " ",
    ),
  mostBytes: 120,
  check(input) {
    const text = input.toString("latin1");
    // Something behind the end must not be read.
    const room = Buffer.concat([Buffer.from("9"), input, Buffer.from("00:00Z")]);
    const found = parseDateTime(room, 1, 1 + input.length);
    assert.equal(found, expectedDateTime(text));
    if (!Number.isNaN(found)) assert.equal(hasFraction(room, 1, 1 + input.length), text[19] === ".");
    const epochMs = parseEpoch(text);
    assert.equal(epochMs, expectedEpoch(text));
    // A fraction of a second is never hidden: an epoch of whole seconds has none.
    if (!Number.isNaN(epochMs) && epochMs % 1000 !== 0) assert.equal(epochHasFraction(text), true);
  },
};
