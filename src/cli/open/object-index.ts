import { readFile } from "node:fs/promises";
import { createIndexMarkers } from "../../archive/index-markers.ts";
import { eachLine, findWalObject, openWalBytes } from "../../archive/wal-reader.ts";
import type { Cluster } from "../../backends/elasticsearch/cluster.ts";
import type { IndexSettings, PipelineSettings } from "../../config/pipeline.ts";
import { resolveToken } from "../../config/secret.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import type { DocumentIndex } from "../../core/document-index.ts";
import { IoError, UsageError } from "../../core/fault.ts";
import type { ObjectIndex } from "../../core/object-index.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { SECOND_MS } from "../../core/units.ts";
import { catchUp } from "../../engine/catch-up.ts";
import { createSpillingIndex } from "../../engine/spilling-index.ts";
import { createIndexNames } from "../../indexing/index-name.ts";
import { createLineIndexer, type IndexCounts, type LineIndexer } from "../../indexing/line-indexer.ts";
import { indexTemplates } from "../../indexing/template.ts";
import type { SegmentReader } from "../../segment/segment-reader.ts";
import { pause } from "../pause.ts";
import { keepSecret } from "../secrecy.ts";
import { tell } from "../tell.ts";
import { serviceBackoff } from "./service-backoff.ts";

/** Blocks of a mebibyte that are indexed at once, whatever the cluster takes. */
const BLOCKS_IN_WORK = 2;
/** While the index is away, and otherwise: another worker may have left something. */
const RETRY_EVERY_MS = 3 * SECOND_MS;
const LOOK_EVERY_MS = 30 * SECOND_MS;
/** Messages that are remembered, so as not to be told again. */
const MOST_TOLD = 100;
const API_KEY_HINT = "POST /_security/api_key gives one, as encoded";

/** The index of a pipeline, as a worker uses it. */
export interface OpenIndex extends ObjectIndex {
  /** What this worker has brought in; `spilled` objects were marked, to be indexed later. */
  report(): IndexCounts & { readonly spilled: number };
  /** Indexes what waits, again and again until the signal aborts. */
  keepUp(signal: AbortSignal): Promise<void>;
  /** Once. Resolves with true when nothing waits any more; why something does is told. */
  catchUp(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Null for a pipeline without one. Rejects with `UsageError` for a missing secret, with `IoError` for a cluster that
 * answers and cannot be used. One that does not answer is told: what comes waits until it does. `signal` ends requests
 * that are under way.
 */
export async function openIndex(
  { name: stream, index }: PipelineSettings,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<OpenIndex | null> {
  if (index === null) return null;
  const { createElasticsearchIndex } = await import("../../backends/elasticsearch/elasticsearch-index.ts");
  const cluster = await openClusterOf(index);
  const backoff = serviceBackoff(index.spillAfterMs);
  const documents = createElasticsearchIndex(cluster, { backoff, onTrouble: tell });
  const verified = await verifiedIndex(documents, () => verify(cluster, index, signal));
  const lines = createLineIndexer({ index: verified, names: createIndexNames(index), stream });
  const markers = createIndexMarkers(store, stream);
  const tellNew = toldOnce(tell);
  const counts = { indexed: 0, rejected: 0 };
  const indexObject = async (name: string, segment: SegmentReader): Promise<void> => {
    const { indexed, rejected } = await indexSegment(name, segment, lines, signal);
    counts.indexed += indexed;
    counts.rejected += rejected;
  };
  const spilling = createSpillingIndex({
    index: async (object) => indexObject(object.name, await openWalBytes(object)),
    markers,
    onChange: tell,
    onTrouble: tellNew,
  });
  const catchUpOrTell = async (stop: AbortSignal): Promise<boolean> => {
    try {
      const isDone = await catchUp({
        markers,
        index: async (name) => indexObject(name, await findWalObject(store, name)),
        onIndexed: spilling.resume,
        onTrouble: tellNew,
        random: Math.random,
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
  return {
    add: spilling.add,
    report: () => ({ ...counts, spilled: spilling.spilled }),
    catchUp: catchUpOrTell,
    async keepUp(stop) {
      while (!stop.aborted) {
        await catchUpOrTell(stop);
        // Not all workers at the same moment.
        await pause((spilling.isAway ? RETRY_EVERY_MS : LOOK_EVERY_MS) * (0.5 + Math.random()), stop);
      }
    },
    close: () => cluster.close(),
  };
}

/** Rejects with `UsageError` for a secret or a file that is not there. */
export async function openClusterOf({ urls, apiKey, caFile }: IndexSettings): Promise<Cluster> {
  const { openCluster } = await import("../../backends/elasticsearch/cluster.ts");
  const stores = { env: process.env, readFile };
  const key = apiKey === null ? null : await resolveToken("API key", apiKey, API_KEY_HINT, stores);
  if (key !== null) keepSecret(key);
  return openCluster({
    urls,
    apiKey: key,
    certificates: caFile === null ? null : await readCertificates(caFile),
  });
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`read index.ca_file "${path}": ${(error as Error).message}`, { cause: error });
  }
}

/** The same index, once it has been verified: now, or where it does not answer before the first document. */
async function verifiedIndex(documents: DocumentIndex, verify: () => Promise<void>): Promise<DocumentIndex> {
  let isVerified = true;
  try {
    await verify();
  } catch (error) {
    if (!(error instanceof IoError) || error.code !== "unavailable") throw error;
    tell(error.message);
    isVerified = false;
  }
  return {
    async create(batch, signal) {
      if (!isVerified) await verify();
      isVerified = true;
      return documents.create(batch, signal);
    },
  };
}

/** An index without its template would guess at every field, and guess wrong. Rejects with `IoError`. */
async function verify(cluster: Cluster, { prefix }: IndexSettings, signal: AbortSignal): Promise<void> {
  const { describeCluster, templateState } = await import("../../backends/elasticsearch/cluster-setup.ts");
  await describeCluster(cluster, signal);
  for (const template of indexTemplates(prefix)) {
    const state = await templateState(cluster, template, signal);
    const what = `index template "${template.name}" in "${cluster.name}"`;
    if (state === "missing") throw new IoError("not_found", `${what}: not there (hint: logtally setup PIPELINE)`);
    if (state === "other") tell(`${what} is of another version (hint: logtally setup PIPELINE)`);
  }
}

/** Indexes every line of an object. One failure ends the rest. Rejects with `IoError`. */
async function indexSegment(
  name: string,
  segment: SegmentReader,
  lines: LineIndexer,
  signal: AbortSignal,
): Promise<IndexCounts> {
  const counts = { indexed: 0, rejected: 0 };
  const failed = new AbortController();
  const inWork = new Set<Promise<void>>();
  try {
    for (const block of segment.blocks) {
      const batch: ArchivedLine[] = [];
      await eachLine({ name }, segment, block, (line) => batch.push(line));
      const indexing = lines.index(batch, AbortSignal.any([signal, failed.signal]));
      const indexed: Promise<void> = indexing.then((ofBlock) => {
        counts.indexed += ofBlock.indexed;
        counts.rejected += ofBlock.rejected;
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

/** What is tried again and again meets the same again. */
function toldOnce(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    if (told.size >= MOST_TOLD) told.clear();
    told.add(message);
    tell(message);
  };
}
