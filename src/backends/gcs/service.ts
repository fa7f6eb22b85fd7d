import { GoogleAuth } from "google-auth-library";

const GOOGLE = "https://storage.googleapis.com";
const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
const MAX_MESSAGE_LENGTH = 300;

export interface ServiceRequest {
  /** Without one it is a POST where there is a body, else a GET. */
  readonly method?: "DELETE";
  /** Below the service's own URL, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Cloud Storage's JSON API, request by request. */
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

/**
 * `endpoint` is a URL without a path; null for Google's. Nothing secret goes over plain HTTP. Once `stop` aborts each
 * request rejects.
 */
export function createService(endpoint: string | null, timeoutMs: number, stop: AbortSignal | null): Service {
  const origin = endpoint ?? GOOGLE;
  const auth = origin.startsWith("https:") ? new GoogleAuth({ scopes: SCOPE }) : null;
  return {
    async send({ method, path, headers, body }) {
      const inTimeSignal = AbortSignal.timeout(timeoutMs);
      const signal = stop === null ? inTimeSignal : AbortSignal.any([inTimeSignal, stop]);
      // Whoever listens to a signal that has aborted hears nothing.
      signal.throwIfAborted();
      const url = `${origin}${path}`;
      const all = new Headers(headers);
      if (auth !== null) {
        for (const [key, value] of await inTime(credentialsFor(auth, url), signal)) all.set(key, value);
      }
      const answer = await fetch(url, {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: all,
        signal,
        ...(body === undefined ? {} : { body }),
      });
      const content = Buffer.from(await answer.arrayBuffer());
      if (answer.ok) return { status: answer.status, body: content };
      throw serviceError(answer.status, content.toString());
    },
  };
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
  const { message, reason } = explanationIn(text);
  const [line = ""] = message
    .replace(/<[^>]*>/g, " ")
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
