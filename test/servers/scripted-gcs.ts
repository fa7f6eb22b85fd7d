import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenOnLoopback, receive } from "./loopback-http.ts";

/** What a request meets instead of the right answer: a status, or something that a real server does not do on demand. */
export type Mishap =
  | number
  | "reply lost"
  | "torn"
  | "no answer"
  | "bit flipped"
  | "no JSON"
  | "whole object"
  | { readonly status: number; readonly message: string; readonly reason?: string };

export interface SeenRequest {
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  /** What an upload says of its object. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly isSigned: boolean;
}

/** As much of Cloud Storage as a store needs, with mishaps in the order of the requests; null is none. */
export interface ScriptedGcs {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly objects: ReadonlyMap<string, Buffer>;
  close(): Promise<void>;
}

const PAGE = 2;

interface Upload {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Buffer;
}

export async function startScriptedGcs(mishaps: readonly (Mishap | null)[]): Promise<ScriptedGcs> {
  const requests: SeenRequest[] = [];
  const objects = new Map<string, Buffer>();
  const script = [...mishaps];

  const server = createServer((request, response) => {
    void receive(request).then((body) => {
      const url = new URL(request.url ?? "", "http://test");
      const query = Object.fromEntries(url.searchParams);
      const upload = url.pathname.startsWith("/upload/") ? uploadIn(request, body) : null;
      const isSigned = request.headers.authorization !== undefined;
      requests.push({ method: request.method ?? "", query, metadata: upload?.metadata ?? {}, isSigned });
      const mishap = script.shift() ?? null;
      const name = url.pathname.split("/o/")[1];
      if (mishap === "no answer") return;
      if (typeof mishap === "number") refuse(response, mishap, `status ${mishap}`);
      else if (mishap !== null && typeof mishap === "object") {
        refuse(response, mishap.status, mishap.message, mishap.reason);
      } else if (upload !== null) store(upload, query["ifGenerationMatch"] ?? "", mishap, response);
      else if (name !== undefined && request.method === "DELETE") {
        remove(decodeURIComponent(name), mishap, response);
      } else if (name !== undefined) deliver(decodeURIComponent(name), request, mishap, response);
      else list(query, response);
    });
  });

  function store(
    { metadata, content }: Upload,
    generation: string,
    mishap: Mishap | null,
    response: ServerResponse,
  ): void {
    const name = String(metadata["name"]);
    if (mishap === "torn") {
      response.destroy();
      return;
    }
    if (generation === "0" ? objects.has(name) : generation !== "") {
      refuse(response, 412, "conditionNotMet");
      return;
    }
    const kept = Buffer.from(content);
    if (mishap === "bit flipped") kept[0] = (kept[0] ?? 0) ^ 1;
    objects.set(name, kept);
    if (mishap === "reply lost") response.destroy();
    else if (mishap === "no JSON") response.end("<html>welcome</html>");
    else answer(response, { name, md5Hash: createHash("md5").update(kept).digest("base64") });
  }

  /** So many names a page, so that a test needs few; no size or time. */
  function list({ prefix = "", pageToken = "" }: Readonly<Record<string, string>>, response: ServerResponse): void {
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
    const page = names.filter((name) => name > pageToken).slice(0, PAGE);
    const last = page.at(-1);
    const hasMore = last !== undefined && last !== names.at(-1);
    answer(response, { items: page.map((name) => ({ name })), ...(hasMore ? { nextPageToken: last } : {}) });
  }

  function deliver(name: string, request: IncomingMessage, mishap: Mishap | null, response: ServerResponse): void {
    const content = objects.get(name);
    if (content === undefined) {
      refuse(response, 404, "No such object");
      return;
    }
    const [, first = "0", last = ""] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    const part = mishap === "whole object" ? content : content.subarray(Number(first), Number(last) + 1);
    response.writeHead(mishap === "whole object" ? 200 : 206, { "content-length": part.length });
    if (mishap === "torn") response.write(part.subarray(0, 1), () => response.destroy());
    else response.end(part);
  }

  function remove(name: string, mishap: Mishap | null, response: ServerResponse): void {
    if (!objects.delete(name)) refuse(response, 404, "No such object");
    else if (mishap === "reply lost") response.destroy();
    else response.writeHead(204).end();
  }

  return { requests, objects, ...(await listenOnLoopback(server)) };
}

/** The two parts of a multipart upload: JSON and bytes. */
function uploadIn(request: IncomingMessage, body: Buffer): Upload {
  const boundary = /boundary="?([^";]+)/.exec(request.headers["content-type"] ?? "")?.[1] ?? "";
  const [, json = "", bytes = ""] = body.toString("latin1").split(`--${boundary}`);
  const payloadOf = (part: string): string => part.slice(part.indexOf("\r\n\r\n") + 4, -2);
  return {
    metadata: JSON.parse(Buffer.from(payloadOf(json), "latin1").toString()) as Record<string, unknown>,
    content: Buffer.from(payloadOf(bytes), "latin1"),
  };
}

/** How the service says what is wrong. */
function refuse(response: ServerResponse, code: number, message: string, reason = ""): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { code, message, errors: [{ message, domain: "global", reason }] } }, null, 2));
}

function answer(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
