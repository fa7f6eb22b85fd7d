import { MIB } from "../core/units.ts";
import { DAY_SECONDS, type Deployment } from "./deployment.ts";
import { MEASURED } from "./measured.ts";
import type { Sizing } from "./size.ts";

/** Requests to the bucket on a day, by how they are charged. */
export interface RequestCount {
  /** Objects of the write-ahead log, plans, manifests and views. */
  readonly creates: number;
  /** Files of segments. */
  readonly segments: number;
  /** Each gives a thousand names. */
  readonly lists: number;
  /** Of write-ahead objects. */
  readonly reads: number;
  /** Of segments: by whoever signs them, and by whoever proves that write-ahead objects may go. */
  readonly segmentReads: number;
  readonly segmentBytesRead: number;
}

const PAGE = 1000;
const SEAL_EVERY_SECONDS = 300;
/** Each writer looks whether documents wait. */
const MARKER_LOOK_SECONDS = 30;
/** A plan, how long the spans of a day are, a manifest, facts and a look-up. */
const CREATES_PER_SEAL = 5;
/** Until pieces of a file whose blocks are read in order have doubled to 4 MiB. */
const READS_IN_ORDER = 9;
/** Whole: once to be signed, once to be proved. */
const WHOLE_READS = 2;
const PIECE_BYTES = 4 * MIB;

type Parts = Pick<Sizing, "workers" | "writeAhead" | "sealing" | "vault">;

export function requestCount(
  { logs, retentionDays }: Deployment,
  { workers, writeAhead, sealing, vault }: Parts,
): RequestCount {
  const looks = (logs * DAY_SECONDS) / SEAL_EVERY_SECONDS;
  const pages = Math.ceil(writeAhead.standingObjects / logs / PAGE);
  const markerLists = retentionDays === 0 ? 0 : (workers.writers * DAY_SECONDS) / MARKER_LOOK_SECONDS;
  // In several passes every object is read in each of them, by the sealer and again by the collector.
  const furtherReads = sealing.passes > 1 ? 2 * sealing.passes : 0;
  return {
    creates: writeAhead.objectsPerDay + sealing.sealsPerDay * CREATES_PER_SEAL,
    segments: 2 * vault.segmentsPerDay,
    lists: looks * (MEASURED.listsPerLook.value + pages - 1) + markerLists,
    reads: writeAhead.objectsPerDay * (MEASURED.readsPerObject.value + furtherReads),
    segmentReads:
      2 * vault.segmentsPerDay * (WHOLE_READS + sealing.passes * READS_IN_ORDER) +
      (WHOLE_READS + sealing.passes) * (vault.perDay / PIECE_BYTES),
    segmentBytesRead: vault.perDay * (WHOLE_READS + sealing.passes),
  };
}
