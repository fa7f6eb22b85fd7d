/** Requests, and the rights that they need, as Google and Elastic document them. */
import type { PassedRequest } from "../servers/recording-proxy.ts";
import type { PassedCall } from "../servers/recording-pubsub.ts";

/** A permission of Google Cloud or a privilege of Elasticsearch, and on what: a name, `bucket`, or `cluster`. */
export interface Needed {
  readonly right: string;
  readonly on: string;
}

const need = (right: string, on: string): Needed => ({ right, on });

/** Throws for a request of which nobody has said what it needs. */
export function storageNeeds({ method, path, query, body }: PassedRequest): readonly Needed[] {
  const unknown = new Error(`no permission is known for ${method} ${path}`);
  if (path.startsWith("/upload/")) {
    const name = /"name":"([^"]+)"/.exec(body)?.[1] ?? "";
    // Without that precondition it would replace what is there.
    const replaces = query["ifGenerationMatch"] === undefined || query["ifGenerationMatch"] === "";
    return [need("storage.objects.create", name), ...(replaces ? [need("storage.objects.delete", name)] : [])];
  }
  const [, below = "", object = ""] =
    /^\/storage\/v1\/b\/[^/]+(\/o\/|\/o|\/lockRetentionPolicy|)(.*)$/.exec(path) ?? [];
  switch (`${method} ${below}`) {
    case "GET /o":
      return [need("storage.objects.list", "bucket")];
    case "GET /o/":
      return [need("storage.objects.get", object)];
    case "DELETE /o/":
      return [need("storage.objects.delete", object)];
    case "PATCH /o/":
      return [need("storage.objects.get", object), need("storage.objects.update", object)];
    case "GET ":
      return [need("storage.buckets.get", "bucket")];
    case "PATCH ":
    case "POST /lockRetentionPolicy":
      return [need("storage.buckets.update", "bucket")];
    default:
      throw unknown;
  }
}

/** Throws likewise. */
export function pubsubNeeds({ method, on, body }: PassedCall): readonly Needed[] {
  const project = on.split("/").slice(0, 2).join("/");
  switch (method) {
    case "Pull":
    case "Acknowledge":
    case "ModifyAckDeadline":
      return [need("pubsub.subscriptions.consume", on)];
    case "GetSubscription":
      return [need("pubsub.subscriptions.get", on)];
    case "GetTopic":
    case "ListTopicSubscriptions":
      return [need("pubsub.topics.get", on)];
    case "CreateTopic":
      return [need("pubsub.topics.create", project)];
    case "CreateSubscription": {
      const topic = /projects\/[\w-]+\/topics\/[\w.-]+/.exec(body)?.[0] ?? "";
      return [need("pubsub.subscriptions.create", project), need("pubsub.topics.attachSubscription", topic)];
    }
    case "UpdateSubscription":
      return [need("pubsub.subscriptions.update", on)];
    default:
      throw new Error(`no permission is known for ${method}`);
  }
}

/** Throws likewise. */
export function kmsNeeds({ method, path }: PassedRequest): readonly Needed[] {
  const [, key = "", verb] = /^\/v1\/(.*?)(\/publicKey|:asymmetricSign)$/.exec(path) ?? [];
  if (method === "GET" && verb === "/publicKey") return [need("cloudkms.cryptoKeyVersions.viewPublicKey", key)];
  if (method === "POST" && verb === ":asymmetricSign") return [need("cloudkms.cryptoKeyVersions.useToSign", key)];
  throw new Error(`no permission is known for ${method} ${path}`);
}

/** By the first part of a path that names no index, for `GET` and for what changes it; all of the cluster. */
const OF_CLUSTER: Readonly<Record<string, readonly [get: string, put: string]>> = {
  _nodes: ["monitor", ""],
  _component_template: ["monitor", "manage_index_templates"],
  _index_template: ["monitor", "manage_index_templates"],
  _ilm: ["read_ilm", "manage_ilm"],
};
/** By what stands behind the indices of a path. */
const OF_INDEX: Readonly<Record<string, string>> = {
  "GET ": "view_index_metadata",
  "GET _stats": "monitor",
  "POST _search": "read",
  "POST _refresh": "maintenance",
  "PUT _mapping": "manage",
  "PUT ": "create_index",
  "DELETE ": "delete_index",
};

/** `made` are the indices that are there; what is asked to be made goes there too. Throws likewise. */
export function clusterNeeds(request: PassedRequest, made: Set<string>): readonly Needed[] {
  const { method, path, body } = request;
  const [, first = "", second = "", third = ""] = path.split("/");
  const isRead = method === "GET";
  const ofCluster = OF_CLUSTER[first]?.[isRead ? 0 : 1] ?? "";
  if (ofCluster !== "") return [need(ofCluster, "cluster")];
  // Everybody may ask what they may themselves.
  if (path === "/_security/user/_has_privileges") return [];
  if (first === "_security") return [need("manage_security", "cluster")];
  if (first === "_resolve") return third.split(",").map((name) => need("view_index_metadata", name));
  if (first === "_bulk") return bulkNeeds(request, made);
  if (first === "_mget") return namesIn(body, /"_index":"([^"]+)"/g).map((name) => need("read", name));
  if (first === "_aliases") return namesIn(body, /"([\w.*-]+)"(?=[,\]}])/g).map((name) => need("manage", name));
  const right = OF_INDEX[`${method} ${second}`];
  if (right === undefined || first.startsWith("_")) throw new Error(`no privilege is known for ${method} ${path}`);
  if (right === "create_index") made.add(first);
  return first.split(",").map((name) => need(right, name));
}

const OF_ACTION: Readonly<Record<string, string>> = { create: "create_doc", index: "index", delete: "delete" };

/** What is written into an index that is not there makes it; what is to be found at once is refreshed. */
function bulkNeeds({ body, query }: PassedRequest, made: Set<string>): readonly Needed[] {
  const isFoundAtOnce = query["refresh"] !== undefined;
  return [...body.matchAll(/^\{"(create|index|delete)":\{"_index":"([^"]+)"/gm)].flatMap(
    ([, action = "", index = ""]) => {
      const isNew = action !== "delete" && !made.has(index);
      made.add(index);
      return [
        need(OF_ACTION[action] ?? "", index),
        ...(isNew ? [need("auto_configure", index)] : []),
        ...(isFoundAtOnce ? [need("maintenance", index)] : []),
      ];
    },
  );
}

function namesIn(body: string, pattern: RegExp): readonly string[] {
  return [...body.matchAll(pattern)].map(([, name = ""]) => name);
}
