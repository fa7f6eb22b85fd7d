import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

const FORBIDDEN = 403;

/** Its name and version, in words. Rejects with `IoError` for what cannot be used. */
export async function describeCluster(cluster: Cluster, signal?: AbortSignal): Promise<string> {
  const query = { filter_path: "cluster_name,nodes.*.version" };
  try {
    const answer = (await cluster.send({ method: "GET", path: "/_nodes/_local", query }, signal)) as NodesAnswer;
    const [node] = Object.values(answer.nodes ?? {});
    return `cluster "${answer.cluster_name ?? ""}", version ${node?.version ?? "unknown"}`;
  } catch (error) {
    // Elasticsearch says so itself, and nothing else needs this right.
    if (error instanceof ClusterError && error.status === FORBIDDEN) return "a cluster that may not be looked at";
    throw clusterIoError(cluster, "reach", error);
  }
}

interface NodesAnswer {
  readonly cluster_name?: string;
  readonly nodes?: Readonly<Record<string, { readonly version?: string }>>;
}
