import type { IndexDocument, Rejection, VersionedDocument } from "../../core/document-index.ts";
import { ClusterError } from "./cluster.ts";
import { BLOCKED } from "./cluster-fault.ts";

const LF = 0x0a;

/** What a request does with its documents. */
export interface BulkAction<Document extends IndexDocument> {
  readonly name: "create" | "delete" | "index";
  /** What stands behind the id, plain ASCII. */
  readonly members: (document: Document) => string;
  /** Bytes of that at the most. */
  readonly mostMemberBytes: number;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * What became of a document: it is done, what is there is not to be changed like that, it will never be, or it is to be
 * sent again, because the cluster is busy or because the index of the document does not take it as that is.
 */
export type Outcome = SettledOutcome | { readonly kind: "busy" | "blocked"; readonly rejection: Rejection };

export type SettledOutcome =
  | { readonly kind: "stored" }
  | { readonly kind: "conflict" }
  | { readonly kind: "rejected"; readonly rejection: Rejection };

const STORED: SettledOutcome = { kind: "stored" };
const CONFLICT = 409;
const BAD_REQUEST = 400;
const NOT_FOUND = 404;
const TOO_LARGE = 413;
const BUSY = 429;
/** Says status 400, and means the state of the cluster: too many shards, a closed index, an index under our alias's name. */
const STATES = [
  "validation_exception",
  "index_closed_exception",
  "invalid_index_name_exception",
  "invalid_alias_name_exception",
  "routing_missing_exception",
];
/** The same of a type that says nothing: an alias under the name of an index, a pipeline that somebody has asked for. */
const STATE_REASONS = [/^no write index is defined for alias /, /^pipeline with id \[.*\] does not exist/];

/**
 * Query of a bulk request, whose answer then says of each document only what is read, and comes before the request is
 * given up: by default the cluster waits for a minute for a shard that is not there, and the others with it.
 */
const BULK_QUERY = {
  timeout: "20s",
  filter_path: "items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by",
};

/** What is there already stays as it is. */
export const CREATE: BulkAction<IndexDocument> = {
  name: "create",
  members: () => "",
  mostMemberBytes: 0,
  query: BULK_QUERY,
};

/** Overwrites equal and lower versions; whoever searches after the answer finds it. */
export const PUT: BulkAction<VersionedDocument> = {
  name: "index",
  members: ({ version }) => `,"version":${version},"version_type":"external_gte"`,
  mostMemberBytes: `,"version":${Number.MAX_SAFE_INTEGER},"version_type":"external_gte"`.length,
  query: { ...BULK_QUERY, refresh: "true" },
};

/** A document that is changed as somebody has seen it, or not at all. */
export interface SeenDocument extends IndexDocument {
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** A conflict says that it was changed or removed since it was seen. */
export const REPLACE: BulkAction<SeenDocument> = {
  name: "index",
  members: ({ seqNo, primaryTerm }) => `,"if_seq_no":${seqNo},"if_primary_term":${primaryTerm}`,
  mostMemberBytes: 2 * `,"if_primary_term":${Number.MAX_SAFE_INTEGER}`.length,
  query: BULK_QUERY,
};

/** Its documents have no source. One that is gone already is as good as deleted. */
export const DELETE: BulkAction<IndexDocument> = {
  name: "delete",
  members: () => "",
  mostMemberBytes: 0,
  query: BULK_QUERY,
};

/**
 * Overwrites what is there, but for documents that were overwritten with this version or a higher one. What others have
 * created has a version that counts from 1, and so one far below any instant in milliseconds.
 */
export function overwriteAction(version: number): BulkAction<IndexDocument> {
  const members = `,"version":${version},"version_type":"external"`;
  return { name: "index", members: () => members, mostMemberBytes: members.length, query: BULK_QUERY };
}

/** What a document has around it, but for the names of itself and its index. */
const ACTION_BYTES = `{"create":{"_index":"","_id":""}}\n\n`.length;

/** Room that the body of a bulk request takes at the most, in bytes. */
export function bulkBytes(documents: readonly IndexDocument[], mostMemberBytes: number): number {
  return documents.reduce(
    (sum, { index, id, source }) => sum + ACTION_BYTES + mostMemberBytes + index.length + id.length + source.length,
    0,
  );
}

/**
 * Writes the body of a bulk request; gives what it has written. Names and ids are our own, plain ASCII, and need no
 * escaping.
 */
export function writeBulk<Document extends IndexDocument>(
  documents: readonly Document[],
  { name, members }: BulkAction<Document>,
  target: Buffer,
): Buffer {
  let end = 0;
  for (const document of documents) {
    const { index, id, source } = document;
    end += target.write(`{"${name}":{"_index":"${index}","_id":"${id}"${members(document)}}}\n`, end, "latin1");
    if (name === "delete") continue;
    end += source.copy(target, end);
    target[end] = LF;
    end += 1;
  }
  return target.subarray(0, end);
}

/** The outcomes, by position. Throws `ClusterError` where the answer does not fit the request. */
export function outcomesOf(answer: unknown, count: number, { name }: Pick<BulkAction<never>, "name">): Outcome[] {
  const { items } = Object(answer) as { readonly items?: unknown };
  const all = Array.isArray(items) ? (items as readonly unknown[]) : [];
  if (all.length !== count) {
    throw new ClusterError("away", null, "", `${all.length} outcomes instead of ${count} in the answer`);
  }
  return all.map((item) => outcomeOf(item, name));
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
function outcomeOf(item: unknown, name: BulkAction<never>["name"]): Outcome {
  const done = member(item, name);
  const said = member(done, "status");
  const status = Number.isInteger(said) ? (said as number) : 0;
  const error = member(done, "error");
  const [type, reason] = [text(member(error, "type")), text(member(error, "reason"))];
  const cause = text(member(member(error, "caused_by"), "reason"));
  if (status >= 200 && status < 300) return STORED;
  if (status === CONFLICT) return { kind: "conflict" };
  if (status === NOT_FOUND && name === "delete") return STORED;
  const whole = cause === "" ? reason : `${reason}: ${cause}`;
  const rejection = { status, type, reason: whole };
  const isOfDocument = (status === BAD_REQUEST && !isState(type, reason)) || status === TOO_LARGE;
  if (isOfDocument) return { kind: "rejected", rejection };
  // A full disk makes an index read-only, and says that it is busy; it passes when somebody mends it.
  const isBlocked = status >= BAD_REQUEST && status < 500 && (status !== BUSY || type === BLOCKED);
  return { kind: isBlocked ? "blocked" : "busy", rejection };
}

function isState(type: string, reason: string): boolean {
  return STATES.includes(type) || STATE_REASONS.some((words) => words.test(reason));
}
