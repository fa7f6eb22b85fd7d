import { type ClusterFields, INDEX_FIELDS } from "../../backends/elasticsearch/cluster-fields.ts";
import { DEFAULT_INDEX_PREFIX, httpsFor, unsafeUrls } from "../../config/cluster-schema.ts";
import type { ClusterSettings, IndexSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import type { ClusterDestination } from "./report-file.ts";

/** Where the documents of a report go. */
export interface ReportCluster {
  readonly settings: ClusterSettings;
  /** Where these stand: in the report or in its pipeline. */
  readonly fields: ClusterFields;
  /** Beginning of the names of indices. */
  readonly prefix: string;
}

/**
 * The cluster that a report names, or that of its pipeline's index. A key of the pipeline goes to no URLs but the
 * pipeline's. Throws `UsageError` where there is none, or where the key could be read on the way.
 */
export function reportCluster(destination: ClusterDestination, index: IndexSettings | null): ReportCluster {
  const prefix = destination.prefix ?? index?.prefix ?? DEFAULT_INDEX_PREFIX;
  const { urls, apiKey, caFile } = destination;
  if (urls !== null) return { settings: { urls, apiKey, caFile }, fields: FIELDS, prefix };
  if (index === null) {
    throw new UsageError('publish counts: the pipeline has no index (hint: give the destination its "urls")');
  }
  // The pipeline has looked at its own key.
  const key = apiKey === null ? undefined : { plain_http: destination.isKeyOverHttp };
  if (unsafeUrls({ urls: index.urls, api_key: key }).length > 0) {
    throw new UsageError(`publish counts: expected of the pipeline's index ${httpsFor("destination.api_key")}`);
  }
  return {
    settings: { urls: index.urls, apiKey: apiKey ?? index.apiKey, caFile: caFile ?? index.caFile },
    fields: {
      urls: INDEX_FIELDS.urls,
      apiKey: (apiKey === null ? INDEX_FIELDS : FIELDS).apiKey,
      caFile: (caFile === null ? INDEX_FIELDS : FIELDS).caFile,
    },
    prefix,
  };
}

const FIELDS: ClusterFields = {
  urls: "destination.urls",
  apiKey: "destination.api_key",
  caFile: "destination.ca_file",
};
