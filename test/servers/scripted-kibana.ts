import { createServer, type IncomingMessage } from "node:http";
import { type LoopbackServer, listenOnLoopback, receive } from "./loopback-http.ts";

/** An object as it is kept; `updated_at` is that of the last write. */
export interface KeptObject {
  readonly type: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly type: string; readonly id: string; readonly name: string }[];
  readonly typeMigrationVersion?: string;
  readonly updated_at?: string;
}

export interface KibanaScript {
  readonly version?: string;
  /** Base path in front of everything. */
  readonly basePath?: string;
  /** The one that is known; null: no security. */
  readonly key?: string | null;
  /** Whether the key may import and export. */
  readonly mayWrite?: boolean;
  readonly spaces?: readonly string[];
}

export interface ScriptedKibana extends LoopbackServer {
  /** `METHOD PATH`, in order. */
  readonly requests: readonly string[];
  /** What a space has, by `TYPE ID`. */
  objects(space: string): Map<string, KeptObject>;
  /** What time it is there, in milliseconds since 1970. */
  nowMs: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Attributes that Kibana 9 takes for a type; it refuses others. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  dashboard:
    "title description panelsJSON optionsJSON controlGroupInput timeRestore timeFrom timeTo refreshInterval version kibanaSavedObjectMeta hits".split(
      " ",
    ),
  search:
    "title description columns sort grid hideChart isTextBasedQuery timeRestore timeRange kibanaSavedObjectMeta hits viewMode".split(
      " ",
    ),
  "index-pattern":
    "title name timeFieldName fieldFormatMap fieldAttrs fields runtimeFieldMap sourceFilters typeMeta allowHidden type".split(
      " ",
    ),
  tag: ["name", "description", "color"],
};
/** The newest form of each type that Kibana 8.11 knows. */
const NEWEST: Readonly<Record<string, string>> = {
  dashboard: "8.9.0",
  search: "8.0.0",
  "index-pattern": "8.0.0",
  tag: "8.0.0",
};
const LINE_FIELDS = ["type", "id", "attributes", "references", "coreMigrationVersion", "typeMigrationVersion"];
const EXPORT_FIELDS = ["type", "objects", "hasReference", "search", "includeReferencesDeep", "excludeExportDetails"];

