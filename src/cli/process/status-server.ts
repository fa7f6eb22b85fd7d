import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import { UsageError } from "../../core/fault.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { ListenAt } from "../options/listen-at.ts";

/** What stands in the way of being ready; none where nothing does. */
export type Readiness = () => readonly string[];

/** Answers probes and scrapes. It says nothing of any line, so that it needs no password. */
export interface StatusServer {
  /** Without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `/livez` answers as long as the process does: a restart helps no service that is away. `/readyz` says 503 and why.
 * Rejects with `UsageError` where nothing can be served there.
 */
export async function startStatusServer(at: ListenAt, metrics: Metrics, unready: Readiness): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const path = request.url?.replace(/\?.*/, "");
    if (!isRead) send(response, 405, "only GET\n");
    else if (path === "/livez") send(response, 200, "ok\n");
    else if (path === "/readyz") sendReadiness(response, unready());
    else if (path === "/metrics") void sendMetrics(response, metrics);
    else send(response, 404, "/livez, /readyz and /metrics are here\n");
  });
  // Probes close their connections, or do not; the end must not wait for them.
  server.keepAliveTimeout = 5000;
  server.listen(at.port, at.address);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new UsageError(`listen at "${at.address}:${at.port}": ${(error as Error).message} (hint: --listen PORT)`, {
      cause: error,
    });
  }
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function sendReadiness(response: ServerResponse, reasons: readonly string[]): void {
  if (reasons.length === 0) send(response, 200, "ok\n");
  else send(response, 503, `${reasons.join("\n")}\n`);
}

async function sendMetrics(response: ServerResponse, metrics: Metrics): Promise<void> {
  try {
    send(response, 200, await metrics.text(), metrics.contentType);
  } catch (error) {
    send(response, 500, `${(error as Error).message}\n`);
  }
}

function send(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(text);
}
