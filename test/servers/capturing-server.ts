import { createServer } from "node:http";
import { type LoopbackServer, listenOnLoopback, receive } from "./loopback-http.ts";

/** A request as it came. */
export interface CapturedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Says that it is an Elasticsearch that has done it, whatever it is asked. */
export interface CapturingServer extends LoopbackServer {
  readonly requests: readonly CapturedRequest[];
}

const HEADERS = { "content-type": "application/json", "x-elastic-product": "Elasticsearch" };

export async function startCapturingServer(): Promise<CapturingServer> {
  const requests: CapturedRequest[] = [];
  const server = createServer((request, response) => {
    const answered = receive(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
      const query = Object.fromEntries(searchParams);
      const json: unknown = body.length === 0 ? null : JSON.parse(body.toString());
      requests.push({ method: request.method ?? "", path: decodeURIComponent(pathname), query, body: json });
      response.writeHead(200, HEADERS).end("{}");
    });
    // A request that cannot be read.
    answered.catch(() => response.destroy());
  });
  return { requests, ...(await listenOnLoopback(server)) };
}
