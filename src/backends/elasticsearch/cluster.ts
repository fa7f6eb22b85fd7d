import { Client, errors } from "@elastic/elasticsearch";
import { KIB, MIB, SECOND_MS } from "../../core/units.ts";
import { type ClusterFields, INDEX_FIELDS } from "./cluster-fields.ts";

/** For one request: a cluster that takes longer has not even begun. */
const REQUEST_TIMEOUT_MS = 30 * SECOND_MS;

/** Of the longest: why each of 5000 documents was rejected. */
const MOST_ANSWER_BYTES = 64 * MIB;
/** Nobody is asked to compress; what comes so all the same may be a thousand times as long. */
const MOST_COMPRESSED_BYTES = 128 * KIB;

const FIRST_REDIRECT = 300;
const NOT_FOUND = 404;
/** Elasticsearch sends it with every answer. */
const PRODUCT_HEADER = "x-elastic-product";

export interface ClusterPlace {
  /** Nodes of one cluster; requests go to them in turn. */
  readonly urls: readonly string[];
  /** Encoded, as Elasticsearch gives it out; null for a cluster without security. */
  readonly apiKey: string | null;
  /** Certificates of authorities to trust, as PEM; null for those of the system. */
  readonly certificates: string | null;
  /** Without them those of a pipeline. */
  readonly fields?: ClusterFields;
}

export interface ClusterRequest {
  readonly method: "DELETE" | "GET" | "POST" | "PUT";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** A JSON body, or lines of JSON. */
  readonly body?: Readonly<Record<string, unknown>> | Buffer;
}

/** A cluster, request by request; each is tried once. */
export interface Cluster {
  /** The nodes, for messages. */
  readonly name: string;
  readonly fields: ClusterFields;
  /** Resolves with the JSON of a good answer. Rejects with `ClusterError`. */
  send(request: ClusterRequest, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

/** `away`: no answer in time, or none at all. `stranger`: who answers is not Elasticsearch. */
export type ClusterFailure = "away" | "stranger" | "refused";

/** A request failed. */
export class ClusterError extends Error {
  readonly failure: ClusterFailure;
  /** Of the answer; null without one. */
  readonly status: number | null;
  /** The cluster's word for it; empty where it gives none. */
  readonly type: string;

  constructor(failure: ClusterFailure, status: number | null, type: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ClusterError";
    this.failure = failure;
    this.status = status;
    this.type = type;
  }
}

export function openCluster({ urls, apiKey, certificates, fields = INDEX_FIELDS }: ClusterPlace): Cluster {
  const client = new Client({
    nodes: [...urls],
    // Repeats are the caller's.
    maxRetries: 0,
    requestTimeout: REQUEST_TIMEOUT_MS,
    maxResponseSize: MOST_ANSWER_BYTES,
    maxCompressedResponseSize: MOST_COMPRESSED_BYTES,
    // Otherwise each error gets a copy of the whole body, byte by byte.
    redaction: { type: "remove" },
    ...(apiKey === null ? {} : { auth: { apiKey } }),
    ...(certificates === null ? {} : { tls: { ca: certificates } }),
  });
  return {
    name: urls.join(", "),
    fields,
    async send({ method, path, query, body }, signal) {
      const lines = body instanceof Buffer ? { bulkBody: body } : {};
      const json = body === undefined || body instanceof Buffer ? {} : { body };
      const querystring = query === undefined ? {} : { querystring: query };
      try {
        const answer = await client.transport.request(
          { method, path, ...querystring, ...lines, ...json },
          { meta: true, ignore: [NOT_FOUND], ...(signal === undefined ? {} : { signal }) },
        );
        const { statusCode: status, headers, body: found } = answer;
        if (status === NOT_FOUND && headers[PRODUCT_HEADER] !== undefined) throw refusal(status, found);
        // A page to log in at, for one. Elasticsearch sends nobody elsewhere.
        if (status >= FIRST_REDIRECT) throw stranger();
        return found;
      } catch (error) {
        throw clusterError(error);
      }
    },
    close: () => client.close(),
  };
}

function clusterError(error: unknown): unknown {
  if (error instanceof ClusterError) return error;
  const options = { cause: error };
  if (error instanceof errors.ProductNotSupportedError) {
    return stranger(options);
  }
  if (error instanceof errors.ResponseError) {
    return refusal(error.statusCode ?? null, error.body, options);
  }
  if (error instanceof errors.ElasticsearchClientError) {
    const [line = ""] = error.message.split("\n");
    return new ClusterError(
      "away",
      null,
      "",
      error instanceof errors.TimeoutError ? "no answer in time" : line,
      options,
    );
  }
  return error;
}

function refusal(status: number | null, body: unknown, options?: ErrorOptions): ClusterError {
  const { type, reason } = explanationIn(body);
  return new ClusterError("refused", status, type, reason || `status ${status}`, options);
}

function stranger(options?: ErrorOptions): ClusterError {
  return new ClusterError("stranger", null, "", "what answers there is not Elasticsearch", options);
}

/** The cluster explains itself in JSON; what stands in between may send pages. */
function explanationIn(body: unknown): { readonly type: string; readonly reason: string } {
  const { error } = Object(body) as { readonly error?: string | Explanation };
  if (typeof error === "string") return { type: "", reason: error };
  const reason = firstLine(error?.reason);
  // "all shards failed" says nothing; why the first of them did says all.
  const cause = firstLine(error?.root_cause?.[0]?.reason);
  return { type: error?.type ?? "", reason: cause === "" || cause === reason ? reason : `${reason}: ${cause}` };
}

interface Explanation {
  readonly type?: string;
  readonly reason?: string;
  readonly root_cause?: readonly { readonly reason?: string }[];
}

function firstLine(text: unknown): string {
  return typeof text === "string" ? (text.split("\n")[0] ?? "") : "";
}
