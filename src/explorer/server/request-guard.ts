import { createHash, timingSafeEqual } from "node:crypto";

/** What a request says of itself before its body; a header that is missing is undefined. */
export interface RequestHead {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which pages cannot forge. */
  readonly fetchSite: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
}

export interface GuardSettings {
  /** `HOST:PORT` by which the page may be called, in small letters; without the port where it is the usual one. */
  readonly hosts: readonly string[];
  readonly token: string;
}

export interface Refusal {
  readonly status: 400 | 401 | 403 | 405;
  readonly message: string;
}

/** Below it is what the page asks for; all else is the page itself, which holds no data and needs no token. */
export const API_PREFIX = "/api/";

/**
 * Why a request is not answered; null for one that is. A page of elsewhere can send requests here through the browser of
 * whoever looks at it: under a name of its own that means this machine (so `Host` is checked), or across origins (so
 * `Origin`, `Sec-Fetch-Site` and the token are).
 */
export function refusalOf(head: RequestHead, { hosts, token }: GuardSettings): Refusal | null {
  const { method, path, host, origin, fetchSite, authorization, contentType } = head;
  if (host === undefined || !hosts.includes(host.toLowerCase())) {
    return { status: 403, message: "this server is not called by that name (hint: open the address that was printed)" };
  }
  // A proxy before it speaks TLS.
  const origins = hosts.flatMap((each) => [`http://${each}`, `https://${each}`]);
  if (origin !== undefined && !origins.includes(origin.toLowerCase())) {
    return { status: 403, message: "a page of elsewhere may not ask here" };
  }
  const isApi = path.startsWith(API_PREFIX);
  if (!(method === "GET" || method === "HEAD" || (method === "POST" && isApi))) {
    return { status: 405, message: `${method} is not answered here` };
  }
  if (!isApi) return null;
  if (fetchSite !== undefined && fetchSite !== "same-origin" && fetchSite !== "none") {
    return { status: 403, message: "a page of elsewhere may not ask here" };
  }
  if (!isToken(authorization, token)) {
    return { status: 401, message: "the token is missing or old (hint: open the address that logtally printed)" };
  }
  // What a form can send is never JSON.
  if (method === "POST" && contentType?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    return { status: 400, message: "a POST has to be application/json" };
  }
  return null;
}

/** How long it takes tells nothing about the token. */
function isToken(authorization: string | undefined, token: string): boolean {
  const given = createHash("sha256")
    .update(authorization ?? "")
    .digest();
  return timingSafeEqual(given, createHash("sha256").update(`Bearer ${token}`).digest());
}
