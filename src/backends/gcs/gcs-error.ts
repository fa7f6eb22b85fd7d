import { type IoCode, IoError } from "../../core/fault.ts";
import { CredentialError, ServiceError } from "./service.ts";

const RATE_REASONS = ["rateLimitExceeded", "userRateLimitExceeded"];
const PASSING_STATUSES = [408, 429];
const FIRST_SERVER_ERROR = 500;

/** The role that an operation needs, as the hint names it. */
export type Role =
  | "roles/storage.objectCreator"
  | "roles/storage.objectViewer"
  | "roles/storage.objectAdmin"
  | "roles/storage.admin";

/** In the place of a role that may do much more than is needed. */
const OWN_ROLES: Readonly<Partial<Record<Role, string>>> = {
  "roles/storage.objectAdmin": ", or a role of your own with storage.objects.delete",
};

/** The HTTP status of an answer that is no success; null for any other error. */
export function statusOf(error: unknown): number | null {
  return error instanceof ServiceError ? error.status : null;
}

/** True where the same request may succeed later. */
export function passes(error: unknown): boolean {
  if (error instanceof CredentialError) return credentialsMayCome(error.cause);
  if (!(error instanceof ServiceError)) return isWithoutAnswer(error);
  const { status, reason, message } = error;
  if (status >= FIRST_SERVER_ERROR || PASSING_STATUSES.includes(status) || RATE_REASONS.includes(reason)) return true;
  // The bytes were damaged on the way, and not taken.
  return status === 400 && /md5|hash/i.test(message);
}

/** An `IoError` from what a request rejects with, the operation first and what to do last; other errors as they are. */
export function gcsError(operation: string, bucket: string, role: Role, error: unknown): Error {
  const [code, hint] = causeOf(bucket, role, error);
  if (code === null) return error as Error;
  return new IoError(code, `${operation}: ${messageOf(error)} (hint: ${hint})`, { cause: error });
}

function causeOf(bucket: string, role: Role, error: unknown): readonly [IoCode, string] | readonly [null, null] {
  if (error instanceof CredentialError || statusOf(error) === 401) {
    return ["denied", "give credentials: GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login"];
  }
  if (error instanceof ServiceError) return causeOfAnswer(bucket, role, error);
  if (isWithoutAnswer(error)) {
    return ["unavailable", "look at the service's state and the way there, and run again: running again is safe"];
  }
  if (isOfNetwork(error) && !isUntrusted(error)) return ["unavailable", "look at archive.endpoint"];
  if (isUntrusted(error)) return ["denied", "give the certificate of what stands in between: NODE_EXTRA_CA_CERTS"];
  return [null, null];
}

function causeOfAnswer(bucket: string, role: Role, error: ServiceError): readonly [IoCode, string] {
  // Also a bill that is not paid, a policy or a perimeter: the service says which.
  if (error.status === 403 && /does not have storage\./.test(error.message)) {
    const grant = `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=PRINCIPAL --role=${role}`;
    return ["denied", `${grant}${OWN_ROLES[role] ?? ""}`];
  }
  if (error.status === 403) return ["denied", `the project or the bucket does not allow it; it needs ${role} as well`];
  if (error.status === 404) {
    return ["not_found", `look at the bucket's name, or: gcloud storage buckets create gs://${bucket}`];
  }
  if (passes(error)) return ["unavailable", "the service is overloaded or fails; running again is safe"];
  return ["denied", "the service refuses the request as it is; look at the bucket's settings"];
}

/** In words; `fetch` hides what went wrong behind "fetch failed". */
export function messageOf(error: unknown): string {
  const { message, cause, name } = error as Error;
  if (error instanceof ServiceError || error instanceof CredentialError) return message.split("\n")[0] ?? name;
  if (name === "TimeoutError") return "no answer in time";
  if (name === "AbortError") return "no answer before the end";
  if (!(cause instanceof Error)) return message;
  return cause.message === "" ? codeOf(cause) : cause.message;
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" || typeof code === "number" ? String(code) : "";
}

/** The network failed, or time ran out. */
function isWithoutAnswer(error: unknown): boolean {
  if (["TimeoutError", "AbortError"].includes((error as Error).name)) return true;
  return isOfNetwork(error) && codeOf(error.cause) !== "" && !isUntrusted(error);
}

/** What `fetch` throws; without a code in its cause it is a URL that it does not take. */
function isOfNetwork(error: unknown): error is TypeError {
  return error instanceof TypeError && error.cause instanceof Error;
}

function isUntrusted(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(codeOf((error as Error).cause));
}

/** The library gives what it got: a status, a code of the network, or a plain error for what is wrong here. */
function credentialsMayCome(cause: unknown): boolean {
  const code = codeOf(cause);
  if (/^\d+$/.test(code)) return Number(code) >= FIRST_SERVER_ERROR || PASSING_STATUSES.includes(Number(code));
  return /^(?:ECONN|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|EPIPE)/.test(code);
}
