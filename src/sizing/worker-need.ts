import { type Deployment, MOST_LOAD } from "./deployment.ts";
import { MEASURED, machineFactor } from "./measured.ts";

/** What reads subscriptions. */
export interface WorkerNeed {
  readonly processes: number;
  /** Who write objects: a process has a writer for each pipeline that it runs. */
  readonly writers: number;
  /** Busy on average. */
  readonly cores: number;
  readonly memoryBytes: number;
}

export function workerNeed(deployment: Deployment): WorkerNeed {
  const { linesPerSecond, peak, logs, retentionDays, linesPerCpuSecond } = deployment;
  const indexMicros = retentionDays === 0 ? 0 : MEASURED.indexMicrosPerLine.value / machineFactor(linesPerCpuSecond);
  const cores = linesPerSecond * (1 / linesPerCpuSecond + indexMicros / 1e6);
  // A worker has one thread.
  const processes = Math.max(1, Math.ceil((cores * peak) / MOST_LOAD));
  return {
    processes,
    writers: Math.max(processes, logs),
    cores,
    memoryBytes: processes * MEASURED.workerMemoryBytes.value,
  };
}
