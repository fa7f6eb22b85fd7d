import { readFileSync } from "node:fs";
import { KIB } from "../../src/core/units.ts";

const POLL_MS = 50;

/**
 * Watches the processes that a process has started, and those that they have, until the function that comes back is
 * called. It gives the largest resident set of each, added up, in bytes, as Linux knew it every 50 ms; null elsewhere.
 */
export function watchResident(pid: number): () => number | null {
  const peaks = new Map<number, number>();
  const look = (): void => {
    for (const child of descendants(pid)) {
      const peak = peakOf(readOrEmpty(`/proc/${child}/status`));
      if (peak !== null) peaks.set(child, peak);
    }
  };
  const timer = setInterval(look, POLL_MS);
  return () => {
    clearInterval(timer);
    return peaks.size === 0 ? null : peaks.values().reduce((sum, bytes) => sum + bytes);
  };
}

/** The processes that a process has started and that run still, and theirs; none where there is no `/proc`. */
export function descendants(pid: number): number[] {
  const children = readOrEmpty(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** The largest resident set so far, from what `/proc/PID/status` says; null of a process that has ended. */
export function peakOf(status: string): number | null {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * KIB;
}

/** A process may end between two looks, and elsewhere than on Linux there is no such file. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
