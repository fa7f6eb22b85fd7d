import type { VersionedIndex } from "../../core/document-index.ts";
import { PUT } from "./bulk.ts";
import { type BulkWriterOptions, createBulkWriter } from "./bulk-writer.ts";
import type { Cluster } from "./cluster.ts";

/** Whole values in Elasticsearch, each in its newest version. */
export function createVersionedIndex(cluster: Cluster, options: BulkWriterOptions): VersionedIndex {
  const writer = createBulkWriter(cluster, PUT, options);
  return {
    async put(documents, signal) {
      const settled = await writer.write(documents, signal);
      return settled.map((outcome) => {
        if (outcome.kind === "rejected") return outcome.rejection;
        return outcome.kind === "conflict" ? "outdated" : "stored";
      });
    },
  };
}
