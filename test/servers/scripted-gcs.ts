import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
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
  | "late"
  | { readonly status: number; readonly message: string; readonly reason?: string };

export interface SeenRequest {
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  /** What an upload says of its object. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly isSigned: boolean;
}

/** A late answer comes so much later. */
const LATE_MS = 500;

/** As much of Cloud Storage as a store needs. */
export interface ScriptedGcs {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly objects: ReadonlyMap<string, Buffer>;
  /** What objects say of themselves: as they were uploaded, and changed since. */
  readonly metadata: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** What a bucket says of itself; a test may change it. Objects of all buckets lie together. */
  bucket(name: string): Record<string, unknown>;
  /** As an upload does that says this of its object. */
  put(name: string, content: Buffer, metadata: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

interface Upload {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Buffer;
}

/** Mishaps come in the order of the requests, or as they are asked for; null is none. */
export async function startScriptedGcs(
  mishaps: readonly (Mishap | null)[] | (() => Mishap | null),
): Promise<ScriptedGcs> {
  const requests: SeenRequest[] = [];
  const objects = new Map<string, Buffer>();
  const createdAtMs = new Map<string, number>();
  const metadataOf = new Map<string, Readonly<Record<string, unknown>>>();
  const buckets = new Map<string, Record<string, unknown>>();
  const bucketOf = (name: string): Record<string, unknown> => {
    const bucket = buckets.get(name) ?? { metageneration: "1" };
    buckets.set(name, bucket);
    return bucket;
  };
  const script = typeof mishaps === "function" ? [] : [...mishaps];
  const nextMishap = typeof mishaps === "function" ? mishaps : () => script.shift() ?? null;

  const server = createServer((request, response) => {
    const answered = receive(request).then(async (body) => {
      const url = new URL(request.url ?? "", "http://test");
      const query = Object.fromEntries(url.searchParams);
      const upload = url.pathname.startsWith("/upload/") ? uploadIn(request, body) : null;
      const isSigned = request.headers.authorization !== undefined;
      requests.push({ method: request.method ?? "", query, metadata: upload?.metadata ?? {}, isSigned });
      const mishap = nextMishap();
      const name = url.pathname.split("/o/")[1];
      if (mishap === "no answer") return;
      if (mishap === "late") await sleep(LATE_MS);
      if (typeof mishap === "number") refuse(response, mishap, `status ${mishap}`);
      else if (mishap !== null && typeof mishap === "object") {
        refuse(response, mishap.status, mishap.message, mishap.reason);
      } else if (upload !== null) store(upload, query["ifGenerationMatch"] ?? "", mishap, response);
      else if (name !== undefined && request.method === "DELETE") {
        remove(decodeURIComponent(name), mishap, response);
      } else if (name !== undefined && request.method === "PATCH") {
        patch(decodeURIComponent(name), body, mishap, response);
      } else if (!url.pathname.includes("/o")) {
        const { status, answer: said } = bucketAnswer(
          bucketOf(url.pathname.split("/")[4] ?? ""),
          request.method ?? "",
          url,
          body,
        );
        if (status === 200) answer(response, said);
        else refuse(response, status, "conditionNotMet");
      } else if (name !== undefined) deliver(decodeURIComponent(name), request, mishap, response);
      else answer(response, page(query));
    });
    // A request that was cut off in the middle: its sender was killed.
    answered.catch(() => response.destroy());
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
    put(name, kept, metadata);
    if (mishap === "reply lost") response.destroy();
    else if (mishap === "no JSON") response.end("<html>welcome</html>");
    else answer(response, { name, md5Hash: createHash("md5").update(kept).digest("base64") });
  }

  function put(name: string, content: Buffer, metadata: Upload["metadata"]): void {
    objects.set(name, content);
    metadataOf.set(name, metadata);
    createdAtMs.set(name, Date.now());
  }

  function deliver(name: string, request: IncomingMessage, mishap: Mishap | null, response: ServerResponse): void {
    const content = objects.get(name);
    if (content === undefined) {
      refuse(response, 404, "No such object");
      return;
    }
    const [, first = 0, last = content.length - 1] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    const part = mishap === "whole object" ? content : content.subarray(Number(first), Number(last) + 1);
    response.writeHead(mishap === "whole object" ? 200 : 206, { "content-length": part.length });
    if (mishap === "torn") response.write(part.subarray(0, 1), () => response.destroy());
    else response.end(part);
  }

  function patch(name: string, body: Buffer, mishap: Mishap | null, response: ServerResponse): void {
    if (!objects.has(name)) {
      refuse(response, 404, "No such object");
      return;
    }
    const changed = { ...metadataOf.get(name), ...(JSON.parse(body.toString()) as Record<string, unknown>) };
    metadataOf.set(name, changed);
    if (mishap === "reply lost") response.destroy();
    else answer(response, { name, ...changed });
  }

  function remove(name: string, mishap: Mishap | null, response: ServerResponse): void {
    if (metadataOf.get(name)?.["temporaryHold"] === true)
      refuse(response, 403, "Object is under active temporary hold");
    else if (!objects.delete(name)) refuse(response, 404, "No such object");
    else if (mishap === "reply lost") response.destroy();
    else response.writeHead(204).end();
  }

  /** With a delimiter names are told up to the next one only, each beginning once. */
  function page({ prefix = "", delimiter = "", maxResults = "1000", pageToken = "" }: SeenRequest["query"]): unknown {
    const toldAs = (name: string): string => {
      const end = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
      return end === -1 ? name : name.slice(0, end + delimiter.length);
    };
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix));
    const told = [...new Set(names.map(toldAs))].filter((name) => name > pageToken).toSorted();
    const onPage = told.slice(0, Number(maxResults));
    const items = onPage
      .filter((name) => objects.has(name))
      .map((name) => ({
        name,
        size: String(objects.get(name)?.length),
        timeCreated: new Date(createdAtMs.get(name) ?? 0).toISOString(),
        storageClass: metadataOf.get(name)?.["storageClass"],
        temporaryHold: metadataOf.get(name)?.["temporaryHold"],
      }));
    const prefixes = onPage.filter((name) => !objects.has(name));
    return { items, prefixes, ...(onPage.length < told.length ? { nextPageToken: onPage.at(-1) } : {}) };
  }

  return { requests, objects, metadata: metadataOf, bucket: bucketOf, put, ...(await listenOnLoopback(server)) };
}

/** Its settings, changed where that is asked for. */
function bucketAnswer(
  bucket: Record<string, unknown>,
  method: string,
  url: URL,
  body: Buffer,
): { readonly status: number; readonly answer: unknown } {
  const policy = Object(bucket["retentionPolicy"]) as Record<string, unknown>;
  const metageneration = Number(bucket["metageneration"]);
  if (url.pathname.endsWith("/lockRetentionPolicy")) {
    if (url.searchParams.get("ifMetagenerationMatch") !== String(metageneration)) return { status: 412, answer: null };
    bucket["retentionPolicy"] = { ...policy, isLocked: true };
  } else if (method === "PATCH") {
    const change = JSON.parse(body.toString()) as { readonly retentionPolicy: { readonly retentionPeriod: string } };
    const isShorter = Number(change.retentionPolicy.retentionPeriod) < Number(policy["retentionPeriod"] ?? 0);
    if (policy["isLocked"] === true && isShorter) return { status: 403, answer: null };
    bucket["retentionPolicy"] = { ...policy, ...change.retentionPolicy };
  } else return { status: 200, answer: bucket };
  bucket["metageneration"] = String(metageneration + 1);
  return { status: 200, answer: bucket };
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
