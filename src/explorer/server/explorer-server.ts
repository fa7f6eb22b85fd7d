import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { IoError, UsageError } from "../../core/fault.ts";
import { KIB } from "../../core/units.ts";
import { sendProblem, sendReply } from "./reply-writer.ts";
import { API_PREFIX, type GuardSettings, refusalOf } from "./request-guard.ts";
import type { Route } from "./route.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly mediaType: string;
  readonly content: Buffer;
  /** The same, compressed by gzip. */
  readonly gzipped: Buffer;
  /** Changes with the content. */
  readonly tag: string;
}

export interface ExplorerOptions {
  /** Where it listens: an address of this machine, or what stands for all of them; and a port, 0 for any that is free. */
  readonly address: string;
  readonly port: number;
  /** Takes any port that is free where that one is taken. */
  readonly takesOther: boolean;
  /** The addresses at which it is reached, without port; the first one is told. */
  readonly reachedAt: readonly [string, ...string[]];
  /** What else it is called, as in a URL: behind a proxy with the port of that, if it has one of its own. */
  readonly names: readonly string[];
  readonly token: string;
  readonly routes: readonly Route[];
  /** The file of the page that stands at a path, null where none does. */
  readonly pageFile: (path: string) => Promise<PageFile | null>;
  /** Is told of what must be a bug. */
  readonly onCrash: (error: unknown) => void;
}

export interface Explorer {
  /** Without the token. */
  readonly url: string;
  /** Ends all answers that are under way. */
  close(): Promise<void>;
}

/** Of a question; what is sent as a file nobody asks for here. */
const MOST_BODY_BYTES = 64 * KIB;

const PAGE_HOST = "page";

/** Serves the page and its data. Rejects with `UsageError` where the address cannot be listened at. */
export async function startExplorer(options: ExplorerOptions): Promise<Explorer> {
  const { reachedAt, token, names } = options;
  const guard: { hosts: readonly string[]; token: string } = { hosts: [], token };
  const server = createServer((request, response) => {
    serve(request, response, options, guard).catch((error: unknown) => {
      options.onCrash(error);
      response.destroy();
    });
  });
  const port = await listen(server, options);
  const own = [...reachedAt, "localhost"].map((name) => hostOf(name, port));
  guard.hosts = [...own, ...names.flatMap((name) => [name, `${name}:${port}`])];
  return {
    url: `http://${own[0]}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As browsers write it: addresses of IPv6 in brackets and in short, and no port where it is the usual one. */
function hostOf(name: string, port: number): string {
  return new URL(`http://${name.includes(":") ? `[${name}]` : name}:${port}`).host;
}

async function listen(server: Server, { address, port, takesOther }: ExplorerOptions): Promise<number> {
  try {
    return await listenAt(server, address, port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isTaken = code === "EADDRINUSE";
    if (isTaken && takesOther) return listenAt(server, address, 0);
    const why = isTaken ? "somebody else listens there (hint: --port 0 takes any that is free)" : message;
    throw new UsageError(`serve the page at ${address}, port ${port}: ${why}`, { cause: error });
  }
}

function listenAt(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExplorerOptions,
  guard: GuardSettings,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const { method = "", headers } = request;
  const target = URL.parse(request.url ?? "", `http://${PAGE_HOST}`);
  // Of a request to a proxy, or of one that begins with two slashes, it would be a part only.
  if (target?.host !== PAGE_HOST) return sendProblem(response, 400, "the address cannot be read");
  const { pathname: path, searchParams: params } = target;
  const refusal = refusalOf(
    {
      method,
      path,
      host: headers.host,
      origin: headers.origin,
      fetchSite: headers["sec-fetch-site"],
      authorization: headers.authorization,
      contentType: headers["content-type"],
    },
    guard,
  );
  if (refusal !== null) return sendProblem(response, refusal.status, refusal.message);
  if (!path.startsWith(API_PREFIX)) return servePage(request, response, path, options);
  const route = options.routes.find(
    (each) => each.path === path && each.method === (method === "HEAD" ? "GET" : method),
  );
  if (route === undefined) return sendProblem(response, 404, `nothing is at ${path}`);
  await serveData(request, response, route, params, options);
}

async function serveData(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  params: URLSearchParams,
  { onCrash }: ExplorerOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const wordsOf = (error: unknown): string => {
    if (error instanceof UsageError || error instanceof IoError) return error.message;
    if (!gone.signal.aborted) onCrash(error);
    return "this is a bug; the terminal of logtally says more";
  };
  try {
    const body = route.method === "POST" ? await bodyOf(request) : "";
    await sendReply(response, await route.answer({ params, body, signal: gone.signal }), wordsOf);
  } catch (error) {
    const status = error instanceof UsageError ? 400 : error instanceof IoError ? 503 : 500;
    const words = wordsOf(error);
    if (!gone.signal.aborted) sendProblem(response, status, words);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BODY_BYTES) throw new UsageError(`a question has at most ${MOST_BODY_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { pageFile }: ExplorerOptions,
): Promise<void> {
  const file = await pageFile(path);
  if (file === null) return sendProblem(response, 404, `nothing is at ${path}`);
  response.setHeader("ETag", file.tag);
  response.setHeader("Cache-Control", "no-cache");
  if (request.headers["if-none-match"] === file.tag) {
    response.writeHead(304).end();
    return;
  }
  const takesGzip = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  const content = takesGzip ? file.gzipped : file.content;
  if (takesGzip) response.setHeader("Content-Encoding", "gzip");
  response.setHeader("Vary", "Accept-Encoding");
  response.writeHead(200, { "Content-Type": file.mediaType, "Content-Length": content.length });
  response.end(request.method === "HEAD" ? undefined : content);
}
