import type { IndexDocument } from "../core/document-index.ts";
import { SECOND_MS } from "../core/units.ts";

/** What a worker did in an interval. */
export interface HealthFigures {
  /** Lines that it took in. */
  readonly lines: number;
  /** Lines that it brought into the index or its quarantine, also those that had waited, of whichever worker. */
  readonly indexed: number;
  /** Of these, in the quarantine. */
  readonly rejected: number;
  /** Of these, documents that were there already. */
  readonly repeats: number;
  /** Objects that it marked, since the index was away or did not take them. */
  readonly spilledObjects: number;
  /** Lines of which something was masked. */
  readonly masked: number;
  /** From publication until indexed, of the line that took longest; null where none had a publication. */
  readonly lagMs: number | null;
  /** True where the index was away at some moment. */
  readonly isAway: boolean;
}

export interface Interval {
  /** Of its end, in milliseconds since 1970. */
  readonly atMs: number;
  readonly lengthMs: number;
  /** Counts the documents of a worker from 1. */
  readonly sequence: number;
}

/** Whose figures they are. */
export interface WorkerName {
  /** Beginning of the names of all indices. */
  readonly prefix: string;
  readonly pipeline: string;
  /** Names the worker, and no other. */
  readonly id: string;
}

/** One document for each interval of a worker, in `PREFIX.health-DAY`. */
export function healthDocument(
  { prefix, pipeline, id }: WorkerName,
  { atMs, lengthMs, sequence }: Interval,
  figures: HealthFigures,
): IndexDocument {
  const at = new Date(atMs).toISOString();
  const worker = {
    pipeline,
    id,
    interval_s: lengthMs / SECOND_MS,
    lines: figures.lines,
    indexed: figures.indexed,
    rejected: figures.rejected,
    repeats: figures.repeats,
    spilled_objects: figures.spilledObjects,
    masked: figures.masked,
    ...(figures.lagMs === null ? {} : { lag_s: figures.lagMs / SECOND_MS }),
    is_away: figures.isAway,
  };
  return {
    index: `${prefix}.health-${at.slice(0, "YYYY-MM-DD".length).replaceAll("-", ".")}`,
    id: `${id}-${sequence}`,
    source: Buffer.from(JSON.stringify({ "@timestamp": at, worker })),
  };
}
