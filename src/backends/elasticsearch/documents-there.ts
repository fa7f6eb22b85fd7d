import type { IndexDocument } from "../../core/document-index.ts";
import type { Cluster } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

type Place = Pick<IndexDocument, "index" | "id">;

const MOST_IDS = 1000;

/** True where the document is there at this moment, by position; also one that no search finds yet. Rejects with `IoError`. */
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
    return docs.map((_, position) => answer.docs?.[position]?.found === true);
  } catch (error) {
    throw clusterIoError(cluster, "look for documents in", error);
  }
}

interface GetAnswer {
  readonly docs?: readonly { readonly found?: boolean }[];
}
