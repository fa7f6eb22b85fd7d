import { createServer, request } from "node:http";
import { type LoopbackServer, listenOnLoopback, receive } from "./loopback-http.ts";

/** A request as it went through. */
export interface PassedRequest {
  readonly method: string;
  /** Decoded, without its query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A way to a server on which every request is noted. */
export interface RecordingProxy extends LoopbackServer {
  /** What was asked since last asked. */
  take(): readonly PassedRequest[];
  /** By what requests have been authorized so far; empty for one that was not. */
  readonly authorizations: ReadonlySet<string>;
}

/** `target` is the URL of a server on the loopback interface. */
export async function openRecordingProxy(target: string): Promise<RecordingProxy> {
  const passed: PassedRequest[] = [];
  const authorizations = new Set<string>();
  const server = createServer((near, answer) => {
    const sent = receive(near).then((body) => {
      const { pathname, searchParams } = new URL(near.url ?? "", target);
      authorizations.add(near.headers.authorization ?? "");
      const query = Object.fromEntries(searchParams);
      passed.push({
        method: near.method ?? "",
        path: decodeURIComponent(pathname),
        query,
        body: body.toString("latin1"),
      });
      const far = request(`${target}${near.url}`, { method: near.method ?? "GET", headers: near.headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 0, reply.headers);
        reply.pipe(answer);
      });
      far.on("error", () => answer.destroy());
      far.end(body);
    });
    // A request that was cut off.
    sent.catch(() => answer.destroy());
  });
  return { take: () => passed.splice(0), authorizations, ...(await listenOnLoopback(server)) };
}
