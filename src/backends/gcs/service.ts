import { GoogleAuth } from "google-auth-library";
import { MIB } from "../../core/units.ts";

const GOOGLE = "https://storage.googleapis.com";
const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
/** For what objects and buckets say of themselves. */
const ADMIN_SCOPE = "https://www.googleapis.com/auth/devstorage.full_control";
const MAX_MESSAGE_LENGTH = 300;
const TIMEOUT_MS = 45_000;
/** A page of a list has a thousand names. */
const MOST_JSON_BYTES = 16 * MIB;
const PARTIAL_CONTENT = 206;
const FIRST_REDIRECT = 300;
const FIRST_REFUSAL = 400;

/** Bytes `[start, end)`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ServiceRequest {
  /** Without one it is a POST where there is a body, else a GET. */
  readonly method?: "DELETE" | "PATCH" | "POST";
  /** Below the service's own URL, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Of an object only these bytes, `[start, end)`. */
  readonly range?: ByteRange;
}

/** Changes some of what an object or a bucket says of itself. */
export function patchOf(path: string, change: Readonly<Record<string, unknown>>): ServiceRequest {
  const headers = { "content-type": "application/json" };
  return { method: "PATCH", path, headers, body: Buffer.from(JSON.stringify(change)) };
}

export interface ServiceAnswer {
  readonly status: number;
  /** Of a range no more than was asked for, also where what stands in between gives the whole. */
  readonly body: Buffer;
}

/** A JSON API of Google, request by request. */
export interface Service {
  /**
   * Rejects with `ServiceError` for an answer that is no success, with `CredentialError` where there is nothing to sign
   * a request with, and with what `fetch` throws where no answer came in time.
   */
  send(request: ServiceRequest): Promise<ServiceAnswer>;
}

/** The service answered, and not with success. */
export class ServiceError extends Error {
  readonly status: number;
  /** The service's word for it, like `rateLimitExceeded`; empty where it gives none. */
  readonly reason: string;

  constructor(status: number, message: string, reason: string) {
    super(message);
    this.name = "ServiceError";
    this.status = status;
    this.reason = reason;
  }
}

/** No credentials, or bad ones; the cause says which. */
export class CredentialError extends Error {
  constructor(cause: unknown) {
    super((cause as Error).message, { cause });
    this.name = "CredentialError";
  }
}

export interface ServiceOptions {
  /** A URL without a path; null for that of Cloud Storage. Nothing secret goes over plain HTTP. */
  readonly endpoint: string | null;
  /** What credentials are asked for; by default to read and write objects. */
  readonly scope?: string;
  /** For one request. */
  readonly timeoutMs?: number;
  /** Once it aborts each request rejects. */
  readonly signal?: AbortSignal;
  /** True for requests that change what objects or buckets say of themselves. */
  readonly isAdmin?: boolean;
}

export function createService(options: ServiceOptions): Service {
  const { endpoint, scope, timeoutMs = TIMEOUT_MS, signal: stop, isAdmin = false } = options;
  const origin = endpoint ?? GOOGLE;
  const scopes = scope ?? (isAdmin ? ADMIN_SCOPE : SCOPE);
  const auth = origin.startsWith("https:") ? new GoogleAuth({ scopes }) : null;
  return {
    async send({ method, path, headers, body, range }) {
      const inTimeSignal = AbortSignal.timeout(timeoutMs);
      const signal = stop === undefined ? inTimeSignal : AbortSignal.any([inTimeSignal, stop]);
      // Whoever listens to a signal that has aborted hears nothing.
      signal.throwIfAborted();
      const url = `${origin}${path}`;
      const all = new Headers(headers);
      if (range !== undefined) all.set("range", `bytes=${range.start}-${range.end - 1}`);
      if (auth !== null) {
        for (const [key, value] of await inTime(credentialsFor(auth, url), signal)) all.set(key, value);
      }
      const answer = await fetch(url, {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: all,
        signal,
        // It could lead anywhere, to what this machine alone may reach.
        redirect: "manual",
        ...(body === undefined ? {} : { body }),
      });
      const { status } = answer;
      if (answer.ok) return { status, body: await bytesOf(answer, wantedOf(status, range)) };
      const text = (await bytesOf(answer, WHOLE)).toString();
      throw serviceError(status, withoutToken(text, all.get("authorization")));
    },
  };
}

const WHOLE: ByteRange = { start: 0, end: MOST_JSON_BYTES };

/** Where in the body of an answer the wanted bytes are. */
function wantedOf(status: number, range: ByteRange | undefined): ByteRange {
  if (range === undefined) return WHOLE;
  return status === PARTIAL_CONTENT ? { start: 0, end: range.end - range.start } : range;
}

/** Bytes of the body, and nothing behind them is received: no answer may fill the memory. */
async function bytesOf({ body }: Response, { start, end }: ByteRange): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let at = 0;
  // Leaving the loop ends the answer.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    const wanted = chunk.subarray(Math.max(start - at, 0), end - at);
    if (wanted.length > 0) chunks.push(Buffer.from(wanted));
    at += chunk.length;
    if (at >= end) break;
  }
  return Buffer.concat(chunks);
}

/** What a service repeats of a request must not be told. */
function withoutToken(text: string, authorization: string | null): string {
  const [, token = ""] = authorization?.split(" ") ?? [];
  return token === "" ? text : text.replaceAll(token, "[token]");
}

async function credentialsFor(auth: GoogleAuth, url: string): Promise<Headers> {
  try {
    return await auth.getRequestHeaders(url);
  } catch (error) {
    throw new CredentialError(error);
  }
}

/** Rejects with the signal's reason once it aborts, whatever the work does then. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

/** The service explains itself in JSON; what stands in between may send pages. */
export function serviceError(status: number, text: string): ServiceError {
  if (status >= FIRST_REDIRECT && status < FIRST_REFUSAL) {
    return new ServiceError(status, "what answers sends requests elsewhere, which is not followed", "");
  }
  const { message, reason } = explanationIn(text);
  const [line = ""] = message
    .replace(/<[^<>]*>/g, " ")
    .trim()
    .split("\n");
  const short = line.slice(0, MAX_MESSAGE_LENGTH).replace(/\.$/, "").trim();
  return new ServiceError(status, short === "" ? `the service answers with status ${status}` : short, reason);
}

function explanationIn(text: string): { message: string; reason: string } {
  try {
    const { error } = Object(JSON.parse(text)) as { readonly error?: unknown };
    const { message, errors } = Object(error) as { readonly message?: unknown; readonly errors?: unknown };
    const [first] = Array.isArray(errors) ? (errors as readonly unknown[]) : [];
    return { message: textOf(message), reason: textOf((Object(first) as { readonly reason?: unknown }).reason) };
  } catch {
    // No JSON: the text itself is all that there is to show.
    return { message: text, reason: "" };
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
