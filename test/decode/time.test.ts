/**
 * Goal: each sentence of the design about times holds. Method: tables, with `Date.parse` as the judge where it can be,
 * and properties over random instants.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFile, decodeMessage, PUBLISHED_AT } from "./decoded-line.ts";

/** Milliseconds of the line whose `time` is this JSON text; null where it does not parse. */
function timeOf(json: string): number | null {
  const [line] = decodeFile(`{"time":${json}}`);
  return line?.timeMs ?? null;
}

const at = (text: string) => Date.parse(text);
const DIGIT = fc.nat({ max: 9 }).map(String);

describe("text of date and time", () => {
  it.each([
    ["2020-09-14T00:00:07Z", "2020-09-14T00:00:07Z"],
    ["2020-09-14T00:00:07", "2020-09-14T00:00:07Z"],
    ["2020-09-14T00:00:07.1Z", "2020-09-14T00:00:07.100Z"],
    ["2020-09-14T00:00:07.12", "2020-09-14T00:00:07.120Z"],
    ["2020-09-14T00:00:07.123Z", "2020-09-14T00:00:07.123Z"],
    ["2020-09-14T00:00:07.123999999Z", "2020-09-14T00:00:07.123Z"],
    ["2020-09-14T23:59:59.9999999999999999999Z", "2020-09-14T23:59:59.999Z"],
    ["2020-09-14T00:00:07.0009Z", "2020-09-14T00:00:07.000Z"],
    ["2020-09-14T00:00:07.123456789+05:30", "2020-09-13T18:30:07.123Z"],
    ["2020-09-14T00:00:07-05:00", "2020-09-14T05:00:07Z"],
    ["2020-09-14T00:00:07+0530", "2020-09-13T18:30:07Z"],
    ["2020-09-14T00:00:07-05", "2020-09-14T05:00:07Z"],
    ["2020-09-14T00:00:07-00:00", "2020-09-14T00:00:07Z"],
    ["2020-09-14T00:00:07+23:59", "2020-09-13T00:01:07Z"],
    ["2020-09-14 00:00:07", "2020-09-14T00:00:07Z"],
    ["2020-09-14 00:00:07.5", "2020-09-14T00:00:07.500Z"],
    ["2020-09-14 00:00:06 +0000", "2020-09-14T00:00:06Z"],
    ["2020-09-14 00:00:06.250 -0130", "2020-09-14T01:30:06.250Z"],
    ["2020-09-14 00:00:06 +02:00", "2020-09-13T22:00:06Z"],
    ["2020-09-14T00:00:06 Z", "2020-09-14T00:00:06Z"],
    ["2020-09-14t00:00:06z", "2020-09-14T00:00:06Z"],
    ["2020-02-29T12:00:00Z", "2020-02-29T12:00:00Z"],
    ["2000-02-29T12:00:00Z", "2000-02-29T12:00:00Z"],
    ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z"],
    ["1999-12-31T23:00:00-01:00", "2000-01-01T00:00:00Z"],
    ["2099-12-31T23:59:59.999999Z", "2099-12-31T23:59:59.999Z"],
    ["2100-01-01T00:59:59+01:00", "2099-12-31T23:59:59Z"],
  ])("%s is %s", (text, expected) => {
    expect(timeOf(JSON.stringify(text))).toBe(at(expected));
  });

  it("may be written with escapes", () => {
    expect(timeOf('"2020\\u002d09-14T00:00:07.5\\u005a"')).toBe(at("2020-09-14T00:00:07.500Z"));
  });

  it.each(
    [
      ["2021-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2020-02-30T00:00:00Z", "2020-04-31T00:00:00Z"],
      ["2020-13-01T00:00:00Z", "2020-00-10T00:00:00Z", "2020-01-00T00:00:00Z", "2020-01-32T00:00:00Z"],
      ["2020-01-01T24:00:00Z", "2020-01-01T25:00:00Z", "2020-01-01T00:60:00Z", "2020-01-01T00:00:60Z"],
      ["2020-01-01T00:00:00+24:00", "2020-01-01T00:00:00+01:60", "2020-01-01T00:00:00+1", "2020-01-01T00:00:00+123"],
      ["2020-01-01T00:00:00.Z", "2020-01-01T00:00:00ZZ", "2020-01-01T00:00:00Z ", " 2020-01-01T00:00:00Z"],
      ["2020-01-01T00:00:00 ", "2020-01-01T00:00:00x", "2020-01-01T00:00:00.12x", "2020-01-01T00:00:00  +00:00"],
      [
        "2020-1-01T00:00:00Z",
        "2020-01-01X00:00:00Z",
        "2020/01/01T00:00:00Z",
        "2020-01-01T00.00.00Z",
        "2O20-01-01T00:00:00Z",
      ],
      ["1999-12-31T23:59:59Z", "2000-01-01T00:00:00+00:01", "2100-01-01T00:00:00Z", "2099-12-31T23:59:59-00:01"],
      ["0000-00-00T00:00:00Z", "+2020-01-01T00:00:00Z", "12020-01-01T00:00:00Z", "yesterday", "-", "2020-01-01"],
    ].flat(),
  )("%s is no time", (text) => {
    expect(timeOf(JSON.stringify(text))).toBe(null);
  });

  const instant = fc.integer({ min: at("2000-01-01T00:00:00Z"), max: at("2099-12-31T23:59:59.999Z") });

  it("is what Date makes of any instant, with any offset and any fraction behind the milliseconds", () => {
    const tail = fc.string({ unit: DIGIT, maxLength: 9 });
    const offset = fc.integer({ min: -23 * 60, max: 23 * 60 });
    const separators = fc.constantFrom(["T", ""], ["T", " "], [" ", ""], [" ", " "]);
    fc.assert(
      fc.property(instant, tail, offset, separators, fc.constantFrom(":", ""), (ms, more, minutes, [t, gap], colon) => {
        const local = new Date(ms + minutes * 60_000).toISOString();
        fc.pre(/^\d{4}-/.test(local));
        const [hh, mm] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const zone = `${minutes < 0 ? "-" : "+"}${String(hh).padStart(2, "0")}${colon}${String(mm).padStart(2, "0")}`;
        const text = `${local.slice(0, 10)}${t}${local.slice(11, 23)}${more}${gap}${zone}`;
        expect([text, timeOf(JSON.stringify(text))]).toEqual([text, ms]);
      }),
      { numRuns: 300 },
    );
  });

  it("is refused wherever Date finds no such day", () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(fc.integer({ min: 1998, max: 2102 }), part(14), part(33), (year, month, day) => {
        const date = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
        const ms = Date.UTC(year, month - 1, day, 7, 8, 9);
        const isDay = new Date(ms).toISOString().startsWith(date) && year >= 2000 && year < 2100;
        expect([date, timeOf(`"${date}T07:08:09Z"`)]).toEqual([date, isDay ? ms : null]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("numbers", () => {
  it.each([
    ["1600041604", 1600041604000],
    ["1600041604.0", 1600041604000],
    ["1600041604.5", 1600041604500],
    ["1600041604.123456", 1600041604123],
    ["1600041604.9999", 1600041604999],
    ["1600041604.9999999999999999", 1600041604999],
    ["1600041604.0009", 1600041604000],
    ["1600041604123", 1600041604123],
    ["1600041604123.999", 1600041604123],
    ["1.600041604e9", 1600041604000],
    ["1.6000416049999999999E+9", 1600041604999],
    ["16000416049999999999e-10", 1600041604999],
    ["1.600041604123e12", 1600041604123],
    ["946684800", 946684800000],
    ["946684800000", 946684800000],
    ["4102444799", 4102444799000],
    ["4102444799999", 4102444799999],
  ])("%s is %d", (text, expected) => {
    expect(timeOf(text)).toBe(expected);
    // A string of digits is a number.
    if (!/e/i.test(text)) expect(timeOf(`"${text}"`)).toBe(expected);
  });

  it.each(
    [
      [
        "0",
        "-1600041604",
        "946684799",
        "946684799.999",
        "946684799999",
        "4102444800",
        "4102444800000",
        "1e400",
        "1e9999",
      ],
      [
        "100000000000",
        "100000000000.5",
        "100000000001",
        "99999999999",
        "1600041604123456",
        "1e-400",
        "true",
        "[1600041604]",
      ],
      [
        '"0x5F5E1000"',
        '" 1600041604"',
        '"1600041604 "',
        '"1600041604."',
        '".5"',
        '"1,600,041,604"',
        '"1600041604s"',
        '"-1600041604"',
      ],
      ['"١٦٠٠٠٤١٦٠٤"', '{"seconds":1600041604}', '""', "null", "{}", '"Infinity"'],
    ].flat(),
  )("%s is no time", (text) => {
    expect(timeOf(text)).toBe(null);
  });

  it("keep leading zeros of a string, which stand for nothing", () => {
    expect(timeOf('"0000000001600041604.9999"')).toBe(1600041604999);
  });

  it("are cut to milliseconds, never rounded, for any instant", () => {
    const digits = fc.string({ unit: DIGIT, minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 946684800, max: 4102444799 }), digits, (seconds, fraction) => {
        const expected = seconds * 1000 + Number(`${fraction}000`.slice(0, 3));
        expect(timeOf(`${seconds}.${fraction}`)).toBe(expected);
        expect(timeOf(`${seconds}${fraction}e-${fraction.length}`)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe("sources of a time", () => {
  const entry = (payload: object, timestamp: unknown) => ({ logName: "x/logs/y", jsonPayload: payload, timestamp });
  const [A, B, C, D] = [1, 2, 3, 4].map((hour) => `2020-09-14T0${hour}:00:00.000Z`) as [string, string, string, string];

  it.each([
    ["time before timestamp", { time: A, timestamp: B, "@timestamp": C }, A],
    ["timestamp before @timestamp", { timestamp: B, "@timestamp": C }, B],
    ["@timestamp", { "@timestamp": C }, C],
    ["an absent one is passed over", { time: null, timestamp: "", "@timestamp": C }, C],
    ["what does not parse is passed over", { time: "2021-02-29T00:00:00Z", timestamp: 12, "@timestamp": C }, C],
    ["a year that cannot be is passed over", { time: "1999-12-31T23:59:59Z", timestamp: "2100-01-01T00:00:00Z" }, null],
    ["the record's before that of its LogEntry", entry({ time: A }, B), A],
    ["that of the LogEntry", entry({ a: 1 }, B), B],
    ["that of the LogEntry where the record's does not parse", entry({ time: "soon" }, B), B],
    ["none at all", entry({ a: 1 }, "soon"), null],
  ])("%s", (_name, record, expected) => {
    const text = JSON.stringify(record);
    expect(decodeFile(text)[0]?.timeMs).toBe(expected === null ? null : at(expected));
    // In a message the publish time is the last of them.
    expect(decodeMessage(text, { publishedAtMs: at(D) })[0]?.timeMs).toBe(at(expected ?? D));
  });

  it("are none but the line's: without any, a line of a file is no record", () => {
    expect(decodeFile('{"a":1}')[0]).toMatchObject({ reason: "no_time", timeMs: null });
    expect(decodeMessage('{"a":1}')[0]).toMatchObject({ reason: null, lane: "line", timeMs: at(PUBLISHED_AT) });
    expect(decodeMessage('{"a":1}', { publishedAtMs: null })[0]).toMatchObject({ reason: "no_time" });
  });
});
