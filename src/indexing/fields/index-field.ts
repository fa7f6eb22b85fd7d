/** Types of Elasticsearch; `flattened` takes any JSON, each leaf as a keyword. */
export type FieldType = "keyword" | "text" | "long" | "double" | "boolean" | "date" | "ip" | "flattened";

/**
 * What is made of a value before it has to fit the field's type:
 * - `s`, `ms`: a number of seconds, or of milliseconds, as seconds; `s_to_ns`, `ms_to_ns`: as nanoseconds. Numbers may be
 *   texts; durations as Go writes them (`12.6ms`) say their unit themselves
 * - `address`: the first of a list of addresses (`203.0.113.10, 127.0.0.1`), without its port; `ip`: the same, where it
 *   is the address of a machine
 * - `lower`: in lower case
 * - `path`: what stands before the query of a URL
 * - `http_version`: `1.1` of `HTTP/1.1`
 * - `user_id`: the number of a user, also of `user-101`
 * - `retries`: `false` and `true` as Sidekiq means them, no retry and 25
 * - `by_key`: a list of `{key, value}` as an object
 * - `http_outcome`, `job_outcome`, `grpc_outcome`: `success` or `failure`
 */
export type Conversion =
  | "s"
  | "ms"
  | "ms_to_ns"
  | "s_to_ns"
  | "address"
  | "ip"
  | "lower"
  | "path"
  | "http_version"
  | "user_id"
  | "retries"
  | "by_key"
  | "http_outcome"
  | "job_outcome"
  | "grpc_outcome";

/** A field of the record that a field of the document is made of. */
export interface FieldSource {
  /** `status`, or a path like `grpc.method`, which stands for the dotted and the nested form. */
  readonly field: string;
  readonly as?: Conversion;
  /** What the document says where the field is there, whatever its value. */
  readonly says?: string;
  /** Only in these logs, by canonical names; without it in all. */
  readonly logs?: readonly string[];
}

/** A field of documents. The mapping, the documents and the reference are all made of these. */
export interface IndexField {
  /** Full name, like `http.request.method`. */
  readonly name: string;
  readonly type: FieldType;
  /** One sentence, plain text. */
  readonly description: string;
  /** The first that is there and fits gives the value; empty where logtally itself says it. */
  readonly from: readonly FieldSource[];
}

/** A field that the record's own gives; a text stands for a field of that name as it is. */
export function field(
  name: string,
  type: FieldType,
  description: string,
  ...from: readonly (string | FieldSource)[]
): IndexField {
  const sources = from.map((each) => (typeof each === "string" ? { field: each } : each));
  return { name, type, description, from: sources };
}

/** Fields of GitLab's own, each below `gitlab.` under the name that it has in the record. */
export function gitlabFields(type: FieldType, described: Readonly<Record<string, string>>): IndexField[] {
  return Object.entries(described).map(([name, description]) => field(`gitlab.${name}`, type, description, name));
}