/** As much of Kibana's API of saved objects as `setup` needs, as strict as its documentation says. */
export async function startScriptedKibana(script: KibanaScript = {}): Promise<ScriptedKibana> {
  const { version = "9.2.1", basePath = "", key = null, mayWrite = true, spaces = ["default"] } = script;
  const requests: string[] = [];
  const kept = new Map(spaces.map((space) => [space, new Map<string, KeptObject>()]));
  const state = { nowMs: Date.UTC(2026, 0, 1) };

  function route(request: IncomingMessage, body: Buffer): Answer | Promise<Answer> {
    const url = new URL(request.url ?? "", "http://kibana");
    const [, space = "default", path = ""] =
      /^(?:\/s\/([^/]+))?(\/.*)$/.exec(url.pathname.slice(basePath.length)) ?? [];
    const objects = kept.get(space);
    if (!url.pathname.startsWith(basePath) || objects === undefined) return fault(404, "Not Found");
    if (key !== null && request.headers.authorization !== `ApiKey ${key}`) {
      return fault(401, "[security_exception]: unable to authenticate with provided credentials");
    }
    if (request.method === "GET" && path === "/api/status") {
      return {
        status: 200,
        body: { name: "kibana", version: { number: version }, status: { overall: { level: "available" } } },
      };
    }
    if (request.method !== "POST") return fault(404, "Not Found");
    if (request.headers["kbn-xsrf"] === undefined) return fault(400, "Request must contain a kbn-xsrf header.");
    if (!mayWrite) return fault(403, "Unable to bulk_create dashboard,index-pattern,search,tag");
    if (path === "/api/saved_objects/_export") return exported(request, body, objects);
    if (path !== "/api/saved_objects/_import") return fault(404, "Not Found");
    return imported(request, body, objects, url.searchParams);
  }

  /** Everything or nothing is written, at one moment. */
  async function imported(
    request: IncomingMessage,
    body: Buffer,
    objects: Map<string, KeptObject>,
    query: URLSearchParams,
  ): Promise<Answer> {
    if ([...query.keys()].some((name) => name !== "overwrite")) return fault(400, "[request query]: unknown key");
    const type = request.headers["content-type"] ?? "";
    if (!type.startsWith("multipart/form-data; boundary=")) return fault(415, "Unsupported Media Type");
    const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
    const file = form.get("file");
    if (!(file instanceof File)) return fault(400, "[request body.file]: expected value of type [Stream]");
    if (!file.name.endsWith(".ndjson")) return fault(400, `Invalid file extension ${file.name}`);
    const lines = (await file.text()).split("\n").filter((line) => line !== "");
    const given = lines.map((line) => JSON.parse(line) as KeptObject);
    const errors = given.flatMap((object) =>
      problemsOf(object, given, objects, kept, query.get("overwrite") === "true"),
    );
    if (errors.length > 0) return { status: 200, body: { success: false, successCount: 0, errors } };
    const updatedAt = new Date(state.nowMs).toISOString();
    for (const object of given) objects.set(`${object.type} ${object.id}`, { ...object, updated_at: updatedAt });
    return { status: 200, body: { success: true, successCount: given.length } };
  }

  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const answered = receive(request)
      .then((body) => route(request, body))
      .catch((error: unknown) => fault(500, String(error)));
    void answered.then(({ status, body }) => {
      const type = typeof body === "string" ? "application/ndjson" : "application/json";
      response.writeHead(status, { "content-type": type, "kbn-name": "scripted" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  const listening = await listenOnLoopback(server);
  return {
    ...listening,
    requests,
    objects: (space) => kept.get(space) ?? new Map(),
    get nowMs() {
      return state.nowMs;
    },
    set nowMs(nowMs) {
      state.nowMs = nowMs;
    },
  };
}

function exported(request: IncomingMessage, body: Buffer, objects: Map<string, KeptObject>): Answer {
  if (request.headers["content-type"] !== "application/json") return fault(415, "Unsupported Media Type");
  const asked = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(asked).find((name) => !EXPORT_FIELDS.includes(name));
  if (unknown !== undefined) return fault(400, `[request body.${unknown}]: definition for this key is missing`);
  const types = asked["type"] as readonly string[];
  const bad = types.find((type) => ATTRIBUTES[type] === undefined);
  if (bad !== undefined) return fault(400, `Trying to export non-exportable type(s): ${bad}`);
  const { type, id } = asked["hasReference"] as { readonly type: string; readonly id: string };
  const found = [...objects.values()].filter((object) => types.includes(object.type) && refersTo(object, type, id));
  const deep = new Set(found);
  for (const object of deep) {
    for (const reference of object.references) {
      const other = objects.get(`${reference.type} ${reference.id}`);
      if (other !== undefined && asked["includeReferencesDeep"] === true) deep.add(other);
    }
  }
  return { status: 200, body: [...deep].map((object) => `${JSON.stringify(object)}\n`).join("") };
}

function refersTo(object: KeptObject, type: string, id: string): boolean {
  return object.references.some((reference) => reference.type === type && reference.id === id);
}

function problemsOf(
  object: KeptObject,
  given: readonly KeptObject[],
  objects: ReadonlyMap<string, KeptObject>,
  kept: ReadonlyMap<string, ReadonlyMap<string, KeptObject>>,
  isOverwriting: boolean,
): unknown[] {
  const { type, id, attributes, references } = object;
  const problem = (error: unknown): unknown[] => [{ type, id, error }];
  const known = ATTRIBUTES[type];
  if (known === undefined) return problem({ type: "unsupported_type" });
  const strange = [
    ...Object.keys(object).filter((name) => !LINE_FIELDS.includes(name)),
    ...Object.keys(attributes).filter((name) => !known.includes(name)),
  ];
  if (strange.length > 0) return problem({ type: "unknown", message: `unknown ${strange.join()}`, statusCode: 400 });
  if ((object.typeMigrationVersion ?? "0") > (NEWEST[type] ?? "")) {
    return problem({ type: "unknown", message: "belongs to a more recent version of Kibana", statusCode: 422 });
  }
  const missing = references.filter((reference) => {
    const isGiven = given.some((other) => other.type === reference.type && other.id === reference.id);
    return !isGiven && !objects.has(`${reference.type} ${reference.id}`);
  });
  if (missing.length > 0) return problem({ type: "missing_references", references: missing });
  if (!isOverwriting && objects.has(`${type} ${id}`)) return problem({ type: "conflict" });
  // An id is good for all spaces at once: Kibana would give the object another one.
  const isElsewhere = [...kept.values()].some((space) => space !== objects && space.has(`${type} ${id}`));
  return isElsewhere ? problem({ type: "unknown", message: "would get another id", statusCode: 409 }) : [];
}

function fault(status: number, message: string): Answer {
  return { status, body: { statusCode: status, error: "Error", message } };
}
