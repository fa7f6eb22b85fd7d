import type { Cluster } from "../../backends/elasticsearch/cluster.ts";
import type { QuarantineChanges } from "../../backends/elasticsearch/quarantine-changes.ts";
import type { IndexSettings, PipelineSettings } from "../../config/pipeline.ts";
import type { DocumentIndex } from "../../core/document-index.ts";
import { UsageError } from "../../core/fault.ts";
import { SECOND_MS } from "../../core/units.ts";
import type { DocumentBuilder } from "../../indexing/document/line-document.ts";
import { createIndexNames, type IndexNames } from "../../indexing/index-name.ts";
import { openClusterOf } from "../open/cluster/cluster.ts";
import { verifyTemplates } from "../open/cluster/object-index.ts";
import { knownKey } from "../open/keys/pseudonym-key.ts";
import { openDocuments } from "../open/lines/documents.ts";
import { serviceBackoff } from "../open/service-backoff.ts";
import { loadCatalogue } from "../settings.ts";
import { tell } from "../terminal/tell.ts";

/** From a stop to the end of a command that mends the index, at the most, where the cluster does not answer. */
export const GRACE_MS = 5 * SECOND_MS;

/** The index of a pipeline, for whoever mends it. */
export interface PipelineIndex {
  /** Waits out what passes. */
  readonly cluster: Cluster;
  readonly names: IndexNames;
  readonly index: DocumentIndex;
  /** Makes documents of the pipeline's lines. */
  readonly documents: DocumentBuilder;
  readonly changes: QuarantineChanges;
  /** The index for a rebuild that began at that instant. */
  rebuilt(begunAtMs: number): DocumentIndex;
  close(): Promise<void>;
}

/** The section `index`. Throws `UsageError` where the pipeline has none. */
export function indexSettingsOf({ name, index }: PipelineSettings, what: string): IndexSettings {
  if (index !== null) return index;
  throw new UsageError(`${what}: pipeline "${name}" has no index (hint: add the section index to its file)`);
}

/**
 * Rejects with `UsageError` for a missing secret or a wrong catalogue, with `IoError` for a cluster or templates that
 * cannot be used.
 */
export async function openPipelineIndex(pipeline: PipelineSettings, signal: AbortSignal): Promise<PipelineIndex> {
  const settings = indexSettingsOf(pipeline, "open the index");
  const catalogue = await loadCatalogue(pipeline.cataloguePath);
  const documents = openDocuments(pipeline, catalogue, await knownKey(pipeline));
  const { createElasticsearchIndex, createRebuiltIndex } = await import(
    "../../backends/elasticsearch/elasticsearch-index.ts"
  );
  const { createPatientCluster } = await import("../../backends/elasticsearch/patient-cluster.ts");
  const { createQuarantineChanges } = await import("../../backends/elasticsearch/quarantine-changes.ts");
  const cluster = await openClusterOf(settings);
  const patience = { backoff: serviceBackoff("index", settings.spillAfterMs), onTrouble: tell };
  try {
    await verifyTemplates(cluster, settings, signal);
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return {
    cluster: createPatientCluster(cluster, patience),
    names: createIndexNames(settings),
    index: createElasticsearchIndex(cluster, patience),
    documents,
    changes: createQuarantineChanges(cluster, patience),
    rebuilt: (begunAtMs) => createRebuiltIndex(cluster, begunAtMs, patience),
    close: () => cluster.close(),
  };
}
