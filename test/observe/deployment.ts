/**
 * A deployment that is well, as its series: processes of the roles, each with every sample that the program itself shows
 * (`scrapes.ts`), in a course that work, nights and restarts give it. Cases change some of it.
 */
import { START_SECONDS } from "./prometheus.ts";
import { labelsIn, type Role, type Sample, type Scrapes } from "./scrapes.ts";

/** Minute → value; null where there is none. */
export type Course = (minute: number) => number | null;

/** A process that is scraped. */
export interface Target {
  readonly role: Role;
  readonly pod: string;
  /** When it began, and each time that it was started again. */
  readonly starts: readonly number[];
  /** From when on it is not there any more. */
  readonly endsAt?: number;
  /** When it is there and does not answer. */
  readonly isDown?: (minute: number) => boolean;
}

export interface Deployment {
  readonly minutes: number;
  readonly targets: readonly Target[];
  /** From the first minute on, until before the second, nothing comes in. */
  readonly quiet?: readonly [number, number];
  /** In the place of what is well: samples as they are shown, `name{label="value"}`. */
  readonly shows?: Readonly<Record<string, Course>>;
  /** Where these are shown; missing: by each process that has such. */
  readonly shownBy?: string;
}

/** One of each duty, as the chart has it, and two workers. They were there before. */
export const TARGETS: readonly Target[] = [
  { role: "worker", pod: "worker-1", starts: [-1000] },
  { role: "worker", pod: "worker-2", starts: [-1000] },
  { role: "seal", pod: "seal", starts: [-1000] },
  { role: "sign", pod: "sign", starts: [-1000] },
  { role: "gc", pod: "gc", starts: [-1000] },
  { role: "ledger", pod: "ledger", starts: [-1000] },
];

/** No pod. */
export const HOST = "host.example";

/** Of the values of the chart. */
const PASS_MINUTES: Readonly<Partial<Record<Role, number>>> = { seal: 5, sign: 5, gc: 60, ledger: 60 };
const BATCHES_PER_MINUTE = 12;
/** Labels whose values come from lines, services or versions, and are not listed anywhere. */
const OPEN_LABELS = new Set(["cause", "event", "version", "node"]);

/** In the notation of Prometheus' own tests. Throws where a case shows what the program does not. */
export function seriesOf(scrapes: Scrapes, deployment: Deployment, isWanted: (name: string) => boolean): string[] {
  const { minutes, targets, shows = {}, shownBy } = deployment;
  const unused = new Set(Object.keys(shows));
  const series = targets.flatMap((target) => {
    const place = placeOf(target);
    const here = shownBy === undefined || shownBy === target.pod ? Object.entries(shows) : [];
    const changed = new Map(here.map(([text, course]) => [keyOf(sampleNamed(text)), { text, course }]));
    const others = here.map(([text]) => sampleNamed(text)).filter((sample) => isLikeOne(sample, scrapes[target.role]));
    const all = new Map([...scrapes[target.role], ...others].map((sample) => [keyOf(sample), sample]));
    const lines = [...all.values()].map((sample) => {
      const change = changed.get(keyOf(sample));
      if (change !== undefined) unused.delete(change.text);
      const course = change?.course ?? wellCourse(sample, target, deployment);
      const seen: Course = (minute) => (isUp(target, minute) ? course(minute) : null);
      return isWanted(sample.name)
        ? [`${named({ ...sample, labels: { ...sample.labels, ...place } })} ${notation(seen, minutes)}`]
        : [];
    });
    const up: Course = (minute) => (isThere(target, minute) ? Number(isUp(target, minute)) : null);
    return [`${named({ name: "up", labels: place })} ${notation(up, minutes)}`, ...lines.flat()];
  });
  if (unused.size > 0) throw new Error(`the program shows no ${[...unused].join(", no ")}`);
  return series;
}

/** As a PodMonitor labels what it finds; on a machine there is neither pod nor namespace. */
function placeOf({ pod }: Target): Sample["labels"] {
  const isPod = pod !== HOST;
  return { job: "logtally", instance: `${pod}:9464`, ...(isPod ? { pod, namespace: "logs" } : {}) };
}

