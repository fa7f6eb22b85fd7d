/** How samples go while all is well: what a deployment's series are made of. */
import { START_SECONDS } from "./prometheus.ts";
import type { Role, Sample } from "./scrapes.ts";

/** Minute → value; null where there is none. */
export type Course = (minute: number) => number | null;

/** From the first minute on, until before the second, nothing comes in. */
export type Quiet = readonly [number, number];

export type Named = Pick<Sample, "name" | "labels">;

/** Of the values of the chart. */
const PASS_MINUTES: Readonly<Partial<Record<Role, number>>> = { seal: 5, sign: 5, gc: 60, ledger: 60 };
const BATCHES_PER_MINUTE = 12;
export function named({ name, labels }: Named): string {
  return `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",")}}`;
}

/** The same for one sample, however its labels are ordered. */
export function keyOf({ name, labels }: Named): string {
  return named({
    name,
    labels: Object.fromEntries(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))),
  });
}

/** What a process shows of itself while all is well; `starts` are minutes. A counter begins at zero with each start. */
export function wellCourse(
  sample: Sample,
  { role, starts }: { readonly role: Role; readonly starts: readonly number[] },
  quiet: Quiet = [0, 0],
): Course {
  const { name, labels, value } = sample;
  const startOf = (minute: number): number => starts.findLast((start) => start <= minute) ?? 0;
  const passMinutes = PASS_MINUTES[role] ?? null;
  /** The first one ends in the minute after the start. */
  const passes = (minute: number): number =>
    passMinutes === null || minute <= startOf(minute)
      ? 0
      : 1 + Math.floor((minute - startOf(minute) - 1) / passMinutes);
  const batches = (minute: number): number => BATCHES_PER_MINUTE * busyMinutes(startOf(minute), minute, quiet);
  const done = role === "worker" ? batches : passes;

  if (name === "process_start_time_seconds") return (minute) => START_SECONDS + 60 * startOf(minute);
  if (name === "process_resident_memory_bytes") return () => (role === "seal" ? 1e9 : 250e6);
  if (name === "logtally_last_success_timestamp_seconds")
    return (minute) => successOf(startOf(minute), passes(minute), passMinutes ?? 0);
  if (name === "logtally_event_lag_seconds") return (minute) => 60 * (minute - lastBusy(minute, quiet));
  const key = keyOf({ name, labels: withoutStream(labels) });
  const gauge = GAUGES[key];
  if (gauge !== undefined) return gauge;
  const each = COUNTED[key];
  if (each !== undefined) return (minute) => Math.floor(each * done(minute));
  const [, metric = "", part = ""] = /^(logtally_\w+_(?:lines|bytes|seconds))_(bucket|sum|count)$/.exec(name) ?? [];
  const observed = OBSERVED[metric];
  if (observed !== undefined) {
    const by =
      { bucket: observed <= Number(labels["le"]?.replace("+Inf", "Infinity")) ? 1 : 0, sum: observed, count: 1 }[
        part
      ] ?? 0;
    return (minute) => by * done(minute);
  }
  if (name.startsWith("logtally_") && name.endsWith("_total")) return () => 0;
  return () => value;
}

/** Of what each process of the deployment has one stream, or one pipeline. */
function withoutStream(labels: Sample["labels"]): Sample["labels"] {
  const { stream: _, pipeline: _pipeline, ...others } = labels;
  return others;
}

function busyMinutes(from: number, until: number, [begin, end]: Quiet): number {
  const quiet = Math.min(until, end) - Math.max(from, begin);
  return until - from - Math.max(0, quiet);
}

function lastBusy(minute: number, [begin, end]: Quiet): number {
  return minute >= begin && minute < end ? begin : minute;
}

function successOf(startedAt: number, passes: number, passMinutes: number): number | null {
  return passes === 0 ? null : START_SECONDS + 60 * (startedAt + 1 + (passes - 1) * passMinutes);
}

/** From a quiet day: its oldest object is sealed after 24 hours and some, signed an hour later, and removed. */
const QUIET_DAY: Course = (minute) => (minute < 390 ? 60 * (minute + 20 * 60) : 0);
const GAUGES: Readonly<Record<string, Course>> = {
  "logtally_oldest_unsealed_seconds{}": QUIET_DAY,
  "logtally_oldest_unsigned_seconds{}": (minute) => (minute >= 390 && minute < 450 ? 60 * (minute + 20 * 60) : 0),
  "logtally_oldest_uncollected_seconds{}": (minute) => (minute >= 450 && minute < 510 ? 60 * (minute + 20 * 60) : 0),
  "logtally_oldest_unacked_seconds{}": () => 1.2,
  "logtally_oldest_waiting_seconds{}": () => 0.3,
  "logtally_index_away{}": () => 0,
  'logtally_wal_objects{reason="not_sealed"}': () => 700,
  'logtally_wal_objects{reason="not_signed"}': (minute) => (minute % 60 < 5 ? 60 : 0),
  'logtally_wal_objects{reason="not_indexed"}': () => 0,
  'logtally_ledger_hours{balances="true"}': () => 168,
  'logtally_ledger_hours{balances="false"}': () => 0,
};

/** For each batch of a worker, or each pass of a duty. */
const COUNTED: Readonly<Record<string, number>> = {
  "process_cpu_seconds_total{}": 0.5,
  "logtally_received_lines_total{}": 500,
  "logtally_received_bytes_total{}": 250_000,
  'logtally_quarantined_lines_total{reason="not_json"}': 0.5,
  "logtally_eventless_lines_total{}": 300,
  'logtally_events_received_total{event="git_push"}': 20,
  "logtally_archived_lines_total{}": 500,
  "logtally_archived_objects_total{}": 1,
  "logtally_archived_raw_bytes_total{}": 250_000,
  "logtally_archived_stored_bytes_total{}": 25_000,
  "logtally_indexed_lines_total{}": 500,
  "logtally_index_quarantined_lines_total{}": 0.001,
  "logtally_index_repeats_total{}": 2,
  'logtally_batches_total{outcome="acked"}': 1,
  // Each service fails once in a while.
  'logtally_retries_total{cause="other",service="subscription"}': 0.01,
  'logtally_passes_total{duty="seal",outcome="ok"}': 1,
  'logtally_passes_total{duty="sign",outcome="ok"}': 1,
  'logtally_passes_total{duty="gc",outcome="ok"}': 1,
  'logtally_passes_total{duty="ledger",outcome="ok"}': 1,
  "logtally_sealed_plans_total{}": 0.1,
  "logtally_sealed_lines_total{}": 30_000,
  "logtally_sealed_duplicates_total{}": 10,
  "logtally_signed_digests_total{}": 0.1,
  "logtally_collected_objects_total{}": 700,
  "logtally_collected_bytes_total{}": 17_000_000,
};

/** What histograms see. */
const OBSERVED: Readonly<Record<string, number>> = {
  logtally_batch_lines: 500,
  logtally_batch_bytes: 250_000,
  logtally_batch_step_seconds: 0.3,
  logtally_publish_to_archive_seconds: 6,
  logtally_pass_seconds: 20,
};

/** Samples whose course is told here, as they stand without pipeline and stream. */
export const TOLD = [...Object.keys(GAUGES), ...Object.keys(COUNTED)];

/** Whether the program shows a sample of that name. */
export function isShown(told: string, shown: readonly Named[]): boolean {
  return shown.some(({ name, labels }) => keyOf({ name, labels: withoutStream(labels) }) === told);
}
