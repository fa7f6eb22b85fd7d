/** Goal: a line's hour and lane follow from its time and its publish time alone. Method: tables around each border. */
import { describe, expect, it } from "vitest";
import { UNDATED_HOUR } from "../../src/core/hour.ts";
import { decodeFile, decodeMessage, dumpOf } from "./decoded-line.ts";

const HOUR_MS = 3_600_000;
const PUBLISHED = "2020-09-14T09:30:00.000Z";
const HOUR = Math.floor(Date.parse(PUBLISHED) / HOUR_MS);
const lineOf = (time: string) => `{"time":"${time}"}`;
const shifted = (ms: number) => new Date(Date.parse(PUBLISHED) + ms).toISOString();

describe("the filing hour of a message's line", () => {
  it.each([
    ["its own, long before the publish time", -400 * 24 * HOUR_MS, "line", HOUR - 400 * 24],
    ["its own, just before an hour's end", 30 * 60_000 - 1, "line", HOUR],
    ["its own, at an hour's begin", 30 * 60_000, "line", HOUR + 1],
    ["its own, an hour after the publish time", HOUR_MS, "line", HOUR + 1],
    ["the publish hour, a millisecond later", HOUR_MS + 1, "future", HOUR],
    ["the publish hour, years later", 1000 * 24 * HOUR_MS, "future", HOUR],
  ])("is %s", (_name, ms, lane, hour) => {
    const time = shifted(ms);
    const expected = { lane, hour, timeMs: Date.parse(time), reason: null };
    expect(decodeMessage(lineOf(time), { publishedAtMs: Date.parse(PUBLISHED) })).toMatchObject([expected]);
    expect(decodeFile(dumpOf(lineOf(time), { publishTime: PUBLISHED }))).toMatchObject([expected]);
  });

  it("does not round: less than a millisecond after the hour is not after it", () => {
    const late = lineOf("2020-09-14T10:30:00.0009Z");
    expect(decodeFile(dumpOf(late, { publishTime: PUBLISHED }))).toMatchObject([{ lane: "line" }]);
    const early = dumpOf(lineOf("2020-09-14T10:30:00.001Z"), { publishTime: "2020-09-14T09:30:00.000999Z" });
    expect(decodeFile(early)).toMatchObject([{ lane: "future", hour: HOUR }]);
  });

  it("is its own without a publish time: nothing is future then", () => {
    const lines = [
      ...decodeMessage(lineOf("2099-12-31T23:59:59Z"), { publishedAtMs: null }),
      ...decodeFile(dumpOf(lineOf("2099-12-31T23:59:59Z"), { publishTime: undefined })),
      ...decodeFile(lineOf("2099-12-31T23:59:59Z")),
    ];
    const hour = Date.parse("2100-01-01T00:00:00Z") / HOUR_MS - 1;
    expect(lines).toMatchObject([1, 2, 3].map(() => ({ lane: "line", hour })));
  });

  it("is the publish hour without a time of its own", () => {
    const lines = decodeMessage('{"a":1}\ntext\n[1]', { publishedAtMs: Date.parse(PUBLISHED) });
    expect(lines.map((line) => [line.lane, line.hour])).toEqual([
      ["line", HOUR],
      ["quarantine", HOUR],
      ["quarantine", HOUR],
    ]);
  });

  it("of a wrapped record is the publish hour, where its time is far ahead", () => {
    const ahead = `{\n"time":"${shifted(2 * HOUR_MS)}"}`;
    expect(decodeMessage(ahead, { publishedAtMs: Date.parse(PUBLISHED) })).toMatchObject([
      { lane: "wrapped", hour: HOUR },
    ]);
  });

  it("follows the entry's time where the line has none", () => {
    const entry = (timestamp: string) => JSON.stringify({ logName: "p/logs/x", timestamp, jsonPayload: { a: 1 } });
    expect(decodeMessage(entry(shifted(HOUR_MS)), { publishedAtMs: Date.parse(PUBLISHED) })).toMatchObject([
      { lane: "line", hour: HOUR + 1 },
    ]);
    expect(decodeMessage(entry(shifted(HOUR_MS + 1)), { publishedAtMs: Date.parse(PUBLISHED) })).toMatchObject([
      { lane: "future", hour: HOUR },
    ]);
  });
});

describe("the filing hour of a file's line", () => {
  it("is that of its time, else undated", () => {
    const lines = decodeFile(`${lineOf("2020-09-14T09:59:59.999Z")}\n${lineOf("2020-09-14T10:00:00Z")}\n{}\ntext`);
    expect(lines.map((line) => line.hour)).toEqual([HOUR, HOUR + 1, UNDATED_HOUR, UNDATED_HOUR]);
  });

  it("is counted in UTC", () => {
    expect(decodeFile(lineOf("2020-09-14T00:10:00.5+05:30"))[0]?.hour).toBe(
      Date.parse("2020-09-13T18:00:00Z") / HOUR_MS,
    );
  });
});
