/**
 * Goal: what `logtally size` says follows from its inputs and the measured figures, as a person would reckon it by hand.
 * Method: round numbers, each part by itself; the numbers in comments are the reckoning.
 */
import { describe, expect, it } from "vitest";
import { GIB, KIB, MIB } from "../../src/core/units.ts";
import { DAYS_PER_MONTH, type Deployment } from "../../src/sizing/deployment.ts";
import { indexNeed } from "../../src/sizing/index-need.ts";
import { exceededLimits } from "../../src/sizing/limits.ts";
import { MEASURED } from "../../src/sizing/measured.ts";
import { totalOf, vaultMonth } from "../../src/sizing/monthly-cost.ts";
import { DEFAULT_PRICES } from "../../src/sizing/price.ts";
import { mostLinesPerSecondOfStream, sealingNeed } from "../../src/sizing/sealing-need.ts";
import { sizeOf } from "../../src/sizing/size.ts";
import { workerNeed } from "../../src/sizing/worker-need.ts";
import { secondsPerObject, writeAheadNeed } from "../../src/sizing/write-ahead-need.ts";

const BATCH = { maxLines: 30_000, maxBytes: 64 * MIB, maxAgeMs: 5000 };

function deployment(change: Partial<Deployment> = {}): Deployment {
  return {
    linesPerSecond: 1000,
    lineBytes: 1024,
    peak: 2,
    logs: 1,
    users: 10_000,
    retentionDays: 0,
    keepYears: 1,
    batch: BATCH,
    linesPerCpuSecond: 22_222,
    storageClass: "coldline",
    coldAfterDays: 0,
    prices: DEFAULT_PRICES,
    ...change,
  };
}

describe("workers", () => {
  it("have a core for as many lines as one archives, and stay below 0.7 of it in a busy hour", () => {
    // 15,000 / 22,222 = 0.675 cores; twice as much at peak: 1.35 / 0.7 = 1.93.
    const need = workerNeed(deployment({ linesPerSecond: 15_000 }));
    expect(need).toMatchObject({ processes: 2, writers: 2 });
    expect(need.cores).toBeCloseTo(0.675, 4);
    expect(workerNeed(deployment({ linesPerSecond: 16_000 })).processes).toBe(3);
    expect(workerNeed(deployment({ linesPerSecond: 1 })).processes).toBe(1);
  });

  it("write for each log", () => {
    expect(workerNeed(deployment({ logs: 7 }))).toMatchObject({ processes: 1, writers: 7 });
  });

  it("take 40 µs more for a document, on a machine that is half as fast twice as much", () => {
    // 10,000 · (45 + 40) µs = 0.85; 10,000 · (90 + 80) µs = 1.7.
    const asked = { linesPerSecond: 10_000, retentionDays: 7 };
    expect(workerNeed(deployment(asked)).cores).toBeCloseTo(0.85, 4);
    expect(workerNeed(deployment({ ...asked, linesPerCpuSecond: 11_111 })).cores).toBeCloseTo(1.7, 4);
  });

  it("take the memory that was measured, each", () => {
    expect(workerNeed(deployment({ linesPerSecond: 15_000 })).memoryBytes).toBe(2 * 304_000_000);
  });
});

describe("write-ahead objects", () => {
  it.each([
    // The first line of a batch comes a second after the last one was closed.
    ["its age", 1, 1024, 6],
    // 30,000 lines at 10,000 a second.
    ["its lines", 10_000, 1024, 3],
    // 64 MiB of lines of 64 KiB are 1024, at 1024 a second.
    ["its bytes", 1024, 64 * KIB, 1],
  ])("of a writer are closed by %s", (_limit, linesPerSecond, lineBytes, seconds) => {
    expect(secondsPerObject(linesPerSecond, lineBytes, BATCH)).toBe(seconds);
  });

  it("are as many as writers make, and stay until they are sealed, signed and collected", () => {
    // One line a second for each of two: an object in 6 seconds, 2 · 14,400 a day. Sealed by 2 hours: 1 + 1 + 1 hours there.
    const asked = deployment({ linesPerSecond: 2 });
    expect(writeAheadNeed(asked, { writers: 2, spanHours: 2, storedPerDay: 2_880_000 })).toEqual({
      objectsPerDay: 28_800,
      objectBytes: 100,
      standingObjects: 3600,
      standingBytes: 360_000,
    });
  });
});

describe("sealing", () => {
  it("is by so many hours as bring 64 MiB, as sealers do it", () => {
    const hours = (mibPerDay: number): number => sealingNeed(deployment(), mibPerDay * MIB).spanHours;
    expect([24 * 64, 24 * 63, 8 * 64, 64, 1].map(hours)).toEqual([1, 2, 3, 24, 24]);
  });

  it("takes one pass up to two million lines, and a pass more for each two million", () => {
    // 2,000,000 lines an hour are 555.6 a second.
    const passes = (linesPerSecond: number): number =>
      sealingNeed(deployment({ linesPerSecond }), 24 * 64 * MIB).passes;
    expect([555, 556, 1111, 1112].map(passes)).toEqual([1, 2, 2, 3]);
  });

  it("takes the time of a line, and of as many passes", () => {
    const seal = (linesPerSecond: number): number =>
      sealingNeed(deployment({ linesPerSecond }), 24 * 64 * MIB).hoursPerHour;
    expect(seal(500)).toBeCloseTo(500 / 29_477, 10);
    const pass = 1 / MEASURED.judgedLinesPerCpuSecond.value;
    expect(seal(1000)).toBeCloseTo(1000 * (1 / 29_477 + 2 * pass), 10);
  });

  it("keeps up with so many lines of a stream as it says", () => {
    const most = mostLinesPerSecondOfStream(22_222);
    const at = (share: number): number =>
      sealingNeed(deployment({ linesPerSecond: most * share }), 24 * 64 * MIB).hoursPerHour;
    expect(at(0.95)).toBeLessThan(1);
    expect(at(1.05)).toBeGreaterThan(1);
    expect(mostLinesPerSecondOfStream(44_444)).toBeGreaterThan(most);
  });
});

