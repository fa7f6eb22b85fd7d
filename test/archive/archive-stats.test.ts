/**
 * Goal: the figures of a day are those of its lines, and what is not sealed is told apart.
 * Method: small archives in memory, sealed in part, with late lines; sums by hand.
 */
import { expect, it } from "vitest";
import { readArchiveStats } from "../../src/archive/archive-stats.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { IoError } from "../../src/core/fault.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import { SAMPLE_MS, sampleLine } from "../segment/sample-line.ts";
import { putObject } from "./sample-archive.ts";
import { storeWithout } from "./sample-vault.ts";
import { seal } from "./seal/sealing.ts";

const ALL = (): boolean => true;

it("adds up the plans of each day, and last what is not sealed", async () => {
  const store = createMemoryStore();
  const lines = [0, HOUR_MS, DAY_MS].map((ms) => sampleLine(`at ${ms}`, { timeMs: SAMPLE_MS + ms }));
  const bad = sampleLine("bad", { lane: "quarantine", reason: "not_json", timeMs: SAMPLE_MS });
  await putObject(store, [...lines, bad, sampleLine("undated", { timeMs: null })], {});
  await seal(store, { spanHours: 1 });
  await putObject(store, [sampleLine("late", { timeMs: SAMPLE_MS + 2 })], { sequence: 2 });
  await seal(store, { spanHours: 1 });
  await putObject(store, [sampleLine("new", { timeMs: SAMPLE_MS + 5 })], { sequence: 3 });
  const days = await readArchiveStats(store, ALL);
  const common = { stream: "local" };
  expect(days).toMatchObject([
    { ...common, day: "2020-12-22", segments: 3, lines: 4, lanes: { line: 3, quarantine: 1 }, quarantined: 1 },
    { ...common, day: "2020-12-23", segments: 1, lines: 1, rawBytes: "at 86400000\n".length, quarantined: 0 },
    { ...common, day: "undated", segments: 1, lines: 1, firstTimeMs: null, lastTimeMs: null },
    { ...common, day: null, segments: 1, lines: 1, lanes: null, quarantined: null, firstTimeMs: SAMPLE_MS + 5 },
  ]);
  expect([days[0]?.firstTimeMs, days[0]?.lastTimeMs]).toEqual([SAMPLE_MS, SAMPLE_MS + HOUR_MS]);
  let stored = 0;
  for await (const { name, sizeBytes } of store.list("vault/")) stored += name.endsWith(".zst") ? sizeBytes : 0;
  expect(days.slice(0, 3).reduce((sum, { storedBytes }) => sum + storedBytes, 0)).toBe(stored);
});

it("keeps to the hours that are asked for, and to each stream", async () => {
  const store = createMemoryStore();
  for (const stream of ["b", "a"])
    await putObject(store, [sampleLine(stream), sampleLine("x", { timeMs: null })], { stream });
  const days = await readArchiveStats(store, (first) => first > 0);
  expect(days).toEqual([]);
  expect((await readArchiveStats(store, ALL)).map(({ stream, lines }) => [stream, lines])).toEqual([
    ["a", 2],
    ["b", 2],
  ]);
});

it.each([".ndjson.zst", ".meta.ndjson.zst"])(
  "names the file of a segment that is gone, and what to do: %s",
  async (end) => {
    const store = createMemoryStore();
    await putObject(store, [sampleLine("a", { timeMs: SAMPLE_MS })], {});
    await seal(store, { spanHours: 1 });
    const names: string[] = [];
    for await (const { name } of store.list("vault/", end)) names.push(name);
    const [gone = ""] = names.filter((name) => name.endsWith(`-10001${end}`));
    const hint = "(hint: restore it from a copy; logtally archive verify tells what else)";
    await expect(readArchiveStats(storeWithout(store, new Set([gone])), ALL)).rejects.toThrow(
      new IoError("not_found", `read "${gone}": a manifest names it, and it is missing ${hint}`),
    );
  },
);
