import { createIndexMarkers, markerNames } from "../../archive/index-markers.ts";
import { isTakenFrom, type LineObject } from "../../archive/line-object.ts";
import { findSealedLines } from "../../archive/sealed-object.ts";
import { eachLine, findWalObject, openWalBytes } from "../../archive/wal-reader.ts";
import type { Outcome } from "../../backends/elasticsearch/bulk.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import type { Clock } from "../../core/clock.ts";
import type { DocumentIndex, IndexDocument } from "../../core/document-index.ts";
import { IoError } from "../../core/fault.ts";
import { ifThere } from "../../core/if-there.ts";
import type { CommittedObject } from "../../core/line-log.ts";
import type { ObjectIndex } from "../../core/object-index.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { SECOND_MS } from "../../core/units.ts";
import { catchUp } from "../../engine/catch-up.ts";
import { createSpillingIndex } from "../../engine/spilling-index.ts";
import type { DocumentBuilder } from "../../indexing/document/line-document.ts";
import { createIndexNames, type IndexNaming } from "../../indexing/index-name.ts";
import {
  addCounts,
  createLineIndexer,
  type IndexCounts,
  type LineIndexer,
  NOTHING_INDEXED,
} from "../../indexing/line-indexer.ts";
import type { SegmentReader } from "../../segment/segment-reader.ts";
import { toldOnce } from "../terminal/told-once.ts";
import { createWorkerHealth, type WorkerHealth } from "./worker-health.ts";

/** Blocks of a mebibyte that are indexed at once, whatever the cluster takes. */
const BLOCKS_IN_WORK = 2;
/** While the index is away, and otherwise: another worker may have left something. */
const RETRY_EVERY_MS = 3 * SECOND_MS;
const LOOK_EVERY_MS = 30 * SECOND_MS;

/** The index of a pipeline, as a worker uses it. */
export interface WorkerIndex extends ObjectIndex {
  /** What this worker has brought in; `spilled` objects were marked, to be indexed later. */
  report(): IndexCounts & { readonly spilled: number };
  /** True while new objects are marked at once. */
  isAway(): boolean;
  /** Indexes what waits, again and again until the signal aborts. */
  keepUp(signal: AbortSignal): Promise<void>;
  /** Once. Resolves with true when nothing waits any more; why something does is told. */
  catchUp(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** What is said of an index, by the codes of the notices. */
export type IndexNotice = "index_away" | "index_back" | "index_object_waits";

export interface WorkerIndexOptions {
  /** The pipeline's name. */
  readonly stream: string;
  readonly store: ObjectStore;
  /** Where documents are created. */
  readonly index: DocumentIndex;
  /** Makes them. */
  readonly documents: DocumentBuilder;
  readonly naming: IndexNaming;
  /** Names the worker, in what it says of itself. */
  readonly worker: string;
  /** Tries once to create a document. */
  readonly tryToCreate: (document: IndexDocument, signal: AbortSignal) => Promise<Outcome>;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly notify: (code: IndexNotice, message: string) => void;
  /** Ends requests that are under way. */
  readonly signal: AbortSignal;
  readonly close: () => Promise<void>;
}

/** Indexes archived objects, and marks them while the index is away. */
export function createWorkerIndex(options: WorkerIndexOptions): WorkerIndex {
  const { stream, store, naming, clock, random, notify, signal } = options;
  const lines = createLineIndexer({ ...options, names: createIndexNames(naming) });
  const markers = createIndexMarkers(store, stream);
  const tellNew = toldOnce((message) => notify("index_object_waits", message));
  let counts = NOTHING_INDEXED;
  const health = createWorkerHealth({
    worker: { prefix: naming.prefix, pipeline: stream, id: options.worker },
    clock,
    tryToCreate: options.tryToCreate,
    isAway: () => spilling.isAway,
    onTrouble: tellNew,
  });
  const indexObject = async (object: IndexedObject, segment: SegmentReader): Promise<void> => {
    const indexed = await indexSegment(object, segment, { lines, health, signal });
    counts = addCounts(counts, indexed);
    health.count(indexed);
  };
  const spilling = createSpillingIndex({
    index: async (object) => indexObject({ name: object.name, onlyHours: null }, await openWalBytes(object)),
    markers,
    onChange: (message, isAway) => {
      health.noteAway();
      notify(isAway ? "index_away" : "index_back", message);
    },
    onTrouble: tellNew,
  });
  const catchUpOrTell = async (stop: AbortSignal): Promise<boolean> => {
    try {
      const isDone = await catchUp({
        markers,
        index: (name) => indexArchived(store, name, indexObject),
        onIndexed: spilling.resume,
        onTrouble: tellNew,
        random,
        signal: stop,
      });
      // Perhaps others were faster, and nothing here would tell that the index is back.
      if (isDone) spilling.resume();
      return isDone;
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      // Who waits for a service has told that already.
      if (error.code !== "unavailable") tellNew(error.message);
      return false;
    }
  };
  const catchUpForEver = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      await catchUpOrTell(stop);
      // Not all workers at the same moment.
      await clock.sleep((spilling.isAway ? RETRY_EVERY_MS : LOOK_EVERY_MS) * (0.5 + random()), stop);
    }
  };
  return {
    async add(objects) {
      const before = spilling.spilled;
      await spilling.add(objects);
      health.count({ lines: rowsOf(objects), spilledObjects: spilling.spilled - before });
    },
    report: () => ({ ...counts, spilled: spilling.spilled }),
    isAway: () => spilling.isAway,
    catchUp: catchUpOrTell,
    async keepUp(stop) {
      await Promise.all([catchUpForEver(stop), health.keepTelling(stop)]);
    },
    close: () => closeAfter(() => health.tellLast(signal), options.close),
  };
}

