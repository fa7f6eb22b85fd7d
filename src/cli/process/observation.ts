import type { Clock } from "../../core/clock.ts";
import { SECOND_MS } from "../../core/units.ts";
import type { BatchRecord, BatchWatch } from "../../observe/batch-watch.ts";
import type { Metrics, Sample } from "../../observe/metrics.ts";
import { NOTICE_CODES } from "../../observe/notice.ts";
import type { WorkerFigures } from "../../observe/worker-samples.ts";
import { programVersion } from "../open/program-version.ts";
import type { ListenAt } from "../options/listen-at.ts";
import { notify, toldCounts } from "../terminal/tell.ts";
import { retrySamples } from "./retry-counts.ts";

/** Shows a process to those who run it: probes, metrics, traces. */
export interface Observation {
  /** Null where nothing listens. */
  readonly metrics: Metrics | null;
  /** Hears of the batches of a pipeline's worker. */
  watch(pipeline: string): BatchWatch;
  /** Shows a worker until the returned undoing is called. */
  show(pipeline: string, figures: () => WorkerFigures): () => void;
  /** What stands in the way of being ready, asked at each probe; until the first call it is only starting. */
  readyUnless(reasons: () => readonly string[]): void;
  close(): Promise<void>;
}

/** Where a collector of traces is, if there is one. */
const COLLECTORS = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/** Null where nobody looks: then nothing of it is loaded, and nothing measured. Rejects with `UsageError`. */
export async function openObservation(listen: ListenAt | undefined, clock: Clock): Promise<Observation | null> {
  const hasCollector = COLLECTORS.some((name) => (process.env[name] ?? "") !== "");
  if (listen === undefined && !hasCollector) return null;
  const [{ watchBatches }, { batchSpan }, { addBatch, beginBatches, publishLagMs, workerSamples }] = await Promise.all([
    import("../../observe/batch-watch.ts"),
    import("../../observe/batch-span.ts"),
    import("../../observe/worker-samples.ts"),
  ]);
  let unready: () => readonly string[] = () => ["starting"];
  const metrics = listen === undefined ? null : (await import("../../observe/metrics.ts")).createMetrics();
  const server = metrics === null || listen === undefined ? null : await serve(listen, metrics, () => unready());
  const spans = hasCollector
    ? (await import("../../backends/otlp/span-exporter.ts")).openSpanExporter(programVersion())
    : null;
  const lags = new Map<string, number>();

  const settled = (pipeline: string, record: BatchRecord): void => {
    const lagMs = publishLagMs(record.startedAtMs, record.archivedMs, record.oldestPublishedAtMs);
    if (lagMs !== null) lags.set(pipeline, lagMs / SECOND_MS);
    if (metrics !== null) addBatch(metrics, pipeline, record);
    spans?.send(batchSpan(pipeline, record));
  };
  const publishLag = (pipeline: string): readonly Sample[] => {
    const value = lags.get(pipeline);
    return value === undefined ? [] : [{ name: "logtally_publish_lag_seconds", labels: { pipeline }, value }];
  };

  return {
    metrics,
    watch(pipeline) {
      if (metrics !== null) beginBatches(metrics, pipeline);
      return watchBatches(clock, (record) => settled(pipeline, record));
    },
    show(pipeline, figures) {
      const samples = (): readonly Sample[] => [
        ...workerSamples(pipeline, figures(), clock.nowMs()),
        ...publishLag(pipeline),
      ];
      return metrics?.read(samples) ?? (() => undefined);
    },
    readyUnless(reasons) {
      unready = reasons;
    },
    async close() {
      await Promise.all([server?.close(), spans?.close()]);
    },
  };
}

async function serve(
  listen: ListenAt,
  metrics: Metrics,
  unready: () => readonly string[],
): Promise<{ readonly close: () => Promise<void> }> {
  const { startStatusServer } = await import("./status-server.ts");
  const server = await startStatusServer(listen, metrics, unready);
  metrics.read(() => processSamples(unready().length === 0));
  notify("listening", `/livez, /readyz and /metrics are at ${server.url}`);
  return server;
}

function processSamples(isReady: boolean): readonly Sample[] {
  return [
    { name: "logtally_build_info", labels: { version: programVersion(), node: process.versions.node }, value: 1 },
    { name: "logtally_ready", labels: {}, value: isReady ? 1 : 0 },
    ...retrySamples(),
    ...NOTICE_CODES.map((code) => ({
      name: "logtally_notices_total" as const,
      labels: { code },
      value: toldCounts().get(code) ?? 0,
    })),
  ];
}
