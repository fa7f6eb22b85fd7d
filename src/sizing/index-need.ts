import { GIB } from "../core/units.ts";
import { type Deployment, MOST_LOAD } from "./deployment.ts";
import { MEASURED, machineFactor } from "./measured.ts";

/** The cluster that keeps documents. */
export interface IndexNeed {
  readonly documents: number;
  /** With their copies. */
  readonly bytes: number;
  /** Primary ones and copies. */
  readonly shards: number;
  readonly nodes: number;
  /** Busy on average. */
  readonly cores: number;
}

/** Each document is there twice, as `index.replicas` has it. */
const COPIES = 2;
/** What docs/how-to/elasticsearch.md has of a shard. */
const SHARD_BYTES = 50e9;
/** Of the node that `index_node` is the price of; a disk that is fuller takes no more shards. */
const NODE_CORES = 8;
const NODE_BYTES = 2048 * GIB * 0.8;

/** Null where nothing is indexed. */
export function indexNeed(deployment: Deployment, linesPerDay: number): IndexNeed | null {
  const { linesPerSecond, lineBytes, peak, logs, retentionDays, linesPerCpuSecond } = deployment;
  if (retentionDays === 0) return null;
  const documentBytes = (MEASURED.documentBytes.value * lineBytes) / MEASURED.lineBytes.value;
  const bytesOfLogDay = (linesPerDay / logs) * documentBytes;
  const bytes = linesPerDay * retentionDays * documentBytes * COPIES;
  const micros = MEASURED.clusterMicrosPerLine.value / machineFactor(linesPerCpuSecond);
  const cores = (linesPerSecond * micros * COPIES) / 1e6;
  const ofCores = Math.ceil((cores * peak) / MOST_LOAD / NODE_CORES);
  return {
    documents: linesPerDay * retentionDays,
    bytes,
    shards: logs * retentionDays * Math.max(1, Math.ceil(bytesOfLogDay / SHARD_BYTES)) * COPIES,
    nodes: Math.max(COPIES, Math.ceil(bytes / NODE_BYTES), ofCores),
    cores,
  };
}
