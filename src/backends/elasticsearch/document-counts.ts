import { inParallel } from "../../core/in-parallel.ts";
import type { Cluster } from "./cluster.ts";
import { clusterIoError } from "./cluster-setup.ts";

/** Filters in one request. */
const MOST_FILTERS = 200;
const MOST_REQUESTS = 2;

/** Documents of one stream whose line ids begin alike. */
export interface CountedPrefixes {
  readonly stream: string;
  /** Beginnings of ids, of equal length. */
  readonly prefixes: readonly string[];
  /** Names of indices; `*` stands for anything. Where there are none of a name, there are no documents. */
  readonly indices: readonly string[];
}

/** How many documents there are for each prefix, in their order. Rejects with `IoError`. */
export async function countByIdPrefix(
  cluster: Cluster,
  { stream, prefixes, indices }: CountedPrefixes,
): Promise<number[]> {
  const starts = Array.from({ length: Math.ceil(prefixes.length / MOST_FILTERS) }, (_, index) => index * MOST_FILTERS);
  const counts = await inParallel(starts, MOST_REQUESTS, async (start) => {
    const part = prefixes.slice(start, start + MOST_FILTERS);
    const filters = Object.fromEntries(part.map((prefix) => [prefix, { prefix: { "archive.id": prefix } }]));
    const body = {
      size: 0,
      track_total_hits: false,
      query: { term: { "archive.stream": stream } },
      aggs: { prefix: { filters: { filters } } },
    };
    // Names that stand for none are fine, closed indices are not: their documents cannot be counted.
    const query = { ignore_unavailable: "false", allow_no_indices: "true", expand_wildcards: "open,closed" };
    const buckets = await search(cluster, `/${indices.join(",")}/_search`, query, body);
    return part.map((prefix) => buckets[prefix]?.doc_count ?? 0);
  });
  return counts.flat();
}

type Buckets = Readonly<Record<string, { readonly doc_count: number } | undefined>>;

async function search(
  cluster: Cluster,
  path: string,
  query: Readonly<Record<string, string>>,
  body: Readonly<Record<string, unknown>>,
): Promise<Buckets> {
  try {
    const answer = (await cluster.send({ method: "POST", path, query, body })) as {
      readonly aggregations?: { readonly prefix?: { readonly buckets?: Buckets } };
    };
    return answer.aggregations?.prefix?.buckets ?? {};
  } catch (error) {
    throw clusterIoError(cluster, "count documents in", error);
  }
}
