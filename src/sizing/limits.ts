import { NUMBERS_PER_ATTEMPT } from "../archive/vault-name.ts";
import { DAY_SECONDS, type Deployment, HOUR_SECONDS } from "./deployment.ts";
import { MEASURED } from "./measured.ts";
import { mostLinesPerSecondOfStream } from "./sealing-need.ts";
import type { Sizing } from "./size.ts";

/** What a bucket takes before it has grown with its load. */
const WRITES_PER_SECOND = 1000;
/** What a project may publish in one of the largest regions before it has asked for more. */
const PUBSUB_BYTES_PER_SECOND = 4e9;
/** What reads them has all manifests of a stream at hand, a year and longer. */
const MANIFEST_BYTES = 2e6;
const SHARDS_PER_NODE = 1000;

/** A limit that a deployment does not keep to, and what to do. */
export interface Exceeded {
  readonly what: string;
  readonly hint: string;
}

export function exceededLimits(deployment: Deployment, sizing: Sizing): readonly Exceeded[] {
  const { linesPerSecond, peak, logs, linesPerCpuSecond } = deployment;
  const { writeAhead, sealing, vault, bytesPerDay, index } = sizing;
  const exceeded: Exceeded[] = [];
  const hold = (isKept: boolean, what: string, hint: string): void => void (isKept || exceeded.push({ what, hint }));

  const mostOfStream = mostLinesPerSecondOfStream(linesPerCpuSecond);
  hold(
    sealing.hoursPerHour <= 1,
    `the seal of an hour of a stream takes ${sealing.hoursPerHour.toFixed(1)} hours`,
    `split the lines into at least ${inDigits(Math.ceil(linesPerSecond / mostOfStream))} logs`,
  );
  const writesPerSecond = (writeAhead.objectsPerDay * peak) / DAY_SECONDS;
  hold(
    writesPerSecond <= WRITES_PER_SECOND,
    `${inDigits(writesPerSecond)} objects a second are created at peak, and a bucket takes ${inDigits(WRITES_PER_SECOND)} at first`,
    "raise batch.max_age_ms, or have the load grow slowly",
  );
  const inputs = (writeAhead.objectsPerDay / DAY_SECONDS / logs) * HOUR_SECONDS * sealing.spanHours;
  const manifestBytes = inputs * MEASURED.manifestBytesPerInput.value;
  hold(
    manifestBytes <= MANIFEST_BYTES,
    `a manifest names ${inDigits(inputs)} write-ahead objects in ${(manifestBytes / 1e6).toFixed(1)} MB, and gc reads all of a stream`,
    "raise batch.max_age_ms, or seal by fewer hours",
  );
  const publishedPerSecond = (bytesPerDay * peak) / DAY_SECONDS;
  hold(
    publishedPerSecond <= PUBSUB_BYTES_PER_SECOND,
    `${(publishedPerSecond / 1e9).toFixed(1)} GB a second are published at peak, more than the first quota of the largest regions`,
    "ask for more, or publish in several regions",
  );
  hold(
    vault.segmentsPerDay / sealing.sealsPerDay < NUMBERS_PER_ATTEMPT,
    `a seal has ${inDigits(vault.segmentsPerDay / sealing.sealsPerDay)} segments, and numbers for ${inDigits(NUMBERS_PER_ATTEMPT - 1)}`,
    "split the lines into more logs",
  );
  hold(
    index === null || index.shards / index.nodes <= SHARDS_PER_NODE,
    "a node of the index has more than a thousand shards",
    "keep fewer days, or fewer logs apart",
  );
  return exceeded;
}

function inDigits(amount: number): string {
  return Math.round(amount).toLocaleString("en-US");
}
