import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenOnLoopback, receive } from "./loopback-http.ts";

/** How an item of a bulk request fails. */
export interface ItemMishap {
  readonly status: number;
  readonly type: string;
  readonly reason?: string;
  readonly cause?: string;
}

/**
 * What a request meets instead of the right answer: a status, a body in the place of the answer, items that fail, by
 * id, or something that a real server does not do on demand.
 */
export type BulkMishap =
  | number
  | "reply lost"
  | "torn"
  | "no answer"
  | "no JSON"
  | "half an answer"
  | "stranger"
  | { readonly answer: unknown }
  | { readonly items: Readonly<Record<string, ItemMishap>> };

export interface BulkRequest {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly ids: readonly string[];
}

/** As much of Elasticsearch as an index needs, with mishaps in the order of the requests; null is none. */
export interface ScriptedElasticsearch {
  readonly url: string;
  readonly requests: readonly BulkRequest[];
  /** By `index/id`. */
  readonly documents: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

export interface ElasticsearchScript {
  readonly mishaps: readonly (BulkMishap | null)[];
  /** Larger requests get a 413. */
  readonly maxBytes?: number;
}

interface Item {
  readonly index: string;
  readonly id: string;
  readonly source: string;
  /** Null for one that is created. */
  readonly version: number | null;
}

interface Place {
  readonly _index: string;
  readonly _id: string;
}

interface VersionedPlace extends Place {
  readonly version: number;
  readonly version_type: string;
}

const JSON_TYPE = "application/vnd.elasticsearch+json;compatible-with=9";

export async function startScriptedElasticsearch(script: ElasticsearchScript): Promise<ScriptedElasticsearch> {
  const { maxBytes = Number.POSITIVE_INFINITY } = script;
  const mishaps = [...script.mishaps];
  const requests: BulkRequest[] = [];
  const documents = new Map<string, string>();
  const versions = new Map<string, number>();

  const server = createServer((request, response) => {
    const answered = receive(request).then((body) => {
      const items = itemsIn(body.toString());
      const { url = "", headers } = request;
      requests.push({ url, headers, body: body.toString(), ids: items.map(({ id }) => id) });
      const mishap = body.length > maxBytes ? 413 : (mishaps.shift() ?? null);
      serve(items, mishap, response);
    });
    // A request that cannot be read.
    answered.catch(() => response.destroy());
  });

  function serve(items: readonly Item[], mishap: BulkMishap | null, response: ServerResponse): void {
    if (mishap === "no answer") return;
    if (mishap === "torn") {
      response.destroy();
      return;
    }
    if (typeof mishap === "number") {
      const error = { type: "some_exception", reason: `in words: ${mishap}` };
      respond(response, mishap, JSON_TYPE, JSON.stringify({ error, status: mishap }));
      return;
    }
    if (mishap === "stranger") {
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
      return;
    }
    const failing = mishap !== null && typeof mishap === "object" && "items" in mishap ? mishap.items : {};
    const done = (item: Item): unknown => {
      const outcome = write(item, failing[item.id]);
      return item.version === null ? { create: outcome } : { index: outcome };
    };
    const answer = { items: items.map(done) };
    const text = JSON.stringify(answer);
    if (mishap === "reply lost") response.destroy();
    else if (mishap === "no JSON") respond(response, 200, "text/html", "<html>welcome</html>");
    else if (mishap === "half an answer") respond(response, 200, JSON_TYPE, text.slice(0, text.length / 2));
    else if (mishap !== null && "answer" in mishap) respond(response, 200, JSON_TYPE, JSON.stringify(mishap.answer));
    else respond(response, 200, JSON_TYPE, text);
  }

  function write({ index, id, source, version }: Item, mishap: ItemMishap | undefined): unknown {
    if (mishap !== undefined) {
      const { status, type, reason = "for some reason", cause } = mishap;
      return { status, error: { type, reason, ...(cause === undefined ? {} : { caused_by: { reason: cause } }) } };
    }
    const place = `${index}/${id}`;
    const isThere = documents.has(place);
    const isTaken = version === null ? isThere : (versions.get(place) ?? 0) > version;
    if (isTaken) return { status: 409, error: { type: "version_conflict_engine_exception", reason: "" } };
    documents.set(place, source);
    if (version !== null) versions.set(place, version);
    return { status: isThere ? 200 : 201 };
  }

  return { requests, documents, ...(await listenOnLoopback(server)) };
}

/** Lines of JSON, by twos: where a document goes, and the document. */
function itemsIn(body: string): Item[] {
  const lines = body.split("\n");
  const items: Item[] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const { create, index } = JSON.parse(lines[at] ?? "") as {
      readonly create?: Place;
      readonly index?: VersionedPlace;
    };
    const place = create ?? index;
    if (place === undefined) throw new TypeError(`neither create nor index: ${lines[at]}`);
    if (index !== undefined && index.version_type !== "external_gte") throw new TypeError("another kind of version");
    const version = index?.version ?? null;
    items.push({ index: place._index, id: place._id, source: lines[at + 1] ?? "", version });
  }
  return items;
}

function respond(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "x-elastic-product": "Elasticsearch" }).end(body);
}
