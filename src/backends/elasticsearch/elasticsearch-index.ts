import type { DocumentIndex } from "../../core/document-index.ts";
import { CREATE } from "./bulk.ts";
import { type BulkWriterOptions, createBulkWriter } from "./bulk-writer.ts";
import type { Cluster } from "./cluster.ts";

/** Documents in Elasticsearch, each created once. */
export function createElasticsearchIndex(cluster: Cluster, options: BulkWriterOptions): DocumentIndex {
  const writer = createBulkWriter(cluster, CREATE, options);
  return {
    async create(documents, signal) {
      const settled = await writer.write(documents, signal);
      return settled.map((outcome) => (outcome.kind === "rejected" ? outcome.rejection : null));
    },
  };
}
