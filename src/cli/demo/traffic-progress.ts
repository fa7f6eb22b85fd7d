import { HOUR_MS } from "../../core/units.ts";
import type { TrafficOptions } from "../../generate/traffic.ts";
import { createProgress } from "../terminal/progress.ts";
import { formatCount } from "../terminal/quantity.ts";

export interface TrafficProgress {
  readonly set: (lines: number, timeMs: number) => void;
  readonly stop: () => void;
}

/** A bar over the lines that are wanted, else over the time that is simulated. */
export function trafficProgress({ lines: wanted, fromMs, untilMs }: TrafficOptions): TrafficProgress {
  if (Number.isFinite(wanted)) {
    const bar = createProgress("generating", wanted, (count) => `${formatCount(count)} lines`);
    return { set: (lines) => bar.set(lines), stop: bar.stop };
  }
  const bar = createProgress("generating", untilMs - fromMs, (ms) => `${(ms / HOUR_MS).toFixed(1)} h`);
  return { set: (_lines, timeMs) => bar.set(timeMs - fromMs), stop: bar.stop };
}
