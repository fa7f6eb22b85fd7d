/**
 * Goal: a line goes to the index of its log and day, whoever indexes it and when, and no line can make indices at will.
 * Method: times around each border, one by one.
 */
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/core/units.ts";
import { createIndexNames } from "../../src/indexing/index-name.ts";
import { publishedAt, sampleMeta } from "./archived-line.ts";

const RETENTION_DAYS = 30;
const names = createIndexNames({ prefix: "tally", retentionMs: RETENTION_DAYS * DAY_MS });
const at = (text: string): number => Date.parse(text);

/** Name of the index of a line of that time, published then. */
function logsAt(time: string | null, published: string | null): string {
  const timeMs = time === null ? null : at(time);
  return names.logs(
    sampleMeta({ timeMs, message: published === null ? null : publishedAt(at(published)), log: "sidekiq" }),
  );
}

describe("the index of a line", () => {
  it("is that of its log, on the day of its own time in UTC", () => {
    const published = "2020-12-23T00:00:01Z";
    expect(logsAt("2020-12-22T23:59:59.999Z", published)).toBe("tally.logs-sidekiq-2020.12.22");
    expect(logsAt("2020-12-23T00:00:00.000Z", published)).toBe("tally.logs-sidekiq-2020.12.23");
    expect(names.logs(sampleMeta({ log: "rails.api" }))).toBe("tally.logs-rails.api-2020.12.22");
  });

  it("is that of its day of publication where it has no time", () => {
    expect(logsAt(null, "2020-12-22T23:59:59.999Z")).toBe("tally.logs-sidekiq-2020.12.22");
    expect(logsAt(null, "2020-12-23T00:00:00Z")).toBe("tally.logs-sidekiq-2020.12.23");
  });

  it("is the one for all other days where it has neither", () => {
    expect(logsAt(null, null)).toBe("tally.logs-sidekiq-outside");
    const message = publishedAt(null);
    expect(names.logs(sampleMeta({ timeMs: null, message }))).toBe("tally.logs-rails.api-outside");
  });

  it.each([
    ["2020-11-22T00:00:00.000Z", "2020.11.22", "the first day that is kept"],
    ["2020-11-21T23:59:59.999Z", "outside", "the day before"],
    ["2020-12-23T23:59:59.999Z", "2020.12.23", "the day after publication"],
    ["2020-12-24T00:00:00.000Z", "outside", "the second day after it"],
    ["2000-01-01T00:00:00.000Z", "outside", "long ago"],
    ["2099-12-31T23:59:59.999Z", "outside", "in a far future"],
  ])("of %s, published at noon of 2020-12-22, is of %s: %s", (time, day) => {
    expect(logsAt(time, "2020-12-22T12:00:00Z")).toBe(`tally.logs-sidekiq-${day}`);
  });

  it("is the same at each hour of the day of publication: whole days are compared", () => {
    for (const published of ["2020-12-22T00:00:00.000Z", "2020-12-22T23:59:59.999Z"]) {
      expect(logsAt("2020-11-22T00:00:00Z", published)).toBe("tally.logs-sidekiq-2020.11.22");
      expect(logsAt("2020-11-21T23:59:59.999Z", published)).toBe("tally.logs-sidekiq-outside");
      expect(logsAt("2020-12-23T23:59:59.999Z", published)).toBe("tally.logs-sidekiq-2020.12.23");
      expect(logsAt("2020-12-24T00:00:00Z", published)).toBe("tally.logs-sidekiq-outside");
    }
  });

  it("is that of its day, however long ago, where nobody says when it was published", () => {
    expect(logsAt("2000-01-01T00:00:00Z", null)).toBe("tally.logs-sidekiq-2000.01.01");
    expect(logsAt("2099-12-31T00:00:00Z", null)).toBe("tally.logs-sidekiq-2099.12.31");
  });

  it("stays the same after more days than are remembered", () => {
    const years = Array.from({ length: 36_500 }, (_, day) => sampleMeta({ timeMs: Date.UTC(2000, 0, 1 + day) }));
    const before = years.map((meta) => names.logs(meta));
    expect(new Set(before).size).toBe(36_500);
    expect(before.at(-1)).toBe("tally.logs-rails.api-2099.12.06");
    expect(years.slice(0, 3000).map((meta) => names.logs(meta))).toEqual(before.slice(0, 3000));
  });
});

describe("the index of what is rejected", () => {
  it("has the same day, and no log", () => {
    expect(names.quarantine(sampleMeta({ message: publishedAt() }))).toBe("tally.quarantine-2020.12.22");
    expect(names.quarantine(sampleMeta({ timeMs: at("2001-01-01"), message: publishedAt() }))).toBe(
      "tally.quarantine-outside",
    );
    expect(names.quarantine(sampleMeta({ timeMs: null }))).toBe("tally.quarantine-outside");
  });
});
