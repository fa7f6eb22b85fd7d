import type { CreateOutcome, DocumentIndex, IndexDocument } from "../../core/document-index.ts";
import { type BulkAction, CREATE, overwriteAction, type SettledOutcome } from "./bulk.ts";
import { type BulkWriterOptions, createBulkWriter } from "./bulk-writer.ts";
import type { Cluster } from "./cluster.ts";

/** Documents in Elasticsearch, each created once. */
export function createElasticsearchIndex(cluster: Cluster, options: BulkWriterOptions): DocumentIndex {
  return indexBy(CREATE, cluster, options);
}

/**
 * The same for a rebuild, which began at that instant: whatever was there before it is overwritten, and counts as not
 * there. Of what the rebuild itself brings the first of each id stays.
 */
export function createRebuiltIndex(cluster: Cluster, begunAtMs: number, options: BulkWriterOptions): DocumentIndex {
  return indexBy(overwriteAction(begunAtMs), cluster, options);
}

function indexBy(action: BulkAction<IndexDocument>, cluster: Cluster, options: BulkWriterOptions): DocumentIndex {
  const writer = createBulkWriter(cluster, action, options);
  return {
    async create(documents, signal) {
      return (await writer.write(documents, signal)).map(createOutcome);
    },
  };
}

function createOutcome(outcome: SettledOutcome): CreateOutcome {
  if (outcome.kind === "rejected") return outcome.rejection;
  return outcome.kind === "conflict" ? "there" : "stored";
}
