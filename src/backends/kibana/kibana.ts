import { IoError } from "../../core/fault.ts";
import { askKibana, type KibanaAnswer, type KibanaPlace, type KibanaRequest } from "./kibana-request.ts";

/** An object that is there. */
export interface FoundObject {
  readonly type: string;
  readonly id: string;
  /** When it was written last, in milliseconds since 1970; null where it does not say. */
  readonly updatedAtMs: number | null;
  /** Null where it has none. */
  readonly description: string | null;
}

/** A Kibana, one space of it. */
export interface Kibana {
  /** For messages: `https://kibana.example`, and the space. */
  readonly name: string;
  /** Its version. Rejects with `IoError`, also where it is none, or too old. */
  version(): Promise<string>;
  /** The objects that carry this tag, with those that they refer to. Rejects with `IoError`. */
  taggedObjects(tag: string): Promise<readonly FoundObject[]>;
  /** Puts objects, a line each, in the place of those of the same ids. Rejects with `IoError` unless all are there. */
  importObjects(ndjson: string): Promise<void>;
}

const PAGE = "docs/how-to/kibana.md";
/** The first that shows links between dashboards. */
const OLDEST = [8, 11] as const;
const TAGGED = ["dashboard", "search", "index-pattern"];
const MOST_TOLD = 5;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const FIRST_ERROR = 400;
const FIRST_SERVER_ERROR = 500;

export function openKibana(place: KibanaPlace): Kibana {
  const { url, space } = place;
  const ofSpace = space === "default" ? "" : `/s/${space}`;
  const name = `"${url}", space "${space}"`;
  const ask = (request: KibanaRequest, operation: string): Promise<KibanaAnswer> =>
    askKibana(place, request, operation);

  return {
    name,
    async version() {
      const answer = await ask({ method: "GET", path: "/api/status" }, "reach Kibana");
      const number = versionIn(answer.text);
      if (number !== null) return checkedVersion(number, url);
      if (answer.status === UNAUTHORIZED || answer.status >= FIRST_SERVER_ERROR) {
        throw refusal("reach Kibana", name, answer);
      }
      const why = "what answers there is not Kibana, or does not say its version to this key";
      throw new IoError(
        "denied",
        `reach Kibana "${url}": ${why} (hint: index.kibana.url, with the base path if it has one)`,
      );
    },
    async taggedObjects(tag) {
      const body = {
        type: TAGGED,
        hasReference: { type: "tag", id: tag },
        includeReferencesDeep: true,
        excludeExportDetails: true,
      };
      const bytes = Buffer.from(JSON.stringify(body));
      const path = `${ofSpace}/api/saved_objects/_export`;
      const operation = "look at the objects of Kibana";
      const answer = await ask({ method: "POST", path, body: { type: "application/json", bytes } }, operation);
      if (answer.status >= FIRST_ERROR) throw refusal(operation, name, answer);
      return objectsIn(answer.text, operation, name);
    },
    async importObjects(ndjson) {
      const operation = "import into Kibana";
      const form = new FormData();
      form.append("file", new File([ndjson], "logtally.ndjson", { type: "application/ndjson" }));
      const written = new Response(form);
      const body = { type: written.headers.get("content-type") ?? "", bytes: Buffer.from(await written.arrayBuffer()) };
      const path = `${ofSpace}/api/saved_objects/_import?overwrite=true`;
      const answer = await ask({ method: "POST", path, body }, operation);
      if (answer.status >= FIRST_ERROR) throw refusal(operation, name, answer);
      const problems = problemsIn(answer.text);
      if (problems.length > 0) throw new IoError("denied", `${operation} ${name}: ${problems.join("; ")}`);
    },
  };
}

function checkedVersion(number: string, url: string): string {
  const [major = 0, minor = 0] = number.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return number;
  const hint = `dashboards need Kibana ${OLDEST.join(".")} or newer, and are made for 9`;
  throw new IoError("denied", `reach Kibana "${url}": version ${number} is too old (hint: ${hint})`);
}

function refusal(operation: string, name: string, { status, text }: KibanaAnswer): IoError {
  const { message } = Object(parsed(text)) as { readonly message?: unknown };
  const why = typeof message === "string" && message !== "" ? message : `status ${status}`;
  const code = status === UNAUTHORIZED || status === FORBIDDEN || status === NOT_FOUND ? "denied" : "unavailable";
  return new IoError(code, `${operation} ${name}: ${why} (hint: ${hintFor(status)})`);
}

function hintFor(status: number): string {
  if (status === UNAUTHORIZED) return "give an API key that its cluster knows: index.kibana.api_key";
  if (status === FORBIDDEN) return `the API key lacks a right; ${PAGE} names those it needs`;
  if (status === NOT_FOUND) return "is there such a space? look at index.kibana.space, and at index.kibana.url";
  return "look at Kibana's own log";
}

function versionIn(text: string): string | null {
  const { version } = Object(parsed(text)) as { readonly version?: unknown };
  const { number } = Object(version) as { readonly number?: unknown };
  return typeof number === "string" && /^\d+\.\d+\./.test(number) ? number : null;
}

function objectsIn(text: string, operation: string, name: string): FoundObject[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { type, id, updated_at: updatedAt, attributes } = Object(parsed(line)) as Readonly<Record<string, unknown>>;
      if (typeof type !== "string" || typeof id !== "string") {
        throw new IoError("unavailable", `${operation} ${name}: a line in the answer that is no object`);
      }
      const { description } = Object(attributes) as { readonly description?: unknown };
      const timeMs = typeof updatedAt === "string" ? Date.parse(updatedAt) : Number.NaN;
      return {
        type,
        id,
        updatedAtMs: Number.isNaN(timeMs) ? null : timeMs,
        description: typeof description === "string" ? description : null,
      };
    });
}

/** What was not imported, in words; empty where all was. */
function problemsIn(text: string): string[] {
  const { success, errors } = Object(parsed(text)) as { readonly success?: unknown; readonly errors?: unknown };
  if (success === true) return [];
  const listed: readonly unknown[] = Array.isArray(errors) ? errors : [];
  if (listed.length === 0) return ["it does not say that all was imported"];
  const told = listed.slice(0, MOST_TOLD).map((each) => {
    const { type, id, error } = Object(each) as Readonly<Record<string, unknown>>;
    const { type: kind, references, message } = Object(error) as Readonly<Record<string, unknown>>;
    const missing = (Array.isArray(references) ? references : []).map((reference) => {
      return String((Object(reference) as Readonly<Record<string, unknown>>)["id"]);
    });
    const more = missing.length > 0 ? ` ${missing.join(", ")}` : typeof message === "string" ? ` ${message}` : "";
    return `${String(type)} "${String(id)}": ${String(kind)}${more}`;
  });
  return listed.length > MOST_TOLD ? [...told, `and ${listed.length - MOST_TOLD} more`] : told;
}

/** Undefined for what is no JSON: a page of what stands in between. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
