/** What a metric is, for the endpoint, its reference, the alerts and the dashboard. */
export interface MetricWords {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Their values are of closed lists, or of the settings: never of lines. */
  readonly labels: readonly string[];
  /** Upper bounds, for histograms. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const LINES = [1, 10, 100, 1000, 5000, 10_000, 30_000, 100_000, 500_000];
const BYTES = [1e3, 1e4, 1e5, 1e6, 4e6, 16e6, 64e6, 256e6];

/** Everything that `/metrics` says beside what Node says of the process. */
export const METRICS = {
  logtally_build_info: {
    kind: "gauge",
    help: "1; the version of the program and of Node are its labels.",
    labels: ["version", "node"],
  },
  logtally_ready: { kind: "gauge", help: "1 while /readyz says yes.", labels: [] },

  logtally_received_lines_total: {
    kind: "counter",
    help: "Lines taken from the input, those that were there before included.",
    labels: ["pipeline"],
  },
  logtally_received_bytes_total: {
    kind: "counter",
    help: "Bytes taken from the input: of messages, or of files as they are stored.",
    labels: ["pipeline"],
  },
  logtally_quarantined_lines_total: {
    kind: "counter",
    help: "Lines that were archived but could not be read, by reason.",
    labels: ["pipeline", "reason"],
  },
  logtally_eventless_lines_total: {
    kind: "counter",
    help: "Lines that were archived, could be read, and derived no event.",
    labels: ["pipeline"],
  },
  logtally_events_received_total: {
    kind: "counter",
    help: "Events of the lines received, repeats included. For rates: the exact counts come from the archive.",
    labels: ["pipeline", "event"],
  },
  logtally_archived_lines_total: {
    kind: "counter",
    help: "Lines that are durable, those that were there before included.",
    labels: ["pipeline"],
  },
  logtally_archived_objects_total: {
    kind: "counter",
    help: "Write-ahead objects that are durable.",
    labels: ["pipeline"],
  },
  logtally_archived_raw_bytes_total: {
    kind: "counter",
    help: "Bytes of lines that are durable, before compression.",
    labels: ["pipeline"],
  },
  logtally_archived_stored_bytes_total: {
    kind: "counter",
    help: "The same as stored.",
    labels: ["pipeline"],
  },
  logtally_indexed_lines_total: {
    kind: "counter",
    help: "Lines that are in the index or in its quarantine.",
    labels: ["pipeline"],
  },
  logtally_index_quarantined_lines_total: {
    kind: "counter",
    help: "Lines whose document the index refused, and that are in its quarantine.",
    labels: ["pipeline"],
  },
  logtally_index_repeats_total: {
    kind: "counter",
    help: "Lines whose document was in the index already: duplicates, and what was tried again.",
    labels: ["pipeline"],
  },
  logtally_index_masked_lines_total: {
    kind: "counter",
    help: "Lines of which something was masked in their document.",
    labels: ["pipeline"],
  },
  logtally_spilled_objects_total: {
    kind: "counter",
    help: "Objects that were marked to be indexed later, because the index was away.",
    labels: ["pipeline"],
  },
  logtally_index_away: {
    kind: "gauge",
    help: "1 while the index is away and new objects are marked to be indexed later.",
    labels: ["pipeline"],
  },
  logtally_batches_total: {
    kind: "counter",
    help: "Batches that were settled: acked, or failed.",
    labels: ["pipeline", "outcome"],
  },
  logtally_batch_lines: { kind: "histogram", help: "Lines of a batch.", labels: ["pipeline"], buckets: LINES },
  logtally_batch_bytes: {
    kind: "histogram",
    help: "Bytes of a batch, before compression.",
    labels: ["pipeline"],
    buckets: BYTES,
  },
  logtally_batch_step_seconds: {
    kind: "histogram",
    help: "How long a step of a batch took: fill (from its first delivery until it is closed), archive, index, ack.",
    labels: ["pipeline", "step"],
    buckets: SECONDS,
  },
  logtally_publish_to_archive_seconds: {
    kind: "histogram",
    help: "From the publication of the oldest message of a batch until its lines are durable.",
    labels: ["pipeline"],
    buckets: [...SECONDS, 900, 3600, 21_600],
  },
  logtally_publish_lag_seconds: {
    kind: "gauge",
    help: "The same of the last batch.",
    labels: ["pipeline"],
  },
  logtally_event_lag_seconds: {
    kind: "gauge",
    help: "Now, less the latest time that any line received so far has of itself.",
    labels: ["pipeline"],
  },
  logtally_oldest_unacked_seconds: {
    kind: "gauge",
    help: "How long the oldest delivery that was taken and not acked has been held; 0 where there is none.",
    labels: ["pipeline"],
  },
  logtally_oldest_waiting_seconds: {
    kind: "gauge",
    help: "How long the oldest batch that was closed and not acked has waited for the archive or the index; 0 where none does.",
    labels: ["pipeline"],
  },
  logtally_budget_used: {
    kind: "gauge",
    help: "What is held in memory against its limit, logtally_budget_limit: the batch that fills, and messages on loan.",
    labels: ["pipeline", "budget"],
  },
  logtally_budget_limit: { kind: "gauge", help: "The limits of logtally_budget_used.", labels: ["pipeline", "budget"] },
  logtally_retries_total: {
    kind: "counter",
    help: "Requests to a service that are tried again, by what went wrong.",
    labels: ["service", "cause"],
  },
  logtally_notices_total: {
    kind: "counter",
    help: "What the program has said of itself, by the code of the notice.",
    labels: ["code"],
  },

  logtally_passes_total: {
    kind: "counter",
    help: "Passes of seal, sign, gc or ledger, by outcome: ok, not_right, failed, or waits, where there is no archive yet.",
    labels: ["duty", "outcome"],
  },
  logtally_pass_seconds: {
    kind: "histogram",
    help: "How long a pass took.",
    labels: ["duty"],
    buckets: [...SECONDS, 1800, 7200],
  },
  logtally_last_success_timestamp_seconds: {
    kind: "gauge",
    help: "When the last pass ended well, in seconds since 1970; not there before the first.",
    labels: ["duty"],
  },
  logtally_sealed_plans_total: { kind: "counter", help: "Plans sealed.", labels: ["stream"] },
  logtally_sealed_lines_total: { kind: "counter", help: "Lines sealed, each once.", labels: ["stream"] },
  logtally_sealed_duplicates_total: {
    kind: "counter",
    help: "Lines that were removed as repeats when their hours were sealed.",
    labels: ["stream"],
  },
  logtally_signed_digests_total: { kind: "counter", help: "Digests signed.", labels: ["stream"] },
  logtally_collected_objects_total: { kind: "counter", help: "Write-ahead objects removed.", labels: ["stream"] },
  logtally_collected_bytes_total: { kind: "counter", help: "Their bytes.", labels: ["stream"] },
  logtally_wal_objects: {
    kind: "gauge",
    help: "Write-ahead objects that gc left, by why they stay: not_sealed, not_signed, not_indexed, distrusted.",
    labels: ["stream", "reason"],
  },
  logtally_wal_bytes: { kind: "gauge", help: "Their bytes, but of distrusted ones.", labels: ["stream", "reason"] },
  logtally_oldest_unsealed_seconds: {
    kind: "gauge",
    help: "Age of the oldest write-ahead object that is not sealed, as gc saw it last; 0 where all are.",
    labels: ["stream"],
  },
  logtally_oldest_unsigned_seconds: {
    kind: "gauge",
    help: "Age of the oldest write-ahead object that is sealed and not signed, as gc saw it last; 0 where all are.",
    labels: ["stream"],
  },
  logtally_oldest_uncollected_seconds: {
    kind: "gauge",
    help: "Age of the oldest write-ahead object that is sealed and signed and stays all the same, as gc left it last: to be indexed, or distrusted; 0 where none is.",
    labels: ["stream"],
  },
  logtally_ledger_hours: {
    kind: "gauge",
    help: "Hours of the last ledger, by whether they balance.",
    labels: ["stream", "balances"],
  },
} as const satisfies Readonly<Record<string, MetricWords>>;

export type MetricName = keyof typeof METRICS;
