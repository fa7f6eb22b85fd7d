/** How a file calls what it says of a cluster, for hints. */
export interface ClusterFields {
  readonly urls: string;
  readonly apiKey: string;
  readonly caFile: string;
}

/** Of a pipeline. */
export const INDEX_FIELDS: ClusterFields = { urls: "index.urls", apiKey: "index.api_key", caFile: "index.ca_file" };
