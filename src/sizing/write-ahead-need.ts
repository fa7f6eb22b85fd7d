import { DAY_HOURS } from "../core/units.ts";
import { DAY_SECONDS, type Deployment } from "./deployment.ts";

/** Write-ahead objects. */
export interface WriteAheadNeed {
  readonly objectsPerDay: number;
  readonly objectBytes: number;
  /** There at a time: they stay until their lines are sealed, signed and collected. */
  readonly standingObjects: number;
  readonly standingBytes: number;
}

/** An hour is waited for so long, and then signed and collected, each once an hour. */
const LATENESS_HOURS = 1;
const COLLECT_HOURS = 1;

/** Seconds from one object of a writer to the next: whichever limit of a batch comes first. */
export function secondsPerObject(linesPerSecond: number, lineBytes: number, batch: Deployment["batch"]): number {
  return Math.min(
    // Its age counts from its first line.
    batch.maxAgeMs / 1000 + 1 / linesPerSecond,
    batch.maxLines / linesPerSecond,
    batch.maxBytes / (linesPerSecond * lineBytes),
  );
}

/** `spanHours`: how many hours are sealed at once; `storedPerDay`: bytes. */
export function writeAheadNeed(
  { linesPerSecond, lineBytes, batch }: Deployment,
  { writers, spanHours, storedPerDay }: { writers: number; spanHours: number; storedPerDay: number },
): WriteAheadNeed {
  const objectsPerDay = (writers * DAY_SECONDS) / secondsPerObject(linesPerSecond / writers, lineBytes, batch);
  const standingDays = (spanHours / 2 + LATENESS_HOURS + COLLECT_HOURS) / DAY_HOURS;
  return {
    objectsPerDay,
    objectBytes: storedPerDay / objectsPerDay,
    standingObjects: objectsPerDay * standingDays,
    standingBytes: storedPerDay * standingDays,
  };
}
