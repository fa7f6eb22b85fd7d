import type { Cluster } from "../../../backends/elasticsearch/cluster.ts";
import type { IndexSettings, PipelineSettings } from "../../../config/pipeline.ts";
import type { DocumentIndex } from "../../../core/document-index.ts";
import { IoError } from "../../../core/fault.ts";
import type { ObjectStore } from "../../../core/object-store.ts";
import type { DocumentBuilder } from "../../../indexing/document/line-document.ts";
import { indexTemplates } from "../../../indexing/template/index-templates.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { createWorkerIndex, type WorkerIndex } from "../../run/worker-index.ts";
import { notify, notifying } from "../../terminal/tell.ts";
import { serviceBackoff } from "../service-backoff.ts";
import { openClusterOf } from "./cluster.ts";
import { nameClashes } from "./name-clashes.ts";
import { partName, partWords } from "./part-words.ts";

/** Templates of documents that nobody may guess at. */
const NEEDED = ["logs", "quarantine"];

/**
 * Null for a pipeline without one. Rejects with `UsageError` for a missing secret, with `IoError` for a cluster that
 * answers and cannot be used. One that does not answer is told: what comes waits until it does. `worker` names it;
 * `signal` ends requests that are under way.
 */
export async function openIndex(
  settings: PipelineSettings,
  store: ObjectStore,
  documents: DocumentBuilder,
  worker: string,
  signal: AbortSignal,
): Promise<WorkerIndex | null> {
  const { name: stream, index } = settings;
  if (index === null) return null;
  const { tryToCreate } = await import("../../../backends/elasticsearch/best-effort.ts");
  const { createElasticsearchIndex } = await import("../../../backends/elasticsearch/elasticsearch-index.ts");
  const cluster = await openClusterOf(index);
  const backoff = serviceBackoff("index", index.spillAfterMs);
  const created = createElasticsearchIndex(cluster, { backoff, onTrouble: notifying("index_retrying") });
  let verified: DocumentIndex;
  try {
    verified = await verifiedIndex(created, () => verifyTemplates(cluster, index, signal));
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return createWorkerIndex({
    stream,
    store,
    index: verified,
    documents,
    naming: index,
    worker,
    tryToCreate: (document, stop) => tryToCreate(cluster, document, stop),
    clock: SYSTEM_CLOCK,
    random: Math.random,
    notify,
    signal,
    close: () => cluster.close(),
  });
}

/**
 * The same index, once it has been verified: now, or where it does not answer before the first document. Batches that come
 * together wait for one look, and what it has to tell is told once.
 */
async function verifiedIndex(documents: DocumentIndex, verify: () => Promise<void>): Promise<DocumentIndex> {
  let verifying: Promise<void> | null = null;
  const verifyOnce = (): Promise<void> =>
    (verifying ??= verify().catch((error: unknown) => {
      verifying = null;
      throw error;
    }));
  try {
    await verifyOnce();
  } catch (error) {
    if (!(error instanceof IoError) || error.code !== "unavailable") throw error;
    notify("index_unreachable", error.message);
  }
  return {
    async create(batch, signal) {
      await verifyOnce();
      return documents.create(batch, signal);
    },
  };
}

/**
 * An index without its template would guess at every field, and guess wrong; what else is not as it should be is told, and
 * lines are indexed all the same. Rejects with `IoError`.
 */
export async function verifyTemplates(cluster: Cluster, settings: IndexSettings, signal: AbortSignal): Promise<void> {
  const { describeCluster } = await import("../../../backends/elasticsearch/cluster-setup.ts");
  const { partStates } = await import("../../../backends/elasticsearch/cluster-parts.ts");
  await describeCluster(cluster, signal);
  const templates = indexTemplates(settings.prefix, settings);
  const states = await partStates(cluster, templates, signal);
  for (const [at, template] of templates.entries()) {
    const state = states[at];
    const words = state === undefined ? null : partWords(state);
    if (words === null) continue;
    const text = `${partName(template, cluster.name)}: ${words} (hint: logtally setup PIPELINE)`;
    // One of an earlier version has all of its parts in itself.
    const isNeeded = NEEDED.some((kind) => template.name === `${settings.prefix}.${kind}`);
    if (state?.kind === "missing" && isNeeded) throw new IoError("not_found", text);
    notify("index_set_up_otherwise", text);
  }
  // A worker's key may not look, and a run begins all the same.
  const { clashes } = await nameClashes(cluster, settings.prefix, signal);
  for (const clash of clashes) notify("index_set_up_otherwise", clash);
}
