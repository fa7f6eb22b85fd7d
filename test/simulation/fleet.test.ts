/**
 * Goal: what is said of hundreds of workers holds: it is reckoned from one and two of them.
 * Method: five are run for real, in virtual time, and held against what was reckoned; and so are the figures that
 * `logtally size` has of requests.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { MIB } from "../../src/core/units.ts";
import type { Deployment } from "../../src/sizing/deployment.ts";
import { MEASURED } from "../../src/sizing/measured.ts";
import { DEFAULT_PRICES } from "../../src/sizing/price.ts";
import { DUTIES } from "./fleet/counted-store.ts";
import { estimateHour, type Fleet, realFleet } from "./fleet/estimated-hour.ts";
import { type FleetHour, runFleet } from "./fleet/real-hour.ts";

const MINUTE_MS = 60_000;

/** Few lines, so that they are told apart in one pass, and batches of a minute. */
function fleetOf(workers: number, change: Partial<Deployment> = {}): Fleet {
  const deployment: Deployment = {
    linesPerSecond: 400,
    lineBytes: 1024,
    peak: 1,
    logs: 1,
    users: 1,
    retentionDays: 0,
    keepYears: 1,
    batch: { maxLines: 30_000, maxBytes: 64 * MIB, maxAgeMs: MINUTE_MS },
    linesPerCpuSecond: MEASURED.linesPerCpuSecond.value,
    storageClass: "coldline",
    coldAfterDays: 0,
    prices: DEFAULT_PRICES,
    ...change,
  };
  return { workers, deployment };
}

let one: FleetHour;
let two: FleetHour;
beforeAll(async () => {
  one = await runFleet(realFleet(fleetOf(1)));
  two = await runFleet(realFleet(fleetOf(2)));
});

function summed(hour: FleetHour, name: "creates" | "reads" | "removes" | "walListed"): number {
  return DUTIES.reduce((sum, duty) => sum + hour.requests[duty][name], 0);
}

describe("an hour of workers", () => {
  it("has an object for each batch of each worker, one seal, and a revision for what comes late", () => {
    expect(one).toMatchObject({ seals: 1, revisions: 1 });
    expect(one.objects).toBeGreaterThanOrEqual(59);
    expect(one.objects).toBeLessThanOrEqual(60);
    expect(two.objects).toBe(2 * one.objects);
  });

  it("is reckoned as five workers have it that are run for real", async () => {
    const five = await runFleet(realFleet(fleetOf(5)));
    const reckoned = estimateHour(fleetOf(5), one, two);
    expect(Math.abs(reckoned.objects - five.objects)).toBeLessThan(0.02 * five.objects);
    expect(Math.abs(reckoned.creates - summed(five, "creates"))).toBeLessThan(0.02 * summed(five, "creates"));
    expect(Math.abs(reckoned.reads - summed(five, "reads"))).toBeLessThan(0.02 * summed(five, "reads"));
    expect(Math.abs(reckoned.removes - summed(five, "removes"))).toBeLessThan(0.02 * summed(five, "removes"));
    expect(Math.abs(reckoned.manifestBytes - five.manifestBytes)).toBeLessThan(0.02 * five.manifestBytes);
    expect(five).toMatchObject({ seals: reckoned.seals, revisions: reckoned.revisions });
  });

  it("removes as many objects as it creates", () => {
    expect(Math.abs(one.requests.collector.removes - one.objects)).toBeLessThanOrEqual(2);
  });

  it("has as many reads, lists and bytes of manifests for each object as logtally size reckons with", () => {
    const perObject = (of: (hour: FleetHour) => number): number => (of(two) - of(one)) / (two.objects - one.objects);
    // Those of two hours are read once more; there are few of them but where batches are old, as they are here.
    const reads = perObject((hour) => summed(hour, "reads"));
    expect(reads).toBeGreaterThanOrEqual(MEASURED.readsPerObject.value);
    expect(reads).toBeLessThan(MEASURED.readsPerObject.value + 1);
    expect(perObject(({ manifestBytes }) => manifestBytes) / MEASURED.manifestBytesPerInput.value).toBeCloseTo(1, 1);
    const { otherLists, walLists } = one.requests.sealer;
    expect((otherLists + walLists) / 12).toBeCloseTo(MEASURED.listsPerLook.value, 0);
  });

  it("lists a page for each thousand names, by each who lists", () => {
    const hour = estimateHour(fleetOf(500), one, two);
    const standing = summed(one, "walListed") / DUTIES.reduce((sum, duty) => sum + one.requests[duty].walLists, 0);
    // Some hundred objects of a worker are there at a time.
    expect(standing).toBeGreaterThan(60);
    expect(standing).toBeLessThan(160);
    const few = estimateHour(fleetOf(5), one, two);
    expect(hour.lists - few.lists).toBeGreaterThan(12 * 30);
  });

  it("has full batches where lines come fast, and batches of their age elsewhere", () => {
    expect(realFleet(fleetOf(1, { linesPerSecond: 1000 }))).toEqual({ workers: 1, maxAgeMs: "full", gapMs: 30_000 });
    expect(realFleet(fleetOf(2, { linesPerSecond: 2000 }))).toEqual({ workers: 2, maxAgeMs: "full", gapMs: 30_000 });
    expect(realFleet(fleetOf(10, { linesPerSecond: 1000 }))).toEqual({ workers: 10, maxAgeMs: MINUTE_MS, gapMs: 10 });
  });

  it("has an object for each full batch, long before its age", async () => {
    const full = await runFleet(realFleet(fleetOf(1, { linesPerSecond: 1000 })));
    expect(full.objects).toBeGreaterThanOrEqual(119);
    expect(full.objects).toBeLessThanOrEqual(120);
  });

  it("seals what is too much for one pass in several, each of which reads every object twice more", () => {
    const few = estimateHour(fleetOf(1), one, two);
    const many = estimateHour(
      fleetOf(1, { linesPerSecond: 4000, batch: { maxLines: 300_000, maxBytes: 1e12, maxAgeMs: MINUTE_MS } }),
      one,
      two,
    );
    expect(few.sealing.passes).toBe(1);
    expect(many.sealing.passes).toBe(8);
    expect(many.objects).toBeCloseTo(few.objects, 0);
    expect(many.reads - few.reads).toBeCloseTo(2 * 8 * many.objects, -1);
  });
});
