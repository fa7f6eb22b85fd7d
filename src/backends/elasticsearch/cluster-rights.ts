import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** What a cluster without security says, or one that has no such question. */
const NOT_ASKABLE = [400, 404, 405];
const RIGHTS_PATH = "/_security/user/_has_privileges";

/**
 * The rights that the credentials lack on indices, each as `create_doc on "logtally.logs-*"`; null where the cluster cannot
 * be asked, as one without security. Rejects with `IoError`.
 */
export async function missingRights(
  cluster: Cluster,
  wanted: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[],
): Promise<readonly string[] | null> {
  const answer = await askRights(cluster, { index: wanted });
  if (answer?.index === undefined) return null;
  const { index } = answer;
  return wanted.flatMap(({ names, privileges }) =>
    names.flatMap((name) =>
      privileges.filter((right) => index[name]?.[right] !== true).map((right) => `${right} on "${name}"`),
    ),
  );
}

/** Those of these rights on the cluster that the credentials have; null as above. Rejects with `IoError`. */
export async function clusterRights(cluster: Cluster, rights: readonly string[]): Promise<readonly string[] | null> {
  const answer = await askRights(cluster, { cluster: rights });
  const given = answer?.cluster;
  return given === undefined ? null : rights.filter((right) => given[right] === true);
}

async function askRights(cluster: Cluster, body: Readonly<Record<string, unknown>>): Promise<RightsAnswer | null> {
  try {
    return (await cluster.send({ method: "POST", path: RIGHTS_PATH, body })) as RightsAnswer;
  } catch (error) {
    if (error instanceof ClusterError && NOT_ASKABLE.includes(error.status ?? 0)) return null;
    throw clusterIoError(cluster, "ask for the rights of the API key on", error);
  }
}

interface RightsAnswer {
  /** Right → whether it is given. */
  readonly cluster?: Readonly<Record<string, boolean>>;
  /** Pattern → right → whether it is given. */
  readonly index?: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}
