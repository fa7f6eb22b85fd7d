import type { IndexDocument, Rejection } from "../../core/document-index.ts";
import { ClusterError } from "./cluster.ts";

const LF = 0x0a;
/** What a document has around it, but for the names of itself and its index. */
const ACTION_BYTES = `{"create":{"_index":"","_id":""}}\n\n`.length;

/**
 * What became of a document: it is there, will never be, or is to be sent again, because the cluster is busy or because
 * the index of the document does not take it as that is.
 */
export type Outcome =
  | { readonly kind: "stored" }
  | { readonly kind: "rejected" | "busy" | "blocked"; readonly rejection: Rejection };

const STORED: Outcome = { kind: "stored" };
const CONFLICT = 409;
const BAD_REQUEST = 400;
const TOO_LARGE = 413;
const BUSY = 429;
/** Says status 400, and means the state of the cluster: too many shards, a closed index. */
const STATES = ["validation_exception", "index_closed_exception", "invalid_index_name_exception"];

/**
 * Query of a bulk request, whose answer then says of each document only what is read, and comes before the request is
 * given up: by default the cluster waits for a minute for a shard that is not there, and the others with it.
 */
export const BULK_QUERY = {
  timeout: "20s",
  filter_path: "items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by",
};

/** Room that the body of a bulk request takes at the most, in bytes. */
export function bulkBytes(documents: readonly IndexDocument[]): number {
  return documents.reduce(
    (sum, { index, id, source }) => sum + ACTION_BYTES + index.length + id.length + source.length,
    0,
  );
}

/**
 * Writes the body of a bulk request that creates the documents; gives what it has written. Names and ids are our own,
 * plain ASCII, and need no escaping.
 */
export function writeBulk(documents: readonly IndexDocument[], target: Buffer): Buffer {
  let end = 0;
  for (const { index, id, source } of documents) {
    end += target.write(`{"create":{"_index":"${index}","_id":"${id}"}}\n`, end, "latin1");
    end += source.copy(target, end);
    target[end] = LF;
    end += 1;
  }
  return target.subarray(0, end);
}

/** The outcomes, by position. Throws `ClusterError` where the answer does not fit the request. */
export function outcomesOf(answer: unknown, count: number): Outcome[] {
  const { items } = Object(answer) as { readonly items?: unknown };
  const all = Array.isArray(items) ? (items as readonly unknown[]) : [];
  if (all.length !== count) {
    throw new ClusterError("away", null, "", `${all.length} outcomes instead of ${count} in the answer`);
  }
  return all.map(outcomeOf);
}

/** The member of what may be anything. */
function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * Only what is wrong with the document itself is a rejection. Missing rights, a missing or read-only index and a full
 * disk are the cluster's state, and pass when somebody mends it.
 */
function outcomeOf(item: unknown): Outcome {
  const create = member(item, "create");
  const said = member(create, "status");
  const status = Number.isInteger(said) ? (said as number) : 0;
  const error = member(create, "error");
  const [type, reason] = [text(member(error, "type")), text(member(error, "reason"))];
  const cause = text(member(member(error, "caused_by"), "reason"));
  if ((status >= 200 && status < 300) || status === CONFLICT) return STORED;
  const whole = cause === "" ? reason : `${reason}: ${cause}`;
  const rejection = { status, type, reason: whole };
  const isOfDocument = (status === BAD_REQUEST && !STATES.includes(type)) || status === TOO_LARGE;
  if (isOfDocument) return { kind: "rejected", rejection };
  return { kind: status >= BAD_REQUEST && status < 500 && status !== BUSY ? "blocked" : "busy", rejection };
}
