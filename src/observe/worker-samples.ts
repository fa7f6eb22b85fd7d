import { QUARANTINE_REASONS, type QuarantineReason } from "../core/fault.ts";
import { SECOND_MS } from "../core/units.ts";
import type { BatchRecord } from "./batch-watch.ts";
import type { MetricName } from "./metric-list.ts";
import type { Metrics, Sample } from "./metrics.ts";

/** A worker as it stands. Bytes of lines are raw ones but where they are called stored. */
export interface WorkerFigures {
  readonly linesIn: number;
  readonly readBytes: number;
  readonly quarantined: Readonly<Partial<Record<QuarantineReason, number>>>;
  readonly eventless: number;
  /** Event → count. */
  readonly events: Readonly<Record<string, number>>;
  readonly archived: { readonly objects: number; readonly rawBytes: number; readonly storedBytes: number };
  /** Null where nothing is indexed. */
  readonly index: IndexFigures | null;
  readonly budgets: readonly Budget[];
  /** Latest time of a line, in milliseconds since 1970; null before the first. */
  readonly latestEventAtMs: number | null;
  /** Null where nothing is held, or waits. */
  readonly oldestHeldMs: number | null;
  readonly oldestWaitingMs: number | null;
}

interface IndexFigures {
  readonly indexed: number;
  readonly rejected: number;
  readonly repeats: number;
  readonly masked: number;
  readonly spilled: number;
  readonly isAway: boolean;
}

/** What may be held in memory. */
export interface Budget {
  readonly name: "batch_lines" | "batch_bytes" | "held_messages" | "held_bytes";
  readonly used: number;
  readonly limit: number;
}

export function workerSamples(pipeline: string, figures: WorkerFigures, nowMs: number): readonly Sample[] {
  const { archived, index, latestEventAtMs, oldestHeldMs } = figures;
  const one = (name: MetricName, value: number): Sample => ({ name, labels: { pipeline }, value });
  return [
    one("logtally_received_lines_total", figures.linesIn),
    one("logtally_received_bytes_total", figures.readBytes),
    one("logtally_eventless_lines_total", figures.eventless),
    one("logtally_archived_objects_total", archived.objects),
    one("logtally_archived_raw_bytes_total", archived.rawBytes),
    one("logtally_archived_stored_bytes_total", archived.storedBytes),
    one("logtally_oldest_unacked_seconds", (oldestHeldMs ?? 0) / SECOND_MS),
    one("logtally_oldest_waiting_seconds", (figures.oldestWaitingMs ?? 0) / SECOND_MS),
    ...(latestEventAtMs === null ? [] : [one("logtally_event_lag_seconds", (nowMs - latestEventAtMs) / SECOND_MS)]),
    ...(index === null ? [] : indexSamples(index, one)),
    ...QUARANTINE_REASONS.map((reason) => ({
      name: "logtally_quarantined_lines_total" as const,
      labels: { pipeline, reason },
      value: figures.quarantined[reason] ?? 0,
    })),
    ...Object.entries(figures.events).map(([event, value]) => ({
      name: "logtally_events_received_total" as const,
      labels: { pipeline, event },
      value,
    })),
    ...figures.budgets.flatMap(({ name: budget, used, limit }): Sample[] => [
      { name: "logtally_budget_used", labels: { pipeline, budget }, value: used },
      { name: "logtally_budget_limit", labels: { pipeline, budget }, value: limit },
    ]),
  ];
}

function indexSamples(index: IndexFigures, one: (name: MetricName, value: number) => Sample): readonly Sample[] {
  return [
    one("logtally_indexed_lines_total", index.indexed),
    one("logtally_index_quarantined_lines_total", index.rejected),
    one("logtally_index_repeats_total", index.repeats),
    one("logtally_index_masked_lines_total", index.masked),
    one("logtally_spilled_objects_total", index.spilled),
    one("logtally_index_away", index.isAway ? 1 : 0),
  ];
}

const STEPS = ["fill", "archive", "index", "ack"] as const;

/** Shows a pipeline's batches before there are any. */
export function beginBatches(metrics: Metrics, pipeline: string): void {
  for (const outcome of ["acked", "failed"]) metrics.begin("logtally_batches_total", { pipeline, outcome });
  for (const step of STEPS) metrics.begin("logtally_batch_step_seconds", { pipeline, step });
  metrics.begin("logtally_archived_lines_total", { pipeline });
  metrics.begin("logtally_batch_lines", { pipeline });
  metrics.begin("logtally_batch_bytes", { pipeline });
  metrics.begin("logtally_publish_to_archive_seconds", { pipeline });
}

/** Adds a batch that is settled. */
export function addBatch(metrics: Metrics, pipeline: string, record: BatchRecord): void {
  const { closedMs, archivedMs, indexedMs, ackedMs, startedAtMs, oldestPublishedAtMs } = record;
  metrics.add("logtally_batches_total", { pipeline, outcome: ackedMs === null ? "failed" : "acked" }, 1);
  metrics.add("logtally_batch_lines", { pipeline }, record.lines);
  metrics.add("logtally_batch_bytes", { pipeline }, record.bytes);
  const add = (step: (typeof STEPS)[number], fromMs: number | null, toMs: number | null): void => {
    if (fromMs !== null && toMs !== null)
      metrics.add("logtally_batch_step_seconds", { pipeline, step }, (toMs - fromMs) / SECOND_MS);
  };
  add("fill", 0, closedMs);
  add("archive", closedMs, archivedMs);
  add("index", archivedMs, indexedMs);
  add("ack", indexedMs, ackedMs);
  const lagMs = publishLagMs(startedAtMs, archivedMs, oldestPublishedAtMs);
  if (archivedMs !== null) metrics.add("logtally_archived_lines_total", { pipeline }, record.lines);
  if (lagMs !== null) metrics.add("logtally_publish_to_archive_seconds", { pipeline }, lagMs / SECOND_MS);
}

/** From the publication of its oldest message until its lines are durable; null where it has none, or they are not. */
export function publishLagMs(
  startedAtMs: number,
  archivedMs: number | null,
  oldestPublishedAtMs: number | null,
): number | null {
  if (archivedMs === null || oldestPublishedAtMs === null) return null;
  // Two clocks: ours may be behind that of the server.
  return Math.max(0, startedAtMs + archivedMs - oldestPublishedAtMs);
}
