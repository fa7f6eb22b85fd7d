import { DAY_SECONDS, type Deployment, HOUR_SECONDS } from "../../../src/sizing/deployment.ts";
import { MEASURED } from "../../../src/sizing/measured.ts";
import { usdOf } from "../../../src/sizing/price.ts";
import { type SealingNeed, sealingNeed } from "../../../src/sizing/sealing-need.ts";
import { secondsPerObject } from "../../../src/sizing/write-ahead-need.ts";
import { DUTIES, type Requests } from "./counted-store.ts";
import type { FleetHour, RealFleet } from "./real-hour.ts";

/** Any number of workers that share the lines of one log. */
export interface Fleet {
  readonly workers: number;
  readonly deployment: Deployment;
}

/** What an hour comes to. */
export interface EstimatedHour extends Pick<FleetHour, "objects" | "seals" | "revisions" | "manifestBytes"> {
  readonly objectBytes: number;
  readonly creates: number;
  readonly reads: number;
  readonly removes: number;
  readonly lists: number;
  /** US dollars. */
  readonly listUsd: number;
  readonly requestUsd: number;
  readonly sealing: SealingNeed;
}

/** Names of one answer. */
const PAGE = 1000;
const MS = 1000;

/** What the workers are like when they are run for real. */
export function realFleet({ workers, deployment }: Fleet): RealFleet {
  const { linesPerSecond, lineBytes, batch } = deployment;
  const ofWorker = linesPerSecond / workers;
  const periodMs = MS * secondsPerObject(ofWorker, lineBytes, batch);
  const isFull = periodMs < batch.maxAgeMs;
  // Times of lines are whole.
  const gapMs = Math.round(isFull ? periodMs : MS / ofWorker);
  return { workers, maxAgeMs: isFull ? "full" : batch.maxAgeMs, gapMs };
}

/**
 * From an hour of one worker and one of two, which were run for real with batches like these: what grows with the number of
 * objects, and what does not. Modelled are what tiny batches do not show: passes over lines that are too many, and bytes.
 */
export function estimateHour(fleet: Fleet, one: FleetHour, two: FleetHour): EstimatedHour {
  const { workers, deployment } = fleet;
  const { linesPerSecond, lineBytes, batch, prices } = deployment;
  const objects = (workers * HOUR_SECONDS) / secondsPerObject(linesPerSecond / workers, lineBytes, batch);
  const grown = (of: (hour: FleetHour) => number): number =>
    of(one) + ((of(two) - of(one)) / (two.objects - one.objects)) * (objects - one.objects);
  const summed = (name: keyof Requests): number =>
    grown(({ requests }) => DUTIES.reduce((sum, duty) => sum + requests[duty][name], 0));
  const storedPerHour = linesPerSecond * HOUR_SECONDS * lineBytes * MEASURED.storedShare.value;
  const sealing = sealingNeed(deployment, (storedPerHour * DAY_SECONDS) / HOUR_SECONDS);
  const furtherReads = sealing.passes > 1 ? 2 * sealing.passes * objects : 0;
  const creates = summed("creates");
  const reads = summed("reads") + furtherReads;
  const lists = summed("otherLists") + summed("walLists") * Math.ceil(summed("walListed") / summed("walLists") / PAGE);
  const usd = (requests: number, name: string): number => (requests / 10_000) * usdOf(prices, name);
  return {
    objects,
    objectBytes: storedPerHour / objects,
    creates,
    reads,
    removes: summed("removes"),
    lists,
    seals: one.seals,
    revisions: one.revisions,
    manifestBytes: grown(({ manifestBytes }) => manifestBytes),
    listUsd: usd(lists, "standard_write"),
    requestUsd: usd(lists + creates, "standard_write") + usd(reads, "standard_read"),
    sealing,
  };
}
