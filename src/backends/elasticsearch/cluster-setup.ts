import { type IoCode, IoError } from "../../core/fault.ts";
import { type Cluster, ClusterError } from "./cluster.ts";

/** An index template, as it is put; `_meta.logtally` is a digest of the rest. */
export interface Template {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>> & { readonly _meta: { readonly logtally: string } };
}

/** `unknown`: the credentials do not allow to look. */
export type TemplateState = "current" | "other" | "missing" | "unknown";

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
    throw clusterIoError(cluster, `put index template "${name}" into`, error);
  }
}

/** An `IoError` from what a cluster rejects with, with what to do last; other errors as they are. */
export function clusterIoError(cluster: Cluster, operation: string, error: unknown): unknown {
  if (!(error instanceof ClusterError)) return error;
  const [code, hint] = causeOf(error);
  return new IoError(code, `${operation} "${cluster.name}": ${error.message} (hint: ${hint})`, { cause: error });
}

function causeOf({ failure, status, type, message }: ClusterError): readonly [IoCode, string] {
  // So an older one answers the client of this one.
  if (failure === "stranger" || type === "media_type_header_exception") {
    return ["denied", "index.urls must name Elasticsearch 9"];
  }
  if (failure === "away" && message.includes("altnames")) {
    return ["denied", "index.urls must name the host as its certificate does"];
  }
  if (failure === "away" && message.includes("wrong version number")) {
    return ["denied", "index.urls says https, and what answers there speaks http"];
  }
  if (failure === "away" && message.startsWith("other side closed")) {
    return ["unavailable", "look at index.urls: does the cluster ask for https?"];
  }
  if (failure === "away" && /certificate|self.signed/i.test(message)) {
    return ["denied", "name the file of the cluster's certificate authority: index.ca_file"];
  }
  if (failure === "away") return ["unavailable", "look at index.urls, the cluster's state and the way there"];
  if (status === 401) return ["denied", "give an API key that the cluster knows: index.api_key"];
  if (status === FORBIDDEN)
    return ["denied", "the API key lacks a right; docs/how-to/elasticsearch.md names those it needs"];
  return ["unavailable", "the cluster does not do it as it is; look at its state"];
}
