import { DAY_SECONDS, type Deployment } from "./deployment.ts";
import { type IndexNeed, indexNeed } from "./index-need.ts";
import { type KeptBytes, type VaultNeed, vaultNeed, viewBytes } from "./kept-bytes.ts";
import { MEASURED } from "./measured.ts";
import { type MonthlyCost, monthlyCost } from "./monthly-cost.ts";
import { type RequestCount, requestCount } from "./request-count.ts";
import { type SealingNeed, sealingNeed } from "./sealing-need.ts";
import { type WorkerNeed, workerNeed } from "./worker-need.ts";
import { type WriteAheadNeed, writeAheadNeed } from "./write-ahead-need.ts";

/** What a deployment needs. */
export interface Sizing {
  readonly linesPerDay: number;
  /** Raw. */
  readonly bytesPerDay: number;
  /** Published and delivered. */
  readonly pubsubBytesPerDay: number;
  readonly workers: WorkerNeed;
  readonly writeAhead: WriteAheadNeed;
  readonly sealing: SealingNeed;
  readonly requests: RequestCount;
  readonly vault: VaultNeed;
  /** Facts, roll-ups and look-ups. */
  readonly views: KeptBytes;
  /** Null where nothing is indexed. */
  readonly index: IndexNeed | null;
  readonly monthlyUsd: MonthlyCost;
}

export function sizeOf(deployment: Deployment): Sizing {
  const linesPerDay = deployment.linesPerSecond * DAY_SECONDS;
  const bytesPerDay = linesPerDay * deployment.lineBytes;
  const storedPerDay = bytesPerDay * MEASURED.storedShare.value;
  const workers = workerNeed(deployment);
  const sealing = sealingNeed(deployment, storedPerDay);
  const writeAhead = writeAheadNeed(deployment, {
    writers: workers.writers,
    spanHours: sealing.spanHours,
    storedPerDay,
  });
  const vault = vaultNeed(deployment, sealing.sealsPerDay, storedPerDay);
  const parts = {
    linesPerDay,
    bytesPerDay,
    pubsubBytesPerDay: 2 * bytesPerDay,
    workers,
    writeAhead,
    sealing,
    requests: requestCount(deployment, { workers, writeAhead, sealing, vault }),
    vault,
    views: viewBytes(deployment, linesPerDay),
    index: indexNeed(deployment, linesPerDay),
  };
  return { ...parts, monthlyUsd: monthlyCost(deployment, parts) };
}
