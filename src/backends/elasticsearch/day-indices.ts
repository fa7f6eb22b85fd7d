import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** An index that the cluster shows, with what logtally noted in it. */
export interface FoundIndex {
  readonly name: string;
  /** What it holds, by the note; null where there is none. */
  readonly holds: string | null;
  /** Digest of its fields, by the note. */
  readonly fields: string | null;
  /** True where its documents say which line of an archive they are, as ours always have. */
  readonly isOfArchive: boolean;
  /** Names that stand for it too. */
  readonly aliases: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  /** Null for one that is closed. */
  readonly documents: number | null;
  /** Of all copies; null for one that is closed. */
  readonly bytes: number | null;
}

/** The date is that of each index, also of one without a mapping. */
const FILTER =
  "*.aliases,*.mappings._meta.logtally,*.mappings.properties.archive.properties.stream.type,*.settings.index.creation_date";
const BAD_REQUEST = 400;

/** The indices of these patterns, in order of names, also hidden and closed ones. Rejects with `IoError`. */
export async function listDayIndices(cluster: Cluster, patterns: readonly string[]): Promise<FoundIndex[]> {
  const path = `/${patterns.join(",")}`;
  try {
    const found = (await cluster.send({
      method: "GET",
      path,
      query: { filter_path: FILTER, expand_wildcards: "all" },
    })) as IndexAnswer;
    const { indices = {} } = (await cluster.send({
      method: "GET",
      path: `${path}/_stats/docs,store`,
      query: { filter_path: "indices.*.primaries.docs.count,indices.*.total.store.size_in_bytes" },
    })) as StatsAnswer;
    const all = Object.entries(Object(found) as IndexAnswer).map(
      ([name, { aliases, mappings, settings }]): FoundIndex => {
        const { holds, fields } = mappings?._meta?.logtally ?? {};
        return {
          name,
          holds: typeof holds === "string" ? holds : null,
          fields: typeof fields === "string" ? fields : null,
          isOfArchive: mappings?.properties?.archive?.properties?.stream !== undefined,
          aliases: Object.keys(aliases ?? {}),
          createdAtMs: Number(settings?.index?.creation_date ?? Number.POSITIVE_INFINITY),
          documents: indices[name]?.primaries?.docs?.count ?? null,
          bytes: indices[name]?.total?.store?.size_in_bytes ?? null,
        };
      },
    );
    return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw clusterIoError(cluster, "look for indices in", error);
  }
}

/**
 * Adds the fields of a mapping to an index that is there; documents in it stay as they are. Gives null, or why the index
 * does not take them: a field that is there cannot become another one. Rejects with `IoError`.
 */
export async function addFields(
  cluster: Cluster,
  index: string,
  mapping: Readonly<Record<string, unknown>>,
): Promise<string | null> {
  try {
    await cluster.send({ method: "PUT", path: `/${index}/_mapping`, body: mapping });
    return null;
  } catch (error) {
    if (error instanceof ClusterError && error.status === BAD_REQUEST) return error.message;
    throw clusterIoError(cluster, `add fields to index "${index}" of`, error);
  }
}

/** Has a name stand for these indices too. Rejects with `IoError`. */
export async function addAlias(cluster: Cluster, indices: readonly string[], alias: string): Promise<void> {
  try {
    await cluster.send({ method: "POST", path: "/_aliases", body: { actions: [{ add: { indices, alias } }] } });
  } catch (error) {
    throw clusterIoError(cluster, `add alias "${alias}" to indices of`, error);
  }
}

type IndexAnswer = Readonly<
  Record<
    string,
    {
      readonly aliases?: Readonly<Record<string, unknown>>;
      readonly mappings?: {
        readonly _meta?: { readonly logtally?: { readonly holds?: unknown; readonly fields?: unknown } };
        readonly properties?: { readonly archive?: { readonly properties?: { readonly stream?: unknown } } };
      };
      readonly settings?: { readonly index?: { readonly creation_date?: string } };
    }
  >
>;

interface StatsAnswer {
  readonly indices?: Readonly<
    Record<
      string,
      {
        readonly primaries?: { readonly docs?: { readonly count?: number } };
        readonly total?: { readonly store?: { readonly size_in_bytes?: number } };
      }
    >
  >;
}
