import { availableParallelism, cpus, loadavg } from "node:os";
import { versionOf } from "./contender.ts";

/** Where and with what a measurement was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** Null where there is no such command, and `node:zlib` stands in for it. */
  readonly zstd: string | null;
  readonly gzip: string | null;
  /** Processes that wanted to run in the last minute before. */
  readonly load: number;
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown CPU",
    cores: availableParallelism(),
    node: process.versions.node,
    zstd: numberOf(versionOf("zstd")),
    gzip: numberOf(versionOf("gzip")),
    load: loadavg()[0] ?? 0,
  };
}

export function machineLine({ cpu, cores, node, zstd, gzip, load }: Machine): string {
  const compressors = [`zstd ${zstd ?? "of node:zlib"}`, `gzip ${gzip ?? "of node:zlib"}`].join(", ");
  return `${cpu}, ${cores} cores, Node ${node}, ${compressors}, load average ${load.toFixed(2)} at the start`;
}

function numberOf(said: string | null): string | null {
  return said === null ? null : versionNumber(said);
}

/** The first number with a dot in what a command says about its version; all that it says where there is none. */
export function versionNumber(text: string): string {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? text;
}
