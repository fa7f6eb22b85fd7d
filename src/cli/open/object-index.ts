import type { Cluster } from "../../backends/elasticsearch/cluster.ts";
import type { IndexSettings, PipelineSettings } from "../../config/pipeline.ts";
import type { DocumentIndex } from "../../core/document-index.ts";
import { IoError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import type { DocumentBuilder } from "../../indexing/document/line-document.ts";
import { indexTemplates } from "../../indexing/template.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { createWorkerIndex, type WorkerIndex } from "../run/worker-index.ts";
import { tell } from "../terminal/tell.ts";
import { openClusterOf } from "./cluster.ts";
import { serviceBackoff } from "./service-backoff.ts";

/**
 * Null for a pipeline without one. Rejects with `UsageError` for a missing secret, with `IoError` for a cluster that
 * answers and cannot be used. One that does not answer is told: what comes waits until it does. `signal` ends requests
 * that are under way.
 */
export async function openIndex(
  settings: PipelineSettings,
  store: ObjectStore,
  documents: DocumentBuilder,
  signal: AbortSignal,
): Promise<WorkerIndex | null> {
  const { name: stream, index } = settings;
  if (index === null) return null;
  const { createElasticsearchIndex } = await import("../../backends/elasticsearch/elasticsearch-index.ts");
  const cluster = await openClusterOf(index);
  const backoff = serviceBackoff(index.spillAfterMs);
  const created = createElasticsearchIndex(cluster, { backoff, onTrouble: tell });
  const verified = await verifiedIndex(created, () => verify(cluster, index, signal));
  return createWorkerIndex({
    stream,
    store,
    index: verified,
    documents,
    naming: index,
    clock: SYSTEM_CLOCK,
    random: Math.random,
    tell,
    signal,
    close: () => cluster.close(),
  });
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
