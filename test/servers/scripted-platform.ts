import { createServer } from "node:http";
import { type LoopbackServer, listenOnLoopback, receive } from "./loopback-http.ts";

/** Whether a cluster of the whole distribution lets these credentials do it. */
export type Permission = "allowed" | "denied" | "not there";

export interface PlatformScript {
  readonly lifecycles: Permission;
  /** "not there" is a cluster without security. */
  readonly security: Permission;
}

/** What the Elasticsearch of the tests lacks, as the documentation of Elasticsearch has it: lifecycle policies and roles. */
export interface ScriptedPlatform extends LoopbackServer {
  /** What was put, by path, in its order. */
  readonly kept: Map<string, Readonly<Record<string, unknown>>>;
  /** Paths of what was put since last asked. */
  readonly takePuts: () => readonly string[];
}

type Answer = readonly [status: number, body: unknown];

const HEADERS = { "content-type": "application/json", "x-elastic-product": "Elasticsearch" };
const DENIED: Answer = [403, { error: { type: "security_exception", reason: "action is unauthorized for API key" } }];
const NO_HANDLER: Answer = [400, { error: "no handler found for uri and method" }];
const MISSING: Answer = [404, { error: { type: "resource_not_found_exception", reason: "not found" }, status: 404 }];
const DONE: Answer = [200, { acknowledged: true }];

/** In the words in which the cluster gives back what it keeps. */
const GIVEN_BACK: Readonly<Record<string, (name: string, body: Readonly<Record<string, unknown>>) => unknown>> = {
  "/_component_template/": (name, body) => ({
    component_templates: [{ name, component_template: { ...asTexts(body), created_date_millis: 1 } }],
  }),
  "/_index_template/": (name, body) => ({
    index_templates: [{ name, index_template: { ...asTexts(body), modified_date_millis: 1 } }],
  }),
  "/_ilm/policy/": (name, body) => ({
    [name]: { version: 1, modified_date: "2026-01-01", ...body, in_use_by: { indices: [] } },
  }),
  "/_security/role/": (name, body) => ({
    [name]: {
      ...body,
      indices: (body["indices"] as readonly object[]).map((each) => ({ ...each, allow_restricted_indices: false })),
      applications: [],
      run_as: [],
      metadata: {},
      transient_metadata: { enabled: true },
    },
  }),
};

export async function startScriptedPlatform(script: PlatformScript): Promise<ScriptedPlatform> {
  const kept = new Map<string, Readonly<Record<string, unknown>>>();
  const puts: string[] = [];
  const server = createServer((request, response) => {
    const answered = receive(request).then((bytes) => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      const body = bytes.length === 0 ? {} : (JSON.parse(bytes.toString()) as Readonly<Record<string, unknown>>);
      const [status, answer] = answerTo(request.method ?? "", path, body);
      response.writeHead(status, HEADERS).end(JSON.stringify(answer));
    });
    // A request that cannot be read.
    answered.catch(() => response.destroy());
  });

  function answerTo(method: string, path: string, body: Readonly<Record<string, unknown>>): Answer {
    if (path === "/_nodes/_local") return [200, { cluster_name: "prod", nodes: { a: { version: "9.5.3" } } }];
    if (path === "/_security/user/_has_privileges") return rights(body);
    if (path.startsWith("/_resolve/")) return MISSING;
    const permission = permissionFor(path);
    if (permission === "denied") return DENIED;
    if (permission === "not there") return NO_HANDLER;
    const kind = Object.keys(GIVEN_BACK).find((each) => path.startsWith(each));
    if (kind === undefined) return [200, {}];
    if (method === "PUT") {
      kept.set(path, body);
      puts.push(path);
      return DONE;
    }
    const held = kept.get(path);
    return held === undefined ? MISSING : [200, GIVEN_BACK[kind]?.(path.slice(kind.length), held)];
  }

  function permissionFor(path: string): Permission {
    if (path.startsWith("/_ilm/")) return script.lifecycles;
    return path.startsWith("/_security/") ? script.security : "allowed";
  }

  function rights(body: Readonly<Record<string, unknown>>): Answer {
    if (script.security === "not there") return NO_HANDLER;
    const asked = (body["cluster"] as readonly string[] | undefined) ?? [];
    const isGiven = script.security === "allowed";
    return [200, { has_all_requested: isGiven, cluster: Object.fromEntries(asked.map((each) => [each, isGiven])) }];
  }

  return { kept, takePuts: () => puts.splice(0), ...(await listenOnLoopback(server)) };
}

/** Settings come back as texts. */
function asTexts(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    key.startsWith("index.") && (typeof value === "number" || typeof value === "boolean") ? String(value) : value,
  ) as Readonly<Record<string, unknown>>;
}
