import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** What stands under a name in a cluster. */
export interface TakenName {
  readonly name: string;
  readonly kind: "index" | "alias" | "data stream";
  /** The indices that an alias stands for. */
  readonly indices: readonly string[];
}

const FORBIDDEN = 403;
const NOT_FOUND = 404;

/**
 * What these names, in which `*` stands for anything, lead to; null where the credentials do not allow to look. Rejects
 * with `IoError`.
 */
export async function takenNames(
  cluster: Cluster,
  name: string,
  signal?: AbortSignal,
): Promise<readonly TakenName[] | null> {
  const query = { expand_wildcards: "all" };
  try {
    const answer = (await cluster.send({ method: "GET", path: `/_resolve/index/${name}`, query }, signal)) as Answer;
    return [
      ...(answer.indices ?? []).map(({ name: index }): TakenName => ({ name: index, kind: "index", indices: [] })),
      ...(answer.aliases ?? []).map(
        (each): TakenName => ({ name: each.name, kind: "alias", indices: each.indices ?? [] }),
      ),
      ...(answer.data_streams ?? []).map((each): TakenName => ({ name: each.name, kind: "data stream", indices: [] })),
    ];
  } catch (error) {
    const status = error instanceof ClusterError ? error.status : null;
    if (status === NOT_FOUND) return [];
    if (status === FORBIDDEN) return null;
    throw clusterIoError(cluster, `look for what is called "${name}" in`, error);
  }
}

interface Answer {
  readonly indices?: readonly { readonly name: string }[];
  readonly aliases?: readonly { readonly name: string; readonly indices?: readonly string[] }[];
  readonly data_streams?: readonly { readonly name: string }[];
}
