import { type Backoff, retry } from "../../core/retry.ts";
import type { Cluster } from "./cluster.ts";
import { isPassing } from "./cluster-fault.ts";

/** How long what passes is waited for, and who is told of its beginning. */
export interface Patience {
  readonly backoff: Backoff;
  readonly onTrouble: (message: string) => void;
}

/** The same cluster, which tries each request again as long as it fails by what passes. For requests that may be repeated. */
export function createPatientCluster(cluster: Cluster, { backoff, onTrouble }: Patience): Cluster {
  const trouble = {
    passes: (error: unknown) => isPassing(cluster, error),
    onFirst: (error: unknown) => onTrouble(`ask "${cluster.name}": ${(error as Error).message}`),
  };
  return {
    ...cluster,
    send: (request, signal) => retry(() => cluster.send(request, signal), { ...trouble, signal }, backoff),
  };
}
