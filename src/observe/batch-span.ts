import type { TraceSpan } from "../core/trace-span.ts";
import type { BatchRecord } from "./batch-watch.ts";

/**
 * A batch as a trace, from its first message to the last ack: how it filled, how its lines became durable and in which
 * objects, were indexed and acked. Linked to the traces of its first messages, where their publishers have said them.
 */
export function batchSpan(pipeline: string, record: BatchRecord): TraceSpan {
  const { closedMs, archivedMs, indexedMs, ackedMs, error, objects } = record;
  const why = error?.message ?? null;
  const lastMs = ackedMs ?? indexedMs ?? archivedMs ?? closedMs;
  /** The first step without an end is the one that failed. */
  const step = (name: string, fromMs: number | null, toMs: number | null, attributes = {}): TraceSpan[] =>
    fromMs === null || (toMs === null && why === null)
      ? []
      : [spanOf(record, `logtally.${name}`, fromMs, toMs ?? fromMs, { attributes, error: toMs === null ? why : null })];
  return {
    ...spanOf(record, "logtally.batch", 0, lastMs, { attributes: batchAttributes(pipeline, record), error: why }),
    links: record.traceParents,
    children: [
      ...step("fill", 0, closedMs),
      ...step("archive", closedMs, archivedMs, { "logtally.objects": [...objects] }),
      ...step("index", archivedMs, indexedMs),
      ...step("ack", indexedMs, ackedMs),
    ],
  };
}

function spanOf(
  { startedAtMs }: BatchRecord,
  name: string,
  fromMs: number,
  toMs: number,
  rest: Pick<TraceSpan, "attributes" | "error">,
): TraceSpan {
  return { name, startedAtMs: startedAtMs + fromMs, endedAtMs: startedAtMs + toMs, links: [], children: [], ...rest };
}

function batchAttributes(pipeline: string, record: BatchRecord): TraceSpan["attributes"] {
  const { messageIds } = record;
  const ofMessages = {
    "messaging.system": "gcp_pubsub",
    "messaging.operation.type": "process",
    "messaging.batch.message_count": record.deliveries,
    "logtally.message_ids": [...messageIds],
  };
  return {
    "logtally.pipeline": pipeline,
    "logtally.lines": record.lines,
    "logtally.bytes": record.bytes,
    "logtally.stored_bytes": record.storedBytes,
    ...(messageIds.length === 0 ? {} : ofMessages),
  };
}
