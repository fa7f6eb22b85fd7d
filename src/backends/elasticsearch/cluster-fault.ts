import { type IoCode, IoError } from "../../core/fault.ts";
import { type Cluster, ClusterError } from "./cluster.ts";
import type { ClusterFields } from "./cluster-fields.ts";

const FORBIDDEN = 403;
/** Type of what a cluster or an index says that is read-only or closed, whoever asks. */
export const BLOCKED = "cluster_block_exception";
const PASSING = [408, 429, 502, 503, 504];

/** True for a failure that passes by itself: nobody answered who could, or the answer was to come again. */
export function isPassing(cluster: Cluster, error: unknown): boolean {
  if (!(error instanceof ClusterError)) return false;
  if (error.failure === "away") return causeOf(error, cluster.fields)[0] === "unavailable";
  return PASSING.includes(error.status ?? 0);
}

/** An `IoError` from what a cluster rejects with, with what to do last; other errors as they are. */
export function clusterIoError(cluster: Cluster, operation: string, error: unknown): unknown {
  if (!(error instanceof ClusterError)) return error;
  const [code, hint] = causeOf(error, cluster.fields);
  return new IoError(code, `${operation} "${cluster.name}": ${error.message} (hint: ${hint})`, { cause: error });
}

function causeOf({ failure, status, type, message }: ClusterError, fields: ClusterFields): readonly [IoCode, string] {
  // So an older one answers the client of this one.
  if (failure === "stranger" || type === "media_type_header_exception") {
    return ["denied", `${fields.urls} must name Elasticsearch 9`];
  }
  if (failure === "away" && message.includes("altnames")) {
    return ["denied", `${fields.urls} must name the host as its certificate does`];
  }
  if (failure === "away" && message.includes("wrong version number")) {
    return ["denied", `${fields.urls} says https, and what answers there speaks http`];
  }
  if (failure === "away" && message.startsWith("other side closed")) {
    return ["unavailable", `look at ${fields.urls}: does the cluster ask for https?`];
  }
  if (failure === "away" && /certificate|self.signed/i.test(message)) {
    return ["denied", `name the file of the cluster's certificate authority: ${fields.caFile}`];
  }
  if (failure === "away") return ["unavailable", `look at ${fields.urls}, the cluster's state and the way there`];
  if (status === 401) return ["denied", `give an API key that the cluster knows: ${fields.apiKey}`];
  if (status === FORBIDDEN && type === BLOCKED) {
    return ["denied", "no key helps: somebody has to end the block, as cluster.blocks.read_only or index.blocks.write"];
  }
  if (status === FORBIDDEN)
    return ["denied", "the API key lacks a right; docs/how-to/elasticsearch.md names those it needs"];
  return ["unavailable", "the cluster does not do it as it is; look at its state"];
}
