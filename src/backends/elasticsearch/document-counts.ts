import { inParallel } from "../../core/in-parallel.ts";
import type { Cluster } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** Filters in one request. */
const MOST_FILTERS = 200;
const MOST_REQUESTS = 2;
/** Names that stand for none are fine, closed indices are not: their documents cannot be counted. */
const QUERY = { ignore_unavailable: "false", allow_no_indices: "true", expand_wildcards: "open,closed" };

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
    const { aggregations } = await search(cluster, `/${indices.join(",")}/_search`, QUERY, body);
    return part.map((prefix) => aggregations?.prefix?.buckets?.[prefix]?.doc_count ?? 0);
  });
  return counts.flat();
}

/** Which of these ids of lines, 1000 at the most, have a document. Rejects with `IoError`. */
export async function idsWithDocument(
  cluster: Cluster,
  stream: string,
  ids: readonly string[],
  indices: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const filter = [{ term: { "archive.stream": stream } }, { terms: { "archive.id": ids } }];
  // A line has one document, but for its variants.
  const body = { size: 2 * ids.length, _source: false, query: { bool: { filter } } };
  const { hits } = await search(cluster, `/${indices.join(",")}/_search`, QUERY, body);
  return new Set(hits?.hits?.map(({ _id: id }) => id));
}

type Buckets = Readonly<Record<string, { readonly doc_count: number } | undefined>>;

interface SearchAnswer {
  readonly aggregations?: { readonly prefix?: { readonly buckets?: Buckets } };
  readonly hits?: { readonly hits?: readonly { readonly _id: string }[] };
}

async function search(
  cluster: Cluster,
  path: string,
  query: Readonly<Record<string, string>>,
  body: Readonly<Record<string, unknown>>,
): Promise<SearchAnswer> {
  try {
    return (await cluster.send({ method: "POST", path, query, body })) as SearchAnswer;
  } catch (error) {
    throw clusterIoError(cluster, "count documents in", error);
  }
}
