import { MOST_JUDGED_LINES } from "../archive/seal/judged-lines.ts";
import { spanHoursFor } from "../archive/seal/span-length.ts";
import { DAY_HOURS } from "../core/units.ts";
import { type Deployment, HOUR_SECONDS, MOST_LOAD } from "./deployment.ts";
import { MEASURED, machineFactor } from "./measured.ts";

/** What seals. */
export interface SealingNeed {
  /** Sealed at once. */
  readonly spanHours: number;
  readonly sealsPerDay: number;
  /** How often the lines of a seal are gone through to tell copies apart. */
  readonly passes: number;
  /** Hours that the seal of an hour of one stream takes: more than 1 never comes to an end. */
  readonly hoursPerHour: number;
  readonly processes: number;
  /** Busy on average. */
  readonly cores: number;
  readonly memoryBytes: number;
}

/** `storedPerDay`: bytes. */
export function sealingNeed(deployment: Deployment, storedPerDay: number): SealingNeed {
  const { linesPerSecond, logs, linesPerCpuSecond } = deployment;
  const ofStream = linesPerSecond / logs;
  const spanHours = spanHoursFor(storedPerDay / logs / DAY_HOURS);
  const passes = Math.ceil((ofStream * HOUR_SECONDS * spanHours) / MOST_JUDGED_LINES);
  const hoursPerHour = (ofStream * secondsPerLine(passes)) / machineFactor(linesPerCpuSecond);
  const cores = logs * hoursPerHour;
  const processes = Math.max(1, Math.ceil(cores / MOST_LOAD));
  return {
    spanHours,
    sealsPerDay: (logs * DAY_HOURS) / spanHours,
    passes,
    hoursPerHour,
    processes,
    cores,
    memoryBytes: processes * MEASURED.sealMemoryBytes.value,
  };
}

/** What is told apart in one pass is told apart while it is sealed. */
function secondsPerLine(passes: number): number {
  const { sealedLinesPerCpuSecond, judgedLinesPerCpuSecond } = MEASURED;
  return 1 / sealedLinesPerCpuSecond.value + (passes > 1 ? passes / judgedLinesPerCpuSecond.value : 0);
}

/** Lines a second of one stream that are sealed as fast as they come, where they are sealed by the hour. */
export function mostLinesPerSecondOfStream(linesPerCpuSecond: number): number {
  const { sealedLinesPerCpuSecond, judgedLinesPerCpuSecond } = MEASURED;
  // r · (b + a · r) = the machine's factor: of r lines a second each is gone through as often as there are passes.
  const a = HOUR_SECONDS / (MOST_JUDGED_LINES * judgedLinesPerCpuSecond.value);
  const b = 1 / sealedLinesPerCpuSecond.value;
  return (Math.sqrt(b ** 2 + 4 * a * machineFactor(linesPerCpuSecond)) - b) / (2 * a);
}