/** Indexes an archived object, wherever its lines lie by now. Rejects with `IoError`. */
async function indexArchived(
  store: ObjectStore,
  name: string,
  index: (object: IndexedObject, segment: SegmentReader) => Promise<void>,
): Promise<void> {
  const segment = await ifThere(findWalObject(store, name));
  if (segment !== null) return index({ name, onlyHours: null }, segment);
  // Removed before it was marked, by a worker that stood still meanwhile: the vault has its lines.
  const sealed = await findSealedLines(store, name);
  if (sealed === null) throw missing(name);
  for (const object of sealed) await index(object, await object.open());
}

function rowsOf(objects: readonly CommittedObject[]): number {
  return objects.reduce((sum, { rows }) => sum + rows, 0);
}

function earlier(aMs: number | null, bMs: number | null): number | null {
  return aMs === null || bMs === null ? (aMs ?? bMs) : Math.min(aMs, bMs);
}

/** What is indexed of an object: all lines, or those of some hours. */
type IndexedObject = Pick<LineObject, "name" | "onlyHours">;

interface Indexing {
  readonly lines: LineIndexer;
  readonly health: WorkerHealth;
  readonly signal: AbortSignal;
}

/** Indexes every line that is meant. One failure ends the rest. Rejects with `IoError`. */
async function indexSegment(
  object: IndexedObject,
  segment: SegmentReader,
  { lines, health, signal }: Indexing,
): Promise<IndexCounts> {
  let counts = NOTHING_INDEXED;
  const failed = new AbortController();
  const inWork = new Set<Promise<void>>();
  try {
    for (const block of segment.blocks) {
      const batch: ArchivedLine[] = [];
      let publishedAtMs: number | null = null;
      await eachLine(object, segment, block, (line) => {
        if (!isTakenFrom(object, line)) return;
        batch.push(line);
        publishedAtMs = earlier(publishedAtMs, line.meta.message?.publishedAtMs ?? null);
      });
      const indexing = lines.index(batch, AbortSignal.any([signal, failed.signal]));
      const indexed: Promise<void> = indexing.then((ofBlock) => {
        counts = addCounts(counts, ofBlock);
        if (publishedAtMs !== null) health.noteIndexed(publishedAtMs);
        inWork.delete(indexed);
      });
      // One that fails, perhaps while the next block is read, stays in there: whoever awaits them next hears of it.
      indexed.catch(() => undefined);
      inWork.add(indexed);
      if (inWork.size >= BLOCKS_IN_WORK) await Promise.race(inWork);
    }
    await Promise.all(inWork);
    return counts;
  } catch (error) {
    failed.abort();
    throw error;
  }
}

function missing(name: string): IoError {
  const [marker] = markerNames(name);
  const hint = `where it was moved away, remove its marker "${marker}"`;
  return new IoError("not_found", `index "${name}": it is not there, and was not sealed (hint: ${hint})`);
}
/** Whatever becomes of the last word. */
async function closeAfter(tellLast: () => Promise<void>, close: () => Promise<void>): Promise<void> {
  try {
    await tellLast();
  } finally {
    await close();
  }
}
