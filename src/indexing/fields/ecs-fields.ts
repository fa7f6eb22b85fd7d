import { type Conversion, type FieldSource, field, type IndexField } from "./index-field.ts";

/** Rails wrote milliseconds below these names, before it wrote seconds below others. */
const RAILS = ["rails.production", "rails.api"];
/** Loggers of Go write seconds as numbers, GraphQL's analyzer of 2019 wrote "2.4ms". */
const SECONDS = ["sidekiq", "gitaly", "rails.graphql", "shell", "workhorse", "pages", "registry"];

/** How long something took, in `s` and `ms` of the record, as seconds or, for ECS, as nanoseconds. */
function durations(target: "s" | "ns"): FieldSource[] {
  const [s, ms] = (target === "s" ? ["s", "ms"] : ["s_to_ns", "ms_to_ns"]) as readonly [Conversion, Conversion];
  return [
    { field: "duration_s", as: s },
    { field: "duration_ms", as: ms },
    { field: "grpc.time_ms", as: ms, logs: ["gitaly"] },
    { field: "http.response.duration", as: s },
    { field: "duration", as: ms, logs: RAILS },
    { field: "duration", as: s, logs: SECONDS },
  ];
}

/** Where the address of the client stands. */
function addresses(as: "ip" | "address"): FieldSource[] {
  return ["remote_ip", "meta.remote_ip", "ip", "ip_address", "http.request.remoteaddr"].map((field) => ({ field, as }));
}

/** The names of the Elastic Common Schema, as far as it has any for what stands in GitLab's logs. */
export const ECS_FIELDS: readonly IndexField[] = [
  field(
    "message",
    "text",
    "The line's message, or the text of a line that is no record.",
    "message",
    "msg",
    "entry.textPayload",
  ),
  field(
    "event.outcome",
    "keyword",
    "success or failure, by status, job status or code.",
    { field: "status", as: "http_outcome" },
    { field: "http.response.status", as: "http_outcome" },
    { field: "job_status", as: "job_outcome" },
    { field: "grpc.code", as: "grpc_outcome" },
  ),
  field("event.duration", "long", "How long it took, in nanoseconds.", ...durations("ns")),
  field("gitlab.duration_s", "double", "How long it took, in seconds.", ...durations("s")),
  field("http.request.method", "keyword", "Method of the request.", "method", "request_method", "http.request.method"),
  field("http.request.id", "keyword", "Id of the request in the registry.", "http.request.id"),
  field("http.request.referrer", "keyword", "The page that led there.", "referrer", "http.request.referer"),
  field("http.response.status_code", "long", "Status of the answer.", "status", "http.response.status"),
  field(
    "http.response.bytes",
    "long",
    "Bytes of the answer.",
    "written_bytes",
    "response_bytes",
    "http.response.written",
  ),
  field("http.response.mime_type", "keyword", "Type of the answer.", "content_type", "http.response.contenttype"),
  field("http.version", "keyword", "Version of HTTP.", { field: "proto", as: "http_version" }),
  field(
    "url.path",
    "keyword",
    "Path of the request.",
    { field: "path", as: "path" },
    { field: "uri", as: "path" },
    { field: "http.request.uri", as: "path" },
  ),
  field("url.original", "keyword", "The request's URL as the log has it.", "uri", "url", "http.request.uri", {
    field: "path",
    logs: ["rails.auth"],
  }),
  field("url.domain", "keyword", "Host that was asked.", "host", "http.request.host"),
  field(
    "user.id",
    "keyword",
    "Number of the user.",
    { field: "user_id", as: "user_id" },
    { field: "meta.user_id", as: "user_id" },
    { field: "user.id", as: "user_id" },
    { field: "author_id", as: "user_id", logs: ["rails.audit"] },
  ),
  field(
    "user.name",
    "keyword",
    "Name of the user, as they log in.",
    "username",
    "meta.user",
    "user.username",
    "auth.user.name",
  ),
  field("user.full_name", "keyword", "Name of the user, as others see it.", {
    field: "author_name",
    logs: ["rails.audit"],
  }),
  field("source.ip", "ip", "Address of the client: the first of a list.", ...addresses("ip")),
  field(
    "source.address",
    "keyword",
    "The same as a text, also where it is no address any more, as a pseudonym.",
    ...addresses("address"),
  ),
  field(
    "user_agent.original",
    "keyword",
    "What the client calls itself.",
    "ua",
    "user_agent",
    "http.request.useragent",
  ),
  field("trace.id", "keyword", "Correlation id: the same in all components that a request passed.", "correlation_id"),
  field("service.environment", "keyword", "Environment of the machine, like gprd.", "environment"),
  field(
    "log.level",
    "keyword",
    "Severity, in lower case.",
    { field: "severity", as: "lower" },
    { field: "level", as: "lower" },
    { field: "entry.severity", as: "lower" },
  ),
  field(
    "host.name",
    "keyword",
    "The machine, by its full name where the log has it.",
    "fqdn",
    "kubernetes.host",
    "hostname",
  ),
  field("host.hostname", "keyword", "The machine, by its short name.", "hostname"),
  field("process.pid", "long", "Number of the process.", "pid"),
  field("cloud.region", "keyword", "Region of the cluster.", "kubernetes_region"),
  field("container.id", "keyword", "Id of the container.", "docker.container_id"),
  field("container.name", "keyword", "Name of the container.", "kubernetes.container_name"),
  field("container.image.name", "keyword", "Image of the container.", "kubernetes.container_image"),
  field("orchestrator.type", "keyword", "kubernetes, where the line comes from there.", {
    field: "kubernetes.pod_name",
    says: "kubernetes",
  }),
  field("orchestrator.namespace", "keyword", "Namespace in Kubernetes.", "kubernetes.namespace_name"),
  field("orchestrator.cluster.url", "keyword", "Address of the cluster's API.", "kubernetes.master_url"),
  field("orchestrator.resource.type", "keyword", "pod, where the line comes from one.", {
    field: "kubernetes.pod_name",
    says: "pod",
  }),
  field("orchestrator.resource.name", "keyword", "Name of the pod.", "kubernetes.pod_name"),
  field("orchestrator.resource.id", "keyword", "Id of the pod.", "kubernetes.pod_id"),
  field("error.type", "keyword", "Class of the error.", "exception.class", "error_class", { field: "exception" }),
  field(
    "error.message",
    "text",
    "What the error says.",
    "exception.message",
    "error_message",
    "error.message",
    "error",
  ),
  field("error.code", "keyword", "Code of the error.", "error.code", "error_code"),
  field("error.stack_trace", "text", "Where it was thrown.", "exception.backtrace", "error_backtrace"),
];