describe("the index", () => {
  it("is none without days", () => {
    expect(indexNeed(deployment(), 1)).toBeNull();
  });

  it("holds each document twice, and has an index for each log and day", () => {
    const asked = deployment({ retentionDays: 10, logs: 3, linesPerSecond: 1 });
    const need = indexNeed(asked, 86_400);
    expect(need).toMatchObject({ documents: 864_000, shards: 60, nodes: 2 });
    expect(need?.bytes).toBe(864_000 * MEASURED.documentBytes.value * 2);
  });

  it("has nodes for its CPU at peak", () => {
    // 100,000 · 347 µs, twice for copies, twice for the peak: 138.8 cores, of which 0.7 are used: 24.8 nodes of 8.
    const need = indexNeed(deployment({ retentionDays: 1, linesPerSecond: 100_000 }), 1);
    expect(need?.cores).toBeCloseTo(69.4, 10);
    expect(need?.nodes).toBe(25);
  });

  it("has a shard for each 50 GB of a log and day", () => {
    const lines = Math.ceil(101e9 / MEASURED.documentBytes.value);
    expect(indexNeed(deployment({ retentionDays: 1 }), lines)?.shards).toBe(3 * 2);
  });
});

describe("what it costs", () => {
  it("is what the parts cost", () => {
    const { monthlyUsd, ...sizing } = sizeOf(deployment({ linesPerSecond: 15_000 }));
    // 15,000 · 1024 · 86,400 bytes a day, twice, for a month.
    expect(monthlyUsd.pubsub).toBeCloseTo(((2 * 15_000 * 1024 * 86_400 * DAYS_PER_MONTH) / (1024 * GIB)) * 40, 6);
    expect(monthlyUsd.workers).toBe(2 * 24.5);
    expect(monthlyUsd.index).toBe(0);
    const perDay = 15_000 * 1024 * 86_400 * 0.121;
    expect(sizing.vault.perDay).toBeCloseTo(perDay, 3);
    expect(monthlyUsd.vault).toBeCloseTo(((perDay * 365.25) / GIB) * 0.004, 6);
    expect(totalOf(monthlyUsd)).toBeCloseTo(
      Object.values(monthlyUsd).reduce((sum: number, usd: number) => sum + usd, 0),
      6,
    );
  });

  it("of the vault is that of its class, once it is moved there", () => {
    const vault = { perDay: GIB, inAll: 100 * GIB };
    const cost = (coldAfterDays: number): number =>
      vaultMonth({ prices: DEFAULT_PRICES, storageClass: "archive", coldAfterDays }, vault);
    expect(cost(0)).toBeCloseTo(0.12, 10);
    // 2 GiB at 0.02, 98 at 0.0012.
    expect(cost(2)).toBeCloseTo(0.04 + 0.1176, 10);
    expect(cost(1000)).toBeCloseTo(2, 10);
  });

  it("of reading back is next to nothing where segments are standard at first", () => {
    const at = (coldAfterDays: number): number =>
      sizeOf(deployment({ linesPerSecond: 10_000, logs: 10, coldAfterDays })).monthlyUsd.read_back;
    expect(at(0)).toBeGreaterThan(20 * at(1));
    expect(at(1)).toBeGreaterThan(0);
  });

  it("follows a price", () => {
    const prices = { ...DEFAULT_PRICES, pubsub: { usd: 80, per: "", asOf: "" } };
    const of = (change: Partial<Deployment>): number => sizeOf(deployment(change)).monthlyUsd.pubsub;
    expect(of({ prices })).toBe(2 * of({}));
  });

  it("of requests follows from objects: creates and lists are of one price, reads of another", () => {
    const { requests, writeAhead, monthlyUsd } = sizeOf(deployment());
    expect(requests.creates).toBeGreaterThan(writeAhead.objectsPerDay);
    const day = (requests.creates + requests.lists) * 0.05 + requests.segments * 0.2 + requests.reads * 0.004;
    expect(monthlyUsd.requests).toBeCloseTo((day / 10_000) * DAYS_PER_MONTH, 6);
  });
});

describe("limits", () => {
  const exceeded = (change: Partial<Deployment>): string[] => {
    const asked = deployment(change);
    return exceededLimits(asked, sizeOf(asked)).map(({ what, hint }) => `${what}: ${hint}`);
  };

  it("are kept by a small deployment", () => {
    expect(exceeded({ linesPerSecond: 100, retentionDays: 30 })).toEqual([]);
  });

  it("of a stream are told with as many logs as are needed, which do", () => {
    const [first = ""] = exceeded({ linesPerSecond: 60_000 });
    const [, logs] = /at least (\d+) logs/.exec(first) ?? [];
    expect(Number(logs)).toBeGreaterThan(1);
    expect(exceeded({ linesPerSecond: 60_000, logs: Number(logs) + 1 })).toEqual([]);
  });

  it.each([
    ["objects a second", { linesPerSecond: 200_000, logs: 4000, batch: { ...BATCH, maxAgeMs: 1000 } }],
    ["a manifest names", { linesPerSecond: 5000, batch: { ...BATCH, maxAgeMs: 100 } }],
    ["GB a second are published", { linesPerSecond: 2_500_000, logs: 4000 }],
    ["more than a thousand shards", { linesPerSecond: 100, logs: 100, retentionDays: 365 }],
  ])("are told: %s", (words, change) => {
    expect(exceeded(change).join("\n")).toContain(words);
  });
});
