/** A figure that others are computed from, and how whoever doubts it measures it again. */
interface MeasuredFigure {
  readonly value: number;
  readonly unit: string;
  /** From a checkout. */
  readonly command: string;
}

/**
 * What a line costs, of the traffic that `logtally generate` makes, on one machine: docs/performance.md says on which. Every
 * figure of CPU time is by the same machine, so that one factor fits them all to another.
 */
export const MEASURED = {
  lineBytes: { value: 1024, unit: "bytes", command: "npm run bench" },
  linesPerCpuSecond: { value: 22_222, unit: "lines a CPU second of a worker", command: "npm run bench -- --pubsub" },
  indexMicrosPerLine: {
    value: 40,
    unit: "µs of a worker's CPU for a document, beside the archive",
    command: "npm run bench -- --index",
  },
  clusterMicrosPerLine: {
    value: 347,
    unit: "µs of the cluster's CPU for a document",
    command: "npm run bench -- --saturation",
  },
  workerMemoryBytes: { value: 304_000_000, unit: "bytes of a worker", command: "npm run bench -- --index" },
  sealedLinesPerCpuSecond: {
    value: 29_477,
    unit: "lines a CPU second of a sealer",
    command: "npm run bench -- --book",
  },
  judgedLinesPerCpuSecond: {
    value: 176_000,
    unit: "lines a CPU second of a sealer in each further pass",
    command: "docs/explanation/scale.md#a-seal-in-passes",
  },
  sealMemoryBytes: { value: 886_000_000, unit: "bytes of a sealer", command: "npm run bench -- --book" },
  storedShare: { value: 0.121, unit: "bytes in the archive to one of a line", command: "npm run bench -- --verify" },
  metaShare: {
    value: 0.156,
    unit: "bytes of meta to one in the vault",
    command: "docs/explanation/scale.md#what-a-day-leaves",
  },
  viewBytesPerLine: {
    value: 15,
    unit: "bytes of facts and look-ups for a line",
    command: "docs/explanation/scale.md#what-a-day-leaves",
  },
  rollupBytesPerUser: {
    value: 1500,
    unit: "bytes of roll-ups for a user of a day",
    command: "docs/explanation/scale.md#what-a-day-leaves",
  },
  documentBytes: { value: 674, unit: "bytes of the index for a document", command: "npm run bench -- --saturation" },
  manifestBytesPerInput: {
    value: 190,
    unit: "bytes of a manifest for each write-ahead object",
    command: "npm run simulate-workers",
  },
  readsPerObject: {
    value: 7,
    unit: "reads of a write-ahead object until it is removed",
    command: "npm run simulate-workers",
  },
  listsPerLook: { value: 4, unit: "lists of a sealer that looks for due hours", command: "npm run simulate-workers" },
} as const satisfies Readonly<Record<string, MeasuredFigure>>;

/** By how much a machine is faster than the one that was measured on. */
export function machineFactor(linesPerCpuSecond: number): number {
  return linesPerCpuSecond / MEASURED.linesPerCpuSecond.value;
}
