import { IO_CODES } from "../../core/fault.ts";
import type { Sample } from "../../observe/metrics.ts";

/** What is asked again and again where it fails. */
const SERVICES = ["archive", "index", "kms", "subscription"] as const;

export type Service = (typeof SERVICES)[number];

const OTHER = "other";

/** Service → cause → count. A service is there before its first retry; a cause only once it was met, as there are hundreds. */
const counts = new Map(SERVICES.map((service) => [service, new Map([[OTHER, 0]])]));

/** Notes that a request to the service failed and is tried again. */
export function countRetry(service: Service, error: unknown): void {
  const ofService = counts.get(service);
  const cause = retryCause(error);
  ofService?.set(cause, (ofService.get(cause) ?? 0) + 1);
}

/** Of this process. */
export function retrySamples(): readonly Sample[] {
  return [...counts].flatMap(([service, causes]) =>
    [...causes].map(([cause, value]) => ({
      name: "logtally_retries_total" as const,
      labels: { service, cause },
      value,
    })),
  );
}

/** Of errors that have others as their cause. */
const MOST_CAUSES = 4;

/** A status of HTTP that asks for another try, or says that there is no use in one. */
const FIRST_STATUS = 400;
const LAST_STATUS = 599;

/** What the system, its TLS and its HTTP client say of a way that leads nowhere; then our own kinds of failure. */
const WORDS = new Set([
  ..."EAI_AGAIN ECONNABORTED ECONNREFUSED ECONNRESET EHOSTUNREACH EMFILE ENETUNREACH ENOTFOUND EPIPE ETIMEDOUT".split(
    " ",
  ),
  ..."UND_ERR_BODY_TIMEOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_SOCKET".split(" "),
  ..."CERT_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT ERR_TLS_CERT_ALTNAME_INVALID SELF_SIGNED_CERT_IN_CHAIN".split(" "),
  ..."UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE".split(" "),
  ...IO_CODES,
  ..."away missing no_credentials passing refused stranger too_large".split(" "),
]);

/** One of few words, whatever a service says: a status of HTTP, else the innermost that is known. */
export function retryCause(error: unknown): string {
  let word = OTHER;
  let each = error;
  for (let depth = 0; each instanceof Error && depth < MOST_CAUSES; depth += 1) {
    const { status, code, failure } = each as Error & { status?: unknown; code?: unknown; failure?: unknown };
    if (Number.isInteger(status) && Number(status) >= FIRST_STATUS && Number(status) <= LAST_STATUS)
      return `http_${String(status)}`;
    for (const said of [failure, code]) if (typeof said === "string" && WORDS.has(said)) word = said;
    each = each.cause;
  }
  return word;
}
