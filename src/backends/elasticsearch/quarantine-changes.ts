import type { IndexDocument } from "../../core/document-index.ts";
import { DELETE, REPLACE, type SeenDocument } from "./bulk.ts";
import { type BulkWriterOptions, createBulkWriter } from "./bulk-writer.ts";
import type { Cluster } from "./cluster.ts";

/** Changes what is in quarantine. What passes is waited out; rejects with `IoError` as `create` of a `DocumentIndex`. */
export interface QuarantineChanges {
  /** Removes documents whose lines are in their indices; does no harm where they are gone. */
  remove(documents: readonly Pick<IndexDocument, "index" | "id">[], signal: AbortSignal): Promise<void>;
  /** Replaces documents, each only if it is still as it was seen: whoever changed or removed it knew more. One that is not taken stays. */
  replace(documents: readonly SeenDocument[], signal: AbortSignal): Promise<void>;
}

const NO_SOURCE = Buffer.alloc(0);

export function createQuarantineChanges(cluster: Cluster, options: BulkWriterOptions): QuarantineChanges {
  const removing = createBulkWriter(cluster, DELETE, options);
  const replacing = createBulkWriter(cluster, REPLACE, options);
  return {
    async remove(documents, signal) {
      await removing.write(
        documents.map(({ index, id }) => ({ index, id, source: NO_SOURCE })),
        signal,
      );
    },
    async replace(documents, signal) {
      await replacing.write(documents, signal);
    },
  };
}
