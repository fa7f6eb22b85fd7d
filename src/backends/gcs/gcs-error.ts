import { type IoCode, IoError } from "../../core/fault.ts";

const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;
const FIRST_SERVER_ERROR = 500;

/** The role that an operation needs, as the hint names it. */
export type Role = "roles/storage.objectCreator" | "roles/storage.objectViewer";

/** The HTTP status of what the client throws; null where no answer came. Timeouts have numbers of another kind. */
export function statusOf(error: unknown): number | null {
  const { code } = error as { readonly code?: unknown };
  return /^[1-5]\d\d$/.test(String(code)) ? Number(code) : null;
}

/** True where the same request may succeed later: no answer, an overloaded or failing service. */
export function passes(error: unknown): boolean {
  if (error instanceof IoError || isWithoutCredentials(error)) return false;
  const status = statusOf(error);
  return status === null || status === REQUEST_TIMEOUT || status === TOO_MANY_REQUESTS || status >= FIRST_SERVER_ERROR;
}

/** An `IoError` from what the client throws, with the operation first and what to do last. */
export function gcsError(operation: string, bucket: string, role: Role, error: unknown): IoError {
  if (error instanceof IoError) return error;
  const [code, hint] = causeOf(bucket, role, error);
  return new IoError(code, `${operation}: ${messageOf(error)} (hint: ${hint})`, { cause: error });
}

function causeOf(bucket: string, role: Role, error: unknown): readonly [IoCode, string] {
  const status = statusOf(error);
  if (status === 401 || isWithoutCredentials(error)) {
    return ["denied", "give credentials: GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login"];
  }
  if (status === 403) {
    const grant = `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=PRINCIPAL --role=${role}`;
    return ["denied", grant];
  }
  if (status === 404) {
    return ["not_found", `look at the bucket's name, or: gcloud storage buckets create gs://${bucket}`];
  }
  return ["unavailable", "look at the service's state and the way there, and run again: running again is safe"];
}

/** The authentication library throws plain errors, or what the token endpoint says of a bad key. */
function isWithoutCredentials(error: unknown): boolean {
  return /default credentials|invalid_grant|invalid_client|invalid_rapt/.test((error as Error).message);
}

/** Of a long answer its first sentence: some servers send pages. */
export function messageOf(error: unknown): string {
  // `fetch` hides what went wrong behind "fetch failed".
  const { message, cause } = error as Error;
  const [line = ""] = (cause instanceof Error ? cause.message : message).trim().split("\n");
  return line.slice(0, 300).replace(/\.$/, "") || `the service answers with status ${statusOf(error)}`;
}
