import type { IndexDocument } from "../../core/document-index.ts";
import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

type Place = Pick<IndexDocument, "index" | "id">;

const MOST_IDS = 1000;
const NO_INDEX = "index_not_found_exception";

/**
 * True where the document is there at this moment, by position; also one that no search finds yet. Rejects with `IoError`,
 * also where that is not known of one of them.
 */
export async function documentsThere(cluster: Cluster, places: readonly Place[]): Promise<boolean[]> {
  const found: boolean[] = [];
  for (let at = 0; at < places.length; at += MOST_IDS) {
    const docs = places.slice(at, at + MOST_IDS).map(({ index, id }) => ({ _index: index, _id: id, _source: false }));
    found.push(...(await askFor(cluster, docs)));
  }
  return found;
}

async function askFor(cluster: Cluster, docs: readonly Readonly<Record<string, unknown>>[]): Promise<boolean[]> {
  try {
    const answer = (await cluster.send({ method: "POST", path: "/_mget", body: { docs } })) as GetAnswer;
    return docs.map((_, position) => isThere(answer.docs?.[position]));
  } catch (error) {
    throw clusterIoError(cluster, "look for documents in", error);
  }
}

/** A shard that is away is no reason to take its documents for gone. Throws `ClusterError`. */
function isThere({ found, error }: GetItem = {}): boolean {
  if (error?.type === NO_INDEX) return false;
  if (found !== undefined) return found;
  throw new ClusterError("refused", null, error?.type ?? "", error?.reason ?? "no answer for a document");
}

interface GetItem {
  readonly found?: boolean;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

interface GetAnswer {
  readonly docs?: readonly GetItem[];
}
