import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request meets instead of the right answer: a status, or something that a real server does not do on demand. */
export type Mishap = number | "reply lost" | "torn" | "bit flipped";

export interface SeenRequest {
  readonly method: string;
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  /** What an upload says of its object. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** As much of Cloud Storage as uploads and downloads need, with mishaps in the order of the requests. */
export interface ScriptedGcs {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly objects: ReadonlyMap<string, Buffer>;
  close(): Promise<void>;
}

export async function startScriptedGcs(mishaps: readonly Mishap[]): Promise<ScriptedGcs> {
  const requests: SeenRequest[] = [];
  const objects = new Map<string, Buffer>();
  const script = [...mishaps];

  const server = createServer((request, response) => {
    void receive(request).then((body) => {
      const url = new URL(request.url ?? "", "http://test");
      const query = Object.fromEntries(url.searchParams);
      const isUpload = url.pathname.startsWith("/upload/");
      const { metadata, content } = isUpload ? partsOf(request, body) : { metadata: {}, content: Buffer.alloc(0) };
      const name = query["name"] ?? decodeURIComponent(url.pathname.split("/o/")[1] ?? "");
      requests.push({ method: request.method ?? "", name, query, metadata });
      const mishap = script.shift();
      if (typeof mishap === "number") answer(response, mishap, mishap < 300 ? {} : problem(mishap, `status ${mishap}`));
      else if (isUpload) store(name, content, mishap, response);
      else deliver(name, mishap, response);
    });
  });

  function store(name: string, content: Buffer, mishap: Mishap | undefined, response: ServerResponse): void {
    if (mishap === "torn") {
      response.destroy();
      return;
    }
    if (objects.has(name)) {
      answer(response, 412, problem(412, "conditionNotMet"));
      return;
    }
    const kept = Buffer.from(content);
    if (mishap === "bit flipped") kept[0] = (kept[0] ?? 0) ^ 1;
    objects.set(name, kept);
    if (mishap === "reply lost") response.destroy();
    else answer(response, 200, { name, md5Hash: createHash("md5").update(kept).digest("base64") });
  }

  function deliver(name: string, mishap: Mishap | undefined, response: ServerResponse): void {
    const content = objects.get(name);
    if (content === undefined) {
      answer(response, 404, problem(404, "No such object"));
      return;
    }
    response.writeHead(206, { "content-length": content.length });
    if (mishap === "torn") response.write(content.subarray(0, 1), () => response.destroy());
    else response.end(content);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    objects,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The two parts of a multipart upload: JSON and bytes. */
function partsOf(request: IncomingMessage, body: Buffer): { metadata: Record<string, unknown>; content: Buffer } {
  const boundary = /boundary="?([^";]+)/.exec(request.headers["content-type"] ?? "")?.[1] ?? "";
  const [, json = "", bytes = ""] = body.toString("latin1").split(`--${boundary}`);
  const payloadOf = (part: string): string => part.slice(part.indexOf("\r\n\r\n") + 4, -2);
  return {
    metadata: JSON.parse(Buffer.from(payloadOf(json), "latin1").toString()) as Record<string, unknown>,
    content: Buffer.from(payloadOf(bytes), "latin1"),
  };
}

/** How the service says what is wrong. */
function problem(code: number, message: string): unknown {
  return { error: { code, message, errors: [{ message }] } };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
