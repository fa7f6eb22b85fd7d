import { IoError } from "../../core/fault.ts";
import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** An index that logtally has made itself, with what it noted there. */
export interface MarkedIndex {
  readonly name: string;
  /** The replay that made it; null where it has no such note. */
  readonly replay: string | null;
  /** RFC 3339; null where it does not say. */
  readonly expiresAt: string | null;
}

const NOT_FOUND = 404;

/** The indices of that pattern, in order of names. Rejects with `IoError`. */
export async function listMarkedIndices(cluster: Cluster, pattern: string): Promise<MarkedIndex[]> {
  // The date is that of each index, also of one without a mapping.
  const query = { filter_path: "*.mappings._meta.logtally,*.settings.index.creation_date", expand_wildcards: "all" };
  try {
    const answer = await cluster.send({ method: "GET", path: `/${pattern}`, query });
    const found = Object.entries(Object(answer) as IndexAnswer).map(([name, { mappings }]): MarkedIndex => {
      const { replay, expires_at: expiresAt } = mappings?._meta?.logtally ?? {};
      return { name, replay: replay ?? null, expiresAt: expiresAt ?? null };
    });
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof ClusterError && error.status === NOT_FOUND) return [];
    throw clusterIoError(cluster, `look for indices "${pattern}" in`, error);
  }
}

type IndexAnswer = Readonly<
  Record<
    string,
    {
      readonly mappings?: {
        readonly _meta?: { readonly logtally?: { readonly replay?: string; readonly expires_at?: string } };
      };
    }
  >
>;

/**
 * Makes the index unless it is there. Rejects with `IoError`, `denied` where it is there and another replay's.
 */
export async function makeMarkedIndex(
  cluster: Cluster,
  name: string,
  replay: string,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  try {
    await cluster.send({ method: "PUT", path: `/${name}`, body });
  } catch (error) {
    if (!(error instanceof ClusterError) || error.type !== "resource_already_exists_exception") {
      throw clusterIoError(cluster, `make index "${name}" in`, error);
    }
    const [index] = await listMarkedIndices(cluster, name);
    if (index?.replay === replay) return;
    throw ofAnotherReplay(cluster, name);
  }
}

/** An index of that name stands in the way. */
export function ofAnotherReplay(cluster: Cluster, name: string): IoError {
  const why = "it is there, and by another replay or by somebody else";
  return new IoError(
    "denied",
    `make index "${name}" in "${cluster.name}": ${why} (hint: another --name, or remove it)`,
  );
}

/** Removes an index; does no harm where it is gone. Rejects with `IoError`. */
export async function removeIndex(cluster: Cluster, name: string): Promise<void> {
  try {
    await cluster.send({ method: "DELETE", path: `/${name}` });
  } catch (error) {
    if (error instanceof ClusterError && error.status === NOT_FOUND) return;
    throw clusterIoError(cluster, `remove index "${name}" in`, error);
  }
}
