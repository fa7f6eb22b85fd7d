import { request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { IoError } from "../../core/fault.ts";
import { MIB, SECOND_MS } from "../../core/units.ts";

/** An import writes some dozen objects, and waits until they can be searched. */
const REQUEST_TIMEOUT_MS = 60 * SECOND_MS;
const MOST_ANSWER_BYTES = 64 * MIB;

export interface KibanaPlace {
  /** With its base path, without a space. */
  readonly url: string;
  /** Encoded, as Elasticsearch gives it out; null: no credentials are sent. */
  readonly apiKey: string | null;
  /** Certificates of authorities to trust, as PEM; null for those of the system. */
  readonly certificates: string | null;
  readonly space: string;
}

export interface KibanaRequest {
  readonly method: "GET" | "POST";
  /** Behind the base path. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly bytes: Buffer };
}

export interface KibanaAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends one request, once; redirects are not followed. Rejects with `IoError` where nobody answers; `operation` begins its message. */
export async function askKibana(
  { url, apiKey, certificates }: KibanaPlace,
  { method, path, body }: KibanaRequest,
  operation: string,
): Promise<KibanaAnswer> {
  const target = new URL(`${url.endsWith("/") ? url.slice(0, -1) : url}${path}`);
  const options: RequestOptions = {
    method,
    timeout: REQUEST_TIMEOUT_MS,
    headers: {
      accept: "application/json, application/x-ndjson",
      // Any text: Kibana refuses what a foreign page could send.
      "kbn-xsrf": "logtally",
      ...(apiKey === null ? {} : { authorization: `ApiKey ${apiKey}` }),
      ...(body === undefined ? {} : { "content-type": body.type, "content-length": body.bytes.length }),
    },
    ...(certificates === null ? {} : { ca: certificates }),
  };
  try {
    return await exchange(target, options, body?.bytes ?? null);
  } catch (error) {
    const { message } = error as Error;
    const [code, hint] = causeOf(message);
    throw new IoError(code, `${operation} "${url}": ${message} (hint: ${hint})`, { cause: error });
  }
}

function exchange(target: URL, options: RequestOptions, bytes: Buffer | null): Promise<KibanaAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<KibanaAnswer>();
  const send = target.protocol === "https:" ? requestHttps : requestHttp;
  const sent = send(target, options, (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_ANSWER_BYTES) sent.destroy(new Error("an answer without end"));
      else chunks.push(chunk);
    });
    response.on("error", reject);
    response.on("end", () => {
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
    });
  });
  sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
  sent.on("error", reject);
  sent.end(bytes);
  return promise;
}

function causeOf(message: string): readonly ["denied" | "unavailable", string] {
  if (message.includes("altnames")) return ["denied", "index.kibana.url must name the host as its certificate does"];
  if (/wrong version number|packet length too long/i.test(message)) {
    return ["denied", "index.kibana.url says https, and what answers there speaks http"];
  }
  if (/certificate|self.signed/i.test(message)) {
    return ["denied", "name the file of its certificate authority: index.kibana.ca_file"];
  }
  return ["unavailable", "look at index.kibana.url, and whether Kibana runs"];
}
