import { IoError } from "../../core/fault.ts";
import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** Which published counts are looked for. */
export interface PublishedScope {
  readonly index: string;
  /** The id of the view. */
  readonly view: string;
  /** Null for all. */
  readonly events: readonly string[] | null;
  /** `YYYY-MM-DD`, half open. */
  readonly fromDay: string;
  readonly toDay: string;
}

/** A document that says that something counted. */
export interface PublishedCount {
  readonly id: string;
  readonly event: string;
  /** Null for totals without names. */
  readonly key: string | null;
  /** `YYYY-MM-DD`. */
  readonly day: string;
}

const PAGE = 1000;
/** An answer without some of the shards would hide what is there; an index that is not there has nothing. */
const QUERY = { ignore_unavailable: "true", allow_no_indices: "true", allow_partial_search_results: "false" };
const DAY = /^\d{4}-\d\d-\d\dT00:00:00\.000Z$/;
const BAD_REQUEST = 400;

/** The published counts above zero, in order of ids. Rejects with `IoError`. */
export async function* publishedCounts(cluster: Cluster, scope: PublishedScope): AsyncGenerator<PublishedCount> {
  for (let after: string | null = null; ; ) {
    const page = await hitsOf(cluster, scope.index, searchBody(scope, after));
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? null;
  }
}

function searchBody({ view, events, fromDay, toDay }: PublishedScope, after: string | null) {
  const filter = [
    { term: { view } },
    { range: { "@timestamp": { gte: fromDay, lt: toDay } } },
    { range: { count: { gt: 0 } } },
    ...(events === null ? [] : [{ terms: { event: events } }]),
  ];
  return {
    size: PAGE,
    track_total_hits: false,
    query: { bool: { filter } },
    sort: ["id"],
    _source: ["id", "event", "key", "@timestamp"],
    ...(after === null ? {} : { search_after: [after] }),
  };
}

async function hitsOf(
  cluster: Cluster,
  index: string,
  body: Readonly<Record<string, unknown>>,
): Promise<PublishedCount[]> {
  try {
    return countsIn(await cluster.send({ method: "POST", path: `/${index}/_search`, query: QUERY, body }));
  } catch (error) {
    const operation = "search published counts in";
    if (!(error instanceof ClusterError) || error.status !== BAD_REQUEST)
      throw clusterIoError(cluster, operation, error);
    // The question is always the same: the index does not understand it.
    const hint =
      "the index was made without our template: look at its mapping, or delete it, and the next report makes it anew";
    const where = `"${index}" of "${cluster.name}"`;
    throw new IoError("denied", `${operation} ${where}: ${error.message} (hint: ${hint})`, { cause: error });
  }
}

/** The counts in an answer. Throws `ClusterError` for one that is none, or has documents that are none of ours. */
export function countsIn(answer: unknown): PublishedCount[] {
  const { hits } = Object((Object(answer) as { readonly hits?: unknown }).hits) as { readonly hits?: unknown };
  if (!Array.isArray(hits)) throw new ClusterError("away", null, "", "no hits in the answer");
  return (hits as readonly unknown[]).map(countIn);
}

function countIn(hit: unknown): PublishedCount {
  const { _source: source } = Object(hit) as { readonly _source?: unknown };
  const { id, event, key = null, "@timestamp": day } = Object(source) as Readonly<Record<string, unknown>>;
  const isOurs = typeof id === "string" && typeof event === "string" && typeof day === "string" && DAY.test(day);
  if (!isOurs || (key !== null && typeof key !== "string")) {
    throw new ClusterError("away", null, "", "a document in the answer that is none of ours");
  }
  return { id, event, key, day: day.slice(0, "YYYY-MM-DD".length) };
}
