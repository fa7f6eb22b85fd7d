import { GIB, KIB } from "../core/units.ts";
import { DAYS_PER_MONTH, type Deployment } from "./deployment.ts";
import { usdOf } from "./price.ts";
import type { Sizing } from "./size.ts";

/** What each part costs in a month, in US dollars, once the archive is as old as it is kept. */
export interface MonthlyCost {
  readonly pubsub: number;
  readonly workers: number;
  readonly sealing: number;
  /** Write-ahead objects that are there. */
  readonly write_ahead: number;
  readonly requests: number;
  /** Segments that are read to be signed, and before write-ahead objects go. */
  readonly read_back: number;
  readonly vault: number;
  /** Facts, roll-ups and look-ups. */
  readonly views: number;
  readonly index: number;
}

const TEN_THOUSAND = 10_000;
const TIB = KIB * GIB;

export function monthlyCost(deployment: Deployment, sizing: Omit<Sizing, "monthlyUsd">): MonthlyCost {
  const { pubsubBytesPerDay, workers, sealing, writeAhead, vault, views, index } = sizing;
  const usd = (name: string): number => usdOf(deployment.prices, name);
  return {
    pubsub: ((pubsubBytesPerDay * DAYS_PER_MONTH) / TIB) * usd("pubsub"),
    // A process has a core.
    workers: workers.processes * usd("cpu"),
    sealing: sealing.processes * usd("cpu"),
    write_ahead: (writeAhead.standingBytes / GIB) * usd("standard"),
    requests: requestsOfDay(deployment, sizing) * DAYS_PER_MONTH,
    read_back: readBackOfDay(deployment, sizing) * DAYS_PER_MONTH,
    vault: vaultMonth(deployment, vault),
    views: (views.inAll / GIB) * usd("standard"),
    index: (index?.nodes ?? 0) * usd("index_node"),
  };
}

function requestsOfDay(
  { prices, storageClass, coldAfterDays }: Deployment,
  { requests: { creates, segments, lists, reads } }: Pick<Sizing, "requests">,
): number {
  const moved = usdOf(prices, `${storageClass}_write`);
  // To move an object is a request of the class that it comes into.
  const perSegment = coldAfterDays === 0 ? moved : usdOf(prices, "standard_write") + moved;
  const writes = (creates + lists) * usdOf(prices, "standard_write") + segments * perSegment;
  return (writes + reads * usdOf(prices, "standard_read")) / TEN_THOUSAND;
}

function readBackOfDay(
  { prices, storageClass, coldAfterDays }: Deployment,
  { requests: { segmentReads, segmentBytesRead } }: Pick<Sizing, "requests">,
): number {
  const read = coldAfterDays === 0 ? storageClass : "standard";
  return (
    (segmentReads / TEN_THOUSAND) * usdOf(prices, `${read}_read`) +
    (segmentBytesRead / GIB) * usdOf(prices, `${read}_retrieval`)
  );
}

/** What the vault costs in a month in this class, once it is as old as it is kept. */
export function vaultMonth(
  { prices, storageClass, coldAfterDays }: Pick<Deployment, "prices" | "storageClass" | "coldAfterDays">,
  { perDay, inAll }: Pick<Sizing["vault"], "perDay" | "inAll">,
): number {
  const warm = Math.min(perDay * coldAfterDays, inAll);
  return (warm / GIB) * usdOf(prices, "standard") + ((inAll - warm) / GIB) * usdOf(prices, storageClass);
}

export function totalOf(cost: MonthlyCost): number {
  return Object.values(cost).reduce((sum: number, usd: number) => sum + usd, 0);
}
