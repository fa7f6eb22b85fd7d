import { HOUR_MS } from "../core/units.ts";
import type { TrafficOptions } from "../generate/traffic.ts";
import { createProgress } from "./progress.ts";
import { formatCount } from "./quantity.ts";
import type { SentTotals } from "./traffic-output.ts";

export interface TrafficProgress {
  readonly set: (totals: SentTotals) => void;
  readonly stop: () => void;
}

/** A bar over the lines that are wanted, else over the time that is simulated. */
export function trafficProgress({ lines, fromMs, untilMs }: TrafficOptions): TrafficProgress {
  const byLines = Number.isFinite(lines);
  const bar = byLines
    ? createProgress("generating", lines, (count) => `${formatCount(count)} lines`)
    : createProgress("generating", untilMs - fromMs, (ms) => `${(ms / HOUR_MS).toFixed(1)} h`);
  let done = 0;
  return {
    set(totals) {
      const now = byLines ? totals.lines : totals.timeMs - fromMs;
      bar.add(now - done);
      done = now;
    },
    stop: bar.stop,
  };
}
