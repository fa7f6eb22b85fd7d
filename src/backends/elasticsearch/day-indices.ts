import type { Cluster } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** An index that the cluster shows, with what logtally noted in it. */
export interface FoundIndex {
  readonly name: string;
  /** What it holds, by the note; null where there is none. */
  readonly holds: string | null;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  /** Null for one that is closed. */
  readonly documents: number | null;
  /** Of all copies; null for one that is closed. */
  readonly bytes: number | null;
}

/** The indices of these patterns, in order of names, also hidden and closed ones. Rejects with `IoError`. */
export async function listDayIndices(cluster: Cluster, patterns: readonly string[]): Promise<FoundIndex[]> {
  const path = `/${patterns.join(",")}`;
  try {
    const found = (await cluster.send({
      method: "GET",
      path,
      // The date is that of each index, also of one without a mapping.
      query: { filter_path: "*.mappings._meta.logtally,*.settings.index.creation_date", expand_wildcards: "all" },
    })) as IndexAnswer;
    const { indices = {} } = (await cluster.send({
      method: "GET",
      path: `${path}/_stats/docs,store`,
      query: { filter_path: "indices.*.primaries.docs.count,indices.*.total.store.size_in_bytes" },
    })) as StatsAnswer;
    const all = Object.entries(Object(found) as IndexAnswer).map(([name, { mappings, settings }]): FoundIndex => {
      const holds = mappings?._meta?.logtally?.holds;
      return {
        name,
        holds: typeof holds === "string" ? holds : null,
        createdAtMs: Number(settings?.index?.creation_date ?? Number.POSITIVE_INFINITY),
        documents: indices[name]?.primaries?.docs?.count ?? null,
        bytes: indices[name]?.total?.store?.size_in_bytes ?? null,
      };
    });
    return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw clusterIoError(cluster, "look for indices in", error);
  }
}

type IndexAnswer = Readonly<
  Record<
    string,
    {
      readonly mappings?: { readonly _meta?: { readonly logtally?: { readonly holds?: unknown } } };
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
