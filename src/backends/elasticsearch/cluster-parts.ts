import type { ClusterPart } from "../../core/cluster-part.ts";
import { IoError } from "../../core/fault.ts";
import { inParallel } from "../../core/in-parallel.ts";
import { differencesOf } from "./body-difference.ts";
import { type Cluster, ClusterError, type ClusterRequest } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/**
 * What a cluster has of a part. `other`: of an earlier version, or with other settings; `newer`: of a later version;
 * `altered`: ours by its digest, and changed since by somebody else; `unknown`: the credentials do not allow to look;
 * `not offered`: the cluster has nothing of that kind.
 */
export interface PartState {
  readonly kind: "current" | "missing" | "other" | "newer" | "altered" | "unknown" | "not offered";
  /** Places in the body that were changed, or are others. */
  readonly differences: readonly string[];
}

/** How a kind of part is asked for. */
interface PartPlace {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** What an answer holds of it, in the words of a body that is put. */
  readonly heldIn: (answer: object, name: string) => unknown;
}

type Answer = Readonly<Record<string, unknown>>;

const PLACES: Readonly<Record<ClusterPart["kind"], PartPlace>> = {
  "component template": {
    path: "/_component_template/",
    query: { flat_settings: "true" },
    heldIn: (answer) =>
      (answer as { component_templates?: { component_template?: unknown }[] }).component_templates?.[0]
        ?.component_template,
  },
  "index template": {
    path: "/_index_template/",
    query: { flat_settings: "true" },
    heldIn: (answer) =>
      (answer as { index_templates?: { index_template?: unknown }[] }).index_templates?.[0]?.index_template,
  },
  "lifecycle policy": {
    path: "/_ilm/policy/",
    // Beside it stand its number and who uses it.
    heldIn: (answer, name) => ({ policy: (Object((answer as Answer)[name]) as Answer)["policy"] }),
  },
  role: { path: "/_security/role/", heldIn: (answer, name) => (answer as Answer)[name] },
};

const BAD_REQUEST = 400;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
/** A cluster without such things says that there is no such path, or that it is not for everybody. */
const NOT_OFFERED = [BAD_REQUEST, 405, 410];
const AT_ONCE = 4;

/** What the cluster has of each part, in their order. Rejects with `IoError` where it cannot be asked. */
export function partStates(
  cluster: Cluster,
  parts: readonly ClusterPart[],
  signal?: AbortSignal,
): Promise<readonly PartState[]> {
  return inParallel(parts, AT_ONCE, (part) => partState(cluster, part, signal));
}

/** The same of one. */
export async function partState(cluster: Cluster, part: ClusterPart, signal?: AbortSignal): Promise<PartState> {
  try {
    const answer = await cluster.send(lookRequest(part), signal);
    return stateOf(part, PLACES[part.kind].heldIn(Object(answer) as object, part.name));
  } catch (error) {
    const status = error instanceof ClusterError ? error.status : null;
    if (status === NOT_FOUND) return bare("missing");
    if (status === FORBIDDEN) return bare("unknown");
    if (status !== null && NOT_OFFERED.includes(status)) return bare("not offered");
    throw clusterIoError(cluster, `look at ${part.kind} "${part.name}" of`, error);
  }
}

/** Asks for a part. */
export function lookRequest({ kind, name }: ClusterPart): ClusterRequest {
  const { path, query } = PLACES[kind];
  return { method: "GET", path: `${path}${name}`, ...(query === undefined ? {} : { query }) };
}

/** Creates a part, or brings it up to date. */
export function putRequest({ kind, name, body }: ClusterPart): ClusterRequest {
  return { method: "PUT", path: `${PLACES[kind].path}${name}`, body };
}

/** Creates the part, or brings it up to date; indices that are there stay as they are. Rejects with `IoError`. */
export async function putPart(cluster: Cluster, part: ClusterPart): Promise<void> {
  try {
    await cluster.send(putRequest(part));
  } catch (error) {
    const operation = `put ${part.kind} "${part.name}" into`;
    // Elasticsearch names the other one, which is for the same indices.
    const isClash =
      error instanceof ClusterError && error.status === BAD_REQUEST && error.message.includes("same priority");
    if (!isClash) throw clusterIoError(cluster, operation, error);
    const hint = "another template of the cluster is in the way: give that one other patterns or a lower priority";
    throw new IoError("denied", `${operation} "${cluster.name}": ${error.message} (hint: ${hint})`, { cause: error });
  }
}

/** A policy and a role have no digest: what is not as it is put is another one. */
function stateOf({ body }: ClusterPart, held: unknown): PartState {
  const [ours, theirs] = [versionIn(body), versionIn(held)];
  if (theirs.version > ours.version) return bare("newer");
  if (ours.digest !== theirs.digest) return bare("other");
  const differences = differencesOf(body, held);
  if (differences.length === 0) return bare("current");
  return { kind: ours.digest === null ? "other" : "altered", differences };
}

function versionIn(body: unknown): { readonly version: number; readonly digest: string | null } {
  const { version, _meta: meta } = Object(body) as { readonly version?: unknown; readonly _meta?: unknown };
  const { logtally: digest } = Object(meta) as { readonly logtally?: unknown };
  return {
    version: typeof version === "number" ? version : 0,
    digest: typeof digest === "string" ? digest : null,
  };
}

function bare(kind: PartState["kind"]): PartState {
  return { kind, differences: [] };
}
