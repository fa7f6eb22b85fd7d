import { IoError } from "../../core/fault.ts";
import { type Cluster, ClusterError } from "./cluster.ts";
import { clusterIoError } from "./cluster-fault.ts";

/** An index template, as it is put; `_meta.logtally` is a digest of the rest. */
export interface Template {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>> & { readonly _meta: { readonly logtally: string } };
}

/** `unknown`: the credentials do not allow to look. */
export type TemplateState = "current" | "other" | "missing" | "unknown";

const BAD_REQUEST = 400;
const FORBIDDEN = 403;
const NOT_FOUND = 404;

/** Its name and version, in words. Rejects with `IoError` for what cannot be used. */
export async function describeCluster(cluster: Cluster, signal?: AbortSignal): Promise<string> {
  const query = { filter_path: "cluster_name,nodes.*.version" };
  try {
    const answer = (await cluster.send({ method: "GET", path: "/_nodes/_local", query }, signal)) as NodesAnswer;
    const [node] = Object.values(answer.nodes ?? {});
    return `cluster "${answer.cluster_name ?? ""}", version ${node?.version ?? "unknown"}`;
  } catch (error) {
    // Elasticsearch says so itself, and nothing else needs this right.
    if (error instanceof ClusterError && error.status === FORBIDDEN) return "a cluster that may not be looked at";
    throw clusterIoError(cluster, "reach", error);
  }
}

interface NodesAnswer {
  readonly cluster_name?: string;
  readonly nodes?: Readonly<Record<string, { readonly version?: string }>>;
}

/** Rejects with `IoError` where the cluster cannot be asked. */
export async function templateState(
  cluster: Cluster,
  { name, body }: Template,
  signal?: AbortSignal,
): Promise<TemplateState> {
  const path = `/_index_template/${name}`;
  try {
    const answer = (await cluster.send({ method: "GET", path }, signal)) as TemplatesAnswer;
    const found = answer.index_templates?.[0]?.index_template?._meta?.logtally;
    return found === body._meta.logtally ? "current" : "other";
  } catch (error) {
    if (error instanceof ClusterError && error.status === NOT_FOUND) return "missing";
    if (error instanceof ClusterError && error.status === FORBIDDEN) return "unknown";
    throw clusterIoError(cluster, `look at index template "${name}" of`, error);
  }
}

interface TemplatesAnswer {
  readonly index_templates?: readonly {
    readonly index_template?: { readonly _meta?: { readonly logtally?: string } };
  }[];
}

/** Creates the template, or brings it up to date; indices that are there stay as they are. Rejects with `IoError`. */
export async function putTemplate(cluster: Cluster, { name, body }: Template): Promise<void> {
  try {
    await cluster.send({ method: "PUT", path: `/_index_template/${name}`, body });
  } catch (error) {
    const operation = `put index template "${name}" into`;
    // Elasticsearch names the other one, which is for the same indices.
    const isClash =
      error instanceof ClusterError && error.status === BAD_REQUEST && error.message.includes("same priority");
    if (!isClash) throw clusterIoError(cluster, operation, error);
    const hint = "another template of the cluster is in the way: give that one other patterns or a lower priority";
    throw new IoError("denied", `${operation} "${cluster.name}": ${error.message} (hint: ${hint})`, { cause: error });
  }
}
