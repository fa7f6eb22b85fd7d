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
import { serviceBackoff } from "./service-backoff.ts";

/** Blocks of a mebibyte that are indexed at once, whatever the cluster takes. */
const BLOCKS_IN_WORK = 2;
/** While something waits, and otherwise: another worker may have left something. */
const RETRY_EVERY_MS = 3 * SECOND_MS;
const LOOK_EVERY_MS = 30 * SECOND_MS;
const API_KEY_HINT = "POST /_security/api_key gives one, as encoded";

/** The index of a pipeline, as a worker uses it. */
export interface OpenIndex extends ObjectIndex {
  /** What this worker has brought in; `waiting` objects are marked to be indexed later. */
  report(): IndexCounts & { readonly spilled: number };
  /** Indexes what waits, again and again until the signal aborts. */
  keepUp(signal: AbortSignal): Promise<void>;
  /** Once. Resolves with true when nothing waits any more. */
  catchUp(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Null for a pipeline without one. Rejects with `UsageError` for a missing secret, with `IoError` for a cluster that answers and cannot be used. One that
 * does not answer is told: what comes waits until it does. `signal` ends requests that are under way.
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
  const verified = await verifiedIndex(documents, () => verify(cluster, index));
  const lines = createLineIndexer({ index: verified, names: createIndexNames(index), stream });
  const markers = createIndexMarkers(store, stream);
  const spilling = createSpillingIndex({
    index: async (object) => indexSegment(object.name, await openWalBytes(object), lines, signal),
    markers,
    onChange: tell,
  });
  const catchUpOnce = (stop: AbortSignal): Promise<boolean> =>
    catchUp({
      markers,
      index: async (name) =>
        indexSegment(name, await findWalObject(store, name), lines, AbortSignal.any([signal, stop])),
      onIndexed: () => spilling.resume(),
      onTrouble: tell,
      random: Math.random,
      signal: stop,
    });
  return {
    add: spilling.add,
    report: () => ({ ...lines.counts, spilled: spilling.spilled }),
    catchUp: catchUpOnce,
    async keepUp(stop) {
      while (!stop.aborted) {
        const isDone = await catchUpOnce(stop).catch(falseIfAway);
        const everyMs = isDone && !spilling.isAway ? LOOK_EVERY_MS : RETRY_EVERY_MS;
        // Not all workers at the same moment.
        await pause(everyMs * (0.5 + Math.random()), stop);
      }
    },
    close: () => cluster.close(),
  };
}

/** Told when it began; the next time tries again. */
function falseIfAway(error: unknown): false {
  if (error instanceof IoError) return false;
  throw error;
}

/** Rejects with `UsageError` for a secret or a file that is not there. */
export async function openClusterOf({ urls, apiKey, caFile }: IndexSettings): Promise<Cluster> {
  const { openCluster } = await import("../../backends/elasticsearch/cluster.ts");
  const stores = { env: process.env, readFile };
  return openCluster({
    urls,
    apiKey: apiKey === null ? null : await resolveToken("API key", apiKey, API_KEY_HINT, stores),
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
async function verify(cluster: Cluster, { prefix }: IndexSettings): Promise<void> {
  const { describeCluster, templateState } = await import("../../backends/elasticsearch/cluster-setup.ts");
  await describeCluster(cluster);
  for (const template of indexTemplates(prefix)) {
    const state = await templateState(cluster, template);
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
): Promise<void> {
  const failed = new AbortController();
  const inWork = new Set<Promise<void>>();
  try {
    for (const block of segment.blocks) {
      const batch: ArchivedLine[] = [];
      await eachLine({ name }, segment, block, (line) => batch.push(line));
      const done = lines.index(batch, AbortSignal.any([signal, failed.signal])).finally(() => inWork.delete(done));
      // Whoever awaits them all, or one of them, hears of it.
      done.catch(() => undefined);
      inWork.add(done);
      if (inWork.size >= BLOCKS_IN_WORK) await Promise.race(inWork);
    }
    await Promise.all(inWork);
  } catch (error) {
    failed.abort();
    throw error;
  }
}

function tell(message: string): void {
  process.stderr.write(`logtally: ${message}\n`);
}
