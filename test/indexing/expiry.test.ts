/**
 * Goal: only indices end that logtally has made, and only when their day has been over for as long as they are kept.
 * Method: names and ages around each border, and names of others that look like ours.
 */
import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import { readDayIndex } from "../../src/indexing/day-index.ts";
import { expiryOf } from "../../src/indexing/expiry.ts";

const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
const made = (name: string, holds: string | null, ageMs = 100 * DAY_MS) => ({
  name,
  holds,
  createdAtMs: NOW_MS - ageMs,
});

/** Names of what goes, and of what stays without a note. */
function expired(indices: readonly ReturnType<typeof made>[], keepDays = 10, nowMs = NOW_MS) {
  const { expired: gone, unmarked } = expiryOf(indices, "tally", keepDays * DAY_MS, nowMs);
  return { gone: gone.map(({ name }) => name), unmarked };
}

describe("an index of a day", () => {
  it("ends when its day has been over for that long, whenever it was made", () => {
    const at = (day: string): string => `tally.logs-rails.api-${day}`;
    const indices = ["2026.11.26", "2026.11.25", "2026.11.16", "2026.11.15", "2026.11.14", "2020.01.01"].map((day) =>
      made(at(day), "logs", 0),
    );
    expect(expired(indices).gone).toEqual([at("2026.11.14"), at("2020.01.01")]);
    const midnight = Date.parse("2026-11-26T00:00:00Z");
    expect(expired(indices, 10, midnight).gone).toEqual([at("2026.11.15"), at("2026.11.14"), at("2020.01.01")]);
  });

  it("never ends today, however little is kept", () => {
    const today = made("tally.logs-shell-2026.11.25", "logs");
    for (const keepDays of [0, -100, 0.1]) expect(expired([today], keepDays).gone).toEqual([]);
    const endOfDay = NOW_MS + 12 * HOUR_MS - 1;
    expect(expired([today, made("tally.logs-shell-2026.11.24", "logs")], 0, endOfDay).gone).toEqual([]);
  });

  it("is one of lines, of the quarantine or of what workers tell, by its name and by the note in it", () => {
    const day = "2026.01.02";
    const ours = [
      made(`tally.logs-rails.api-${day}`, "logs"),
      made(`tally.quarantine-${day}`, "quarantine"),
      made(`tally.health-${day}`, "health"),
    ];
    expect(expired(ours).gone).toEqual(ours.map(({ name }) => name));
    const swapped = [made(`tally.logs-rails.api-${day}`, "quarantine"), made(`tally.health-${day}`, null)];
    expect(expired(swapped)).toEqual({ gone: [], unmarked: swapped.map(({ name }) => name) });
  });
});

it("an index of no day ends when it was made so long ago", () => {
  const old = made("tally.logs-shell-outside", "logs", 12 * DAY_MS);
  const young = made("tally.quarantine-outside", "quarantine", 9 * DAY_MS);
  expect(expired([old, young]).gone).toEqual(["tally.logs-shell-outside"]);
});

describe("a name that looks like ours", () => {
  it.each([
    "tally.logs-shell-2026.01.02-old",
    "tally.logs-shell-2026.02.30",
    "tally.logs-shell-2026.1.2",
    "tally.logs--2026.01.02",
    "tally.logs-2026.01.02",
    "tally.logs-x.logs-shell-2026.01.02",
    "xtally.logs-shell-2026.01.02",
    "tallyXlogs-shell-2026.01.02",
    "partial-tally.logs-shell-2026.01.02",
    "tally.counts-0123456789ab",
    "tally.replay-audit-2026.01.02",
    "tally.replay-logs-2026.01.02",
    "tally.quarantine-2026.01.02\n",
    "tally.health-shell-2026.01.02",
    "tally.quarantine-*",
  ])("is none: %j", (name) => {
    expect(readDayIndex("tally", name)).toBeNull();
    expect(expired([made(name, "logs"), made(name, "quarantine")])).toEqual({ gone: [], unmarked: [] });
  });
});
