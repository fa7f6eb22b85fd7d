import type { Sample } from "../../observe/metrics.ts";

/** What is asked again and again where it fails. */
export type Service = "archive" | "index" | "kms" | "subscription";

const counts = new Map<string, { readonly service: Service; readonly cause: string; value: number }>();

/** Notes that a request to the service failed and is tried again. */
export function countRetry(service: Service, error: unknown): void {
  const cause = causeOf(error);
  const key = `${service} ${cause}`;
  const entry = counts.get(key) ?? { service, cause, value: 0 };
  entry.value += 1;
  counts.set(key, entry);
}

/** Of this process. */
export function retrySamples(): readonly Sample[] {
  return [...counts.values()].map(({ service, cause, value }) => ({
    name: "logtally_retries_total",
    labels: { service, cause },
    value,
  }));
}

/** Of errors that have others as their cause. */
const MOST_CAUSES = 4;

/** Few words, whatever a service says: a status of HTTP, else a code or the kind of failure. */
function causeOf(error: unknown): string {
  let word: string | null = null;
  let each = error;
  for (let depth = 0; each instanceof Error && depth < MOST_CAUSES; depth += 1) {
    const { status, code, failure } = each as Error & { status?: unknown; code?: unknown; failure?: unknown };
    if (typeof status === "number" && status >= 100 && status <= 599) return `http_${status}`;
    const said = code ?? failure;
    if (typeof said === "string" && /^[A-Za-z_]{3,40}$/.test(said)) word ??= said;
    each = each.cause;
  }
  return word ?? "other";
}
