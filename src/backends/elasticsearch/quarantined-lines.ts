import { IoError } from "../../core/fault.ts";
import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** Which lines in quarantine are meant. */
export interface QuarantineScope {
  /** Names of indices; `*` stands for anything. */
  readonly indices: string;
  readonly stream: string;
  /** Half-open span of their times, in milliseconds since 1970; null is open. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  /** Null for all. */
  readonly logs: readonly string[] | null;
  /** The cluster's word for why they were rejected, like `document_parsing_exception`; null for any. */
  readonly reason: string | null;
}

/** A document of the quarantine, as it was seen. */
export interface QuarantinedLine {
  readonly index: string;
  readonly id: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
  /** Where the line was; null in a document that is none of ours. */
  readonly place: { readonly object: string; readonly row: number } | null;
}

/** How many there are, by why they were rejected. */
export interface QuarantineCounts {
  readonly lines: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Documents that do not say where the line is, and so are none of ours. */
  readonly strange: number;
}

const PAGE = 1000;
const MOST_REASONS = 100;
/** An answer without some of the shards would hide what is there; names that stand for none are fine. */
const QUERY = { allow_no_indices: "true", allow_partial_search_results: "false", expand_wildcards: "open,closed" };
const IS_PLACED = [{ exists: { field: "place.object" } }, { exists: { field: "place.row" } }];
/** Lines of one object together, in the order in which they lie there; and no two alike. */
const ORDER = ["place.object", "place.row", "archive.id", "_index"];

/** Rejects with `IoError`. */
export async function countQuarantined(cluster: Cluster, scope: QuarantineScope): Promise<QuarantineCounts> {
  const body = {
    size: 0,
    track_total_hits: true,
    query: { bool: { filter: filterOf(scope) } },
    aggs: {
      reasons: { terms: { field: "rejection.type", size: MOST_REASONS } },
      placed: { filter: { bool: { filter: IS_PLACED } } },
    },
  };
  const { hits, aggregations } = await search(cluster, scope.indices, body);
  const lines = hits?.total?.value ?? 0;
  const buckets = aggregations?.reasons?.buckets ?? [];
  return {
    lines,
    reasons: Object.fromEntries(buckets.map(({ key, doc_count: count }) => [key, count])),
    strange: lines - (aggregations?.placed?.doc_count ?? 0),
  };
}

/**
 * Pages of them, in order of their places. What comes or goes meanwhile is seen or not; what is changed may be seen
 * twice. Rejects with `IoError`.
 */
export async function* quarantinedLines(cluster: Cluster, scope: QuarantineScope): AsyncGenerator<QuarantinedLine[]> {
  for (let after: readonly unknown[] | null = null; ; ) {
    const body = {
      size: PAGE,
      track_total_hits: false,
      query: { bool: { filter: [...filterOf(scope), ...IS_PLACED] } },
      sort: ORDER,
      seq_no_primary_term: true,
      _source: ["archive.id", "place"],
      ...(after === null ? {} : { search_after: after }),
    };
    const { hits } = await search(cluster, scope.indices, body);
    const page: readonly Hit[] = hits?.hits ?? [];
    if (page.length > 0) yield page.map(quarantinedLine);
    after = page.at(-1)?.sort ?? null;
    if (page.length < PAGE || after === null) return;
  }
}

function filterOf({ stream, sinceMs, untilMs, logs, reason }: QuarantineScope): readonly unknown[] {
  const span = { ...(sinceMs === null ? {} : { gte: sinceMs }), ...(untilMs === null ? {} : { lt: untilMs }) };
  return [
    { term: { "archive.stream": stream } },
    ...(sinceMs === null && untilMs === null ? [] : [{ range: { "@timestamp": { ...span, format: "epoch_millis" } } }]),
    ...(logs === null ? [] : [{ terms: { "archive.log": logs } }]),
    ...(reason === null ? [] : [{ term: { "rejection.type": reason } }]),
  ];
}

function quarantinedLine({ _index: index, _id: id, _seq_no, _primary_term, _source }: Hit): QuarantinedLine {
  const { object, row } = _source?.place ?? {};
  const isOurs = typeof object === "string" && Number.isSafeInteger(row) && _source?.archive?.id === id;
  const place = isOurs ? { object, row: row as number } : null;
  return { index, id, seqNo: _seq_no, primaryTerm: _primary_term, place };
}

interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly sort: readonly unknown[];
  readonly _source?: {
    readonly archive?: { readonly id?: unknown };
    readonly place?: { readonly object?: unknown; readonly row?: unknown };
  };
}

interface SearchAnswer {
  readonly hits?: { readonly total?: { readonly value?: number }; readonly hits?: readonly Hit[] };
  readonly aggregations?: {
    readonly reasons?: { readonly buckets?: readonly { readonly key: string; readonly doc_count: number }[] };
    readonly placed?: { readonly doc_count?: number };
  };
}

async function search(
  cluster: Cluster,
  indices: string,
  body: Readonly<Record<string, unknown>>,
): Promise<SearchAnswer> {
  try {
    return (await cluster.send({ method: "POST", path: `/${indices}/_search`, query: QUERY, body })) as SearchAnswer;
  } catch (error) {
    const operation = `search "${indices}" in`;
    const isOfMapping =
      error instanceof ClusterError && /No mapping found|Fielddata is disabled|not supported/.test(error.message);
    if (!isOfMapping) throw clusterIoError(cluster, operation, error);
    const hint = "an index of that name was made without our template: look at its mapping, or remove it";
    throw new IoError("denied", `${operation} "${cluster.name}": ${error.message} (hint: ${hint})`, { cause: error });
  }
}
