import { performance } from "node:perf_hooks";
import type { Clock } from "../../core/clock.ts";
import { pause } from "./pause.ts";

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: pause,
};