type Named = Pick<Sample, "name" | "labels">;

function sampleNamed(text: string): Sample {
  const [, name = "", labels = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(text) ?? [];
  return { name, labels: labelsIn(labels), value: 0 };
}

function named({ name, labels }: Named): string {
  return `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",")}}`;
}

function keyOf({ name, labels }: Named): string {
  return named({ name, labels: Object.fromEntries(Object.entries(labels).toSorted()) });
}

/** Whether it is shown, but for values that nobody knows in advance. */
function isLikeOne(sample: Named, shown: readonly Named[]): boolean {
  const closed = ({ name, labels }: Named): string =>
    keyOf({
      name,
      labels: Object.fromEntries(
        Object.entries(labels).map(([label, value]) => [label, OPEN_LABELS.has(label) ? "" : value]),
      ),
    });
  return shown.some((each) => closed(each) === closed(sample));
}

function isThere({ starts, endsAt = Number.POSITIVE_INFINITY }: Target, minute: number): boolean {
  return minute >= Math.min(...starts) && minute < endsAt;
}

function isUp(target: Target, minute: number): boolean {
  return isThere(target, minute) && target.isDown?.(minute) !== true;
}

/** What a process shows of itself while all is well. A counter begins at zero with each start. */
function wellCourse(sample: Sample, target: Target, deployment: Deployment): Course {
  const { name, labels, value } = sample;
  const { role, starts } = target;
  const startOf = (minute: number): number => starts.findLast((start) => start <= minute) ?? 0;
  const passMinutes = PASS_MINUTES[role] ?? null;
  /** The first one ends in the minute after the start. */
  const passes = (minute: number): number =>
    passMinutes === null || minute <= startOf(minute)
      ? 0
      : 1 + Math.floor((minute - startOf(minute) - 1) / passMinutes);
  const batches = (minute: number): number => BATCHES_PER_MINUTE * busyMinutes(startOf(minute), minute, deployment);
  const done = role === "worker" ? batches : passes;

  if (name === "process_start_time_seconds") return (minute) => START_SECONDS + 60 * startOf(minute);
  if (name === "process_resident_memory_bytes") return () => (role === "seal" ? 1e9 : 250e6);
  if (name === "logtally_last_success_timestamp_seconds")
    return (minute) => successOf(startOf(minute), passes(minute), passMinutes ?? 0);
  if (name === "logtally_event_lag_seconds") return (minute) => 60 * (minute - lastBusy(minute, deployment));
  const gauge = GAUGES[named({ name, labels: withoutStream(labels) })];
  if (gauge !== undefined) return gauge;
  const each = COUNTED[named({ name, labels: withoutStream(labels) })];
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
function withoutStream({ stream: _, pipeline: _pipeline, ...labels }: Sample["labels"]): Sample["labels"] {
  return labels;
}

function busyMinutes(from: number, until: number, { quiet: [begin, end] = [0, 0] }: Deployment): number {
  const quiet = Math.min(until, end) - Math.max(from, begin);
  return until - from - Math.max(0, quiet);
}

function lastBusy(minute: number, { quiet: [begin, end] = [0, 0] }: Deployment): number {
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
  'logtally_retries_total{service="subscription",cause="other"}': 0.01,
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

function notation(course: Course, minutes: number): string {
  const words: string[] = [];
  let before: string | null = null;
  let times = 0;
  const write = (): void => {
    if (before === "stale") words.push(before);
    else if (before !== null) words.push(before === "_" ? `_x${times}` : `${before}x${times - 1}`);
  };
  let wasThere = false;
  for (let minute = 0; minute < minutes; minute += 1) {
    const value = course(minute);
    const word: string = value === null ? (wasThere ? "stale" : "_") : String(value);
    wasThere = value !== null;
    if (word === before) times += 1;
    else {
      write();
      before = word;
      times = 1;
    }
  }
  write();
  return words.join(" ");
}
