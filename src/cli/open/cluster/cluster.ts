import { readFile } from "node:fs/promises";
import type { Cluster, ClusterPlace } from "../../../backends/elasticsearch/cluster.ts";
import { INDEX_FIELDS } from "../../../backends/elasticsearch/cluster-fields.ts";
import type { ClusterSettings } from "../../../config/pipeline.ts";
import { resolveToken } from "../../../config/secret.ts";
import { UsageError } from "../../../core/fault.ts";
import { keepSecret } from "../../terminal/secrecy.ts";

const API_KEY_HINT = "POST /_security/api_key gives one, as encoded";

/** With its key and certificates. Rejects with `UsageError` for a secret or a file that is not there. */
export async function clusterPlaceOf(
  { urls, apiKey, caFile }: ClusterSettings,
  fields = INDEX_FIELDS,
): Promise<ClusterPlace> {
  const stores = { env: process.env, readFile };
  const key = apiKey === null ? null : await resolveToken("API key", apiKey, API_KEY_HINT, stores);
  if (key !== null) keepSecret(key);
  const certificates = caFile === null ? null : await readCertificates(caFile, fields.caFile);
  return { urls, apiKey: key, certificates, fields };
}

/** Asks the cluster nothing. Rejects with `UsageError` for a secret or a file that is not there. */
export async function openClusterOf(settings: ClusterSettings): Promise<Cluster> {
  const { openCluster } = await import("../../../backends/elasticsearch/cluster.ts");
  return openCluster(await clusterPlaceOf(settings));
}

/** Rejects with `UsageError` for a file that is not there; `field` is its name in the pipeline. */
export async function readCertificates(path: string, field: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`read ${field} "${path}": ${(error as Error).message}`, { cause: error });
  }
}
