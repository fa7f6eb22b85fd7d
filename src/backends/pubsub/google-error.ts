import { SubscriberError, type SubscriberFailure } from "./subscriber.ts";

/** Codes of gRPC. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNAUTHENTICATED = 16;
/** Unknown, deadline exceeded, resource exhausted, aborted, internal, unavailable. */
const PASSING = [2, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, 10, 13, 14];

/** What the client says of an answer over its own limit; the service's quotas have the same code. */
const TOO_LARGE = /larger than max/;

/** What the authentication library says of itself, or the token endpoint of a bad key, under whatever code. */
const WITHOUT_CREDENTIALS = /default credentials|invalid_grant|invalid_client|invalid_rapt/;

/** What the client throws, in our words; it may be anything. */
export function subscriberError(error: unknown): SubscriberError {
  const thrown = Object(error) as { readonly code?: unknown; readonly details?: unknown; readonly message?: unknown };
  const code = typeof thrown.code === "number" ? thrown.code : undefined;
  const message = typeof thrown.message === "string" ? thrown.message : "the client gives no reason";
  const details = typeof thrown.details === "string" ? thrown.details : "";
  const said = code === DEADLINE_EXCEEDED ? "no answer in time" : details || message;
  const [line = ""] = said.trim().split("\n");
  return new SubscriberError(failureOf(code, message), line.slice(0, 300).replace(/\.( Resolution note:)?\s*$/, ""), {
    cause: error,
  });
}

/** Whether there was no answer at all. */
export function isTimeout(error: unknown): boolean {
  return (Object((error as Error).cause) as { readonly code?: unknown }).code === DEADLINE_EXCEEDED;
}

function failureOf(code: number | undefined, message: string): SubscriberFailure {
  if (code === UNAUTHENTICATED || WITHOUT_CREDENTIALS.test(message)) return "no_credentials";
  if (code === NOT_FOUND) return "missing";
  if (code === PERMISSION_DENIED) return "denied";
  if (code === RESOURCE_EXHAUSTED && TOO_LARGE.test(message)) return "too_large";
  return code !== undefined && PASSING.includes(code) ? "passing" : "other";
}
