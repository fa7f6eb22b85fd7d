import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** What a worker does with indices, in Elasticsearch's words. */
const WORKER_RIGHTS = ["create_doc", "auto_configure"];
/** What a cluster without security says, or one that has no such question. */
const NOT_ASKABLE = [400, 404, 405];

/**
 * The rights that a worker lacks on indices, each as `create_doc on "logtally.logs-*"`; null where the cluster cannot be
 * asked, as one without security. Rejects with `IoError`.
 */
export async function missingRights(cluster: Cluster, patterns: readonly string[]): Promise<readonly string[] | null> {
  const body = { index: [{ names: [...patterns], privileges: WORKER_RIGHTS }] };
  try {
    const path = "/_security/user/_has_privileges";
    const { index } = (await cluster.send({ method: "POST", path, body })) as RightsAnswer;
    if (index === undefined) return null;
    return patterns.flatMap((pattern) =>
      WORKER_RIGHTS.filter((right) => index[pattern]?.[right] !== true).map((right) => `${right} on "${pattern}"`),
    );
  } catch (error) {
    if (error instanceof ClusterError && NOT_ASKABLE.includes(error.status ?? 0)) return null;
    throw clusterIoError(cluster, "ask for the rights of the API key on", error);
  }
}

interface RightsAnswer {
  /** Pattern → right → whether it is given. */
  readonly index?: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}
