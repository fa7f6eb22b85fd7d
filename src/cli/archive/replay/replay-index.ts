import type { Cluster } from "../../../backends/elasticsearch/cluster.ts";
import type { IndexSettings } from "../../../config/pipeline.ts";
import type { DocumentIndex } from "../../../core/document-index.ts";
import type { DocumentBuilder } from "../../../indexing/document/line-document.ts";
import { createReplayNames, replayPattern, replayQuarantine } from "../../../indexing/index-name.ts";
import { replayIndexBody } from "../../../indexing/template/replay-body.ts";
import { openClusterOf } from "../../open/cluster/cluster.ts";
import { serviceBackoff } from "../../open/service-backoff.ts";
import { tell } from "../../terminal/tell.ts";
import { type CountingSink, createIndexSink } from "./line-sinks.ts";

/** The index of a replay. */
export interface ReplayIndex {
  /** Stands for all of its indices. */
  readonly pattern: string;
  /** RFC 3339, as the indices that are there say; null where there are none. */
  readonly expiresAt: string | null;
  readonly isThere: boolean;
  /** `documentsOf` makes the documents of a stream. */
  sink(expiresAt: string | null, documentsOf: (stream: string) => DocumentBuilder, signal: AbortSignal): CountingSink;
  close(): Promise<void>;
}

/** Names that are known to be there; a replay of more days asks again. */
const MOST_KNOWN = 10_000;

/** Rejects with `UsageError` for a missing secret, with `IoError` for a cluster that cannot be used. */
export async function openReplayIndex(settings: IndexSettings, name: string, replay: string): Promise<ReplayIndex> {
  const { describeCluster } = await import("../../../backends/elasticsearch/cluster-setup.ts");
  const { createElasticsearchIndex } = await import("../../../backends/elasticsearch/elasticsearch-index.ts");
  const { listMarkedIndices, ofAnotherReplay } = await import("../../../backends/elasticsearch/marked-indices.ts");
  const { createPatientCluster } = await import("../../../backends/elasticsearch/patient-cluster.ts");
  const patience = { backoff: serviceBackoff("index", settings.spillAfterMs), onTrouble: tell };
  const cluster = await openClusterOf(settings);
  const patient = createPatientCluster(cluster, patience);
  try {
    await describeCluster(cluster);
    const pattern = replayPattern(settings.prefix, name);
    const there = await listMarkedIndices(patient, pattern);
    // Before anything is written: none of them may be in the way of a day that comes later.
    const foreign = there.find((index) => index.replay !== replay);
    if (foreign !== undefined) throw ofAnotherReplay(cluster, foreign.name);
    return {
      pattern,
      expiresAt: there[0]?.expiresAt ?? null,
      isThere: there.length > 0,
      sink(expiresAt, documentsOf, signal) {
        const index = createElasticsearchIndex(cluster, patience);
        const quarantine = replayQuarantine(settings.prefix, name);
        const made = withIndices(patient, index, quarantine, { replay, expires_at: expiresAt });
        return createIndexSink(made, createReplayNames(settings, name), documentsOf, signal);
      },
      close: () => cluster.close(),
    };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** The same index, where each is made before its first document. */
function withIndices(
  cluster: Cluster,
  index: DocumentIndex,
  quarantine: string,
  mark: { readonly replay: string; readonly expires_at: string | null },
): DocumentIndex {
  const known = new Map<string, Promise<void>>();
  const make = async (name: string): Promise<void> => {
    const { makeMarkedIndex } = await import("../../../backends/elasticsearch/marked-indices.ts");
    const body = replayIndexBody(name === quarantine ? "quarantine" : "logs", mark);
    await makeMarkedIndex(cluster, name, mark.replay, { ...body });
  };
  const makeOnce = (name: string): Promise<void> => {
    const making = known.get(name) ?? make(name);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(name, making);
    return making;
  };
  return {
    async create(documents, signal) {
      for (const name of new Set(documents.map((document) => document.index))) await makeOnce(name);
      return index.create(documents, signal);
    },
  };
}
