/** For every alert a deployment in which it fires, and one in which it only nearly does. All else is well in both. */
import type { Course } from "./course.ts";
import { type Deployment, HOST, TARGETS, type Target } from "./deployment.ts";
import { START_SECONDS } from "./prometheus.ts";

type Changes = Partial<Deployment>;

export interface FiringCase {
  readonly fires: Changes;
  /** The first minute in which it fires, how it is labelled, and what it says. */
  readonly inMinute: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface AlertCase extends FiringCase {
  readonly minutes: number;
  readonly silent: Changes;
  /** Of an expression with two halves. */
  readonly otherwise?: FiringCase;
}

const SINCE = 10;
/** What is well at first, and then not. */
const since =
  (bad: number, good = 0): Course =>
  (minute) =>
    minute < SINCE ? good : bad;
/** A counter that stands still at first. */
const growing =
  (perMinute: number): Course =>
  (minute) =>
    Math.max(0, minute - SINCE) * perMinute;
const seconds = (minute: number): number => START_SECONDS + 60 * minute;

/** The targets, some of them changed. */
function targets(isMeant: (target: Target) => boolean, change: Partial<Target>): readonly Target[] {
  return TARGETS.map((target) => (isMeant(target) ? { ...target, ...change } : target));
}
const named = (pod: string) => (target: Target) => target.pod === pod;
/** What of a process is left in the labels of an alert. */
const ofPod = (pod: string) => ({ instance: `${pod}:9464`, job: "logtally", namespace: "logs", pod });
const inRole = (role: string) => (target: Target) => target.role === role;
const LAG = 'logtally_publish_to_archive_seconds_bucket{le="LE",pipeline="gitlab"}';
const LIMITS = "0.005 0.02 0.05 0.1 0.25 0.5 1 2.5 5 10 30 60 300 900 3600 21600 +Inf".split(" ");
/** Messages that all become durable so long after they were published. */
const lagging = (lagSeconds: number): Readonly<Record<string, Course>> =>
  Object.fromEntries(
    LIMITS.map((le) => [LAG.replace("LE", le), growing(Number(le.replace("+Inf", "Infinity")) >= lagSeconds ? 12 : 0)]),
  );
const startedAgain = (...starts: readonly number[]): Changes => ({
  targets: targets(named("worker-2"), { starts: [-1000, ...starts] }),
});

export const ALERT_CASES: Readonly<Record<string, AlertCase>> = {
  LogtallyNoWorker: {
    minutes: 30,
    fires: { targets: targets(inRole("worker"), { endsAt: SINCE }) },
    inMinute: SINCE + 5,
    labels: { pipeline: "gitlab", severity: "critical" },
    summary: "No worker of gitlab is scraped.",
    silent: { targets: targets(named("worker-1"), { endsAt: SINCE }) },
    // There never was one.
    otherwise: {
      fires: { targets: TARGETS.filter(({ role }) => role !== "worker") },
      inMinute: 5,
      labels: { severity: "critical" },
      summary: "No worker of logtally is scraped.",
    },
  },
  LogtallyNoDuty: {
    minutes: 140,
    fires: { targets: targets(inRole("ledger"), { endsAt: SINCE }) },
    inMinute: SINCE + 120,
    labels: { duty: "ledger", severity: "warning" },
    summary: "No ledger of logtally is scraped that goes on by itself.",
    silent: { targets: targets(inRole("ledger"), { isDown: (minute) => minute >= SINCE && minute < SINCE + 5 }) },
  },
  LogtallyDown: {
    minutes: 60,
    // Up once in four scrapes, as what ends soon after its start and is started again.
    fires: { targets: targets(named("worker-2"), { isDown: (minute) => minute >= SINCE && minute % 4 !== 0 }) },
    // From the 17th on less than half of the last ten were answered.
    inMinute: 17 + 5,
    labels: { ...ofPod("worker-2"), severity: "warning" },
    summary: "worker-2 does not answer.",
    silent: { targets: targets(named("worker-2"), { isDown: (minute) => minute >= SINCE && minute < SINCE + 5 }) },
    otherwise: {
      fires: {
        targets: [...TARGETS, { role: "worker", pod: HOST, starts: [-1000], isDown: (minute) => minute >= SINCE }],
      },
      inMinute: 15 + 5,
      labels: { instance: `${HOST}:9464`, job: "logtally", severity: "warning" },
      summary: `${HOST}:9464 does not answer.`,
    },
  },
  LogtallyRestarts: {
    minutes: 60,
    fires: startedAgain(SINCE, SINCE + 5, SINCE + 12),
    inMinute: SINCE + 12,
    labels: { ...ofPod("worker-2"), severity: "critical" },
    summary: "worker-2 has been started again 3 times in half an hour.",
    silent: startedAgain(SINCE, SINCE + 5, SINCE + 40),
  },
  LogtallyWaits: {
    minutes: 30,
    fires: { shows: { 'logtally_oldest_waiting_seconds{pipeline="gitlab"}': growing(60) }, shownBy: "worker-2" },
    inMinute: SINCE + 5,
    labels: { pipeline: "gitlab", severity: "critical" },
    summary: "Lines of gitlab have waited 5m 0s for the archive or the index.",
    silent: { shows: { 'logtally_oldest_waiting_seconds{pipeline="gitlab"}': since(120) } },
  },
  LogtallyLags: {
    minutes: 60,
    fires: { shows: lagging(600) },
    // The first that is late is seen a minute later.
    inMinute: SINCE + 11,
    labels: { pipeline: "gitlab", severity: "warning" },
    summary: "Messages of gitlab become durable 14m 0s after their publication.",
    silent: { shows: lagging(300) },
  },
  LogtallyQuarantines: {
    minutes: 60,
    fires: { shows: { 'logtally_quarantined_lines_total{pipeline="gitlab",reason="no_time"}': growing(120) } },
    inMinute: 32,
    labels: { pipeline: "gitlab", severity: "warning" },
    summary: "2.1% of the lines of gitlab cannot be read.",
    silent: { shows: { 'logtally_quarantined_lines_total{pipeline="gitlab",reason="no_time"}': growing(50) } },
  },
  LogtallyIndexAway: {
    minutes: 30,
    fires: { shows: { 'logtally_index_away{pipeline="gitlab"}': since(1) }, shownBy: "worker-1" },
    inMinute: SINCE + 5,
    labels: { pipeline: "gitlab", severity: "warning" },
    summary: "The index of gitlab is away; lines wait in the archive.",
    silent: { shows: { 'logtally_index_away{pipeline="gitlab"}': (now) => (now >= SINCE && now < SINCE + 5 ? 1 : 0) } },
  },
  LogtallyIndexRefuses: {
    minutes: 120,
    fires: { shows: { 'logtally_index_quarantined_lines_total{pipeline="gitlab"}': growing(2) }, shownBy: "worker-1" },
    inMinute: 61,
    labels: { pipeline: "gitlab", severity: "warning" },
    summary: "The index refuses documents of gitlab.",
    silent: { shows: { 'logtally_index_quarantined_lines_total{pipeline="gitlab"}': growing(0.5) } },
  },
  LogtallyRetries: {
    minutes: 60,
    // Of a bucket that is asked every 53 seconds: the longest time-out, and the longest pause behind it.
    fires: {
      shows: { 'logtally_retries_total{service="archive",cause="http_503"}': growing(60 / 53) },
      shownBy: "seal",
    },
    inMinute: 25,
    labels: { service: "archive", severity: "warning" },
    summary: "A process asks archive again 1.132 times a minute.",
    silent: { shows: { 'logtally_retries_total{service="archive",cause="http_503"}': growing(0.4) } },
  },
  LogtallySetUpOtherwise: {
    minutes: 30,
    fires: { shows: { 'logtally_notices_total{code="subscription_settings"}': since(1) }, shownBy: "worker-1" },
    inMinute: SINCE,
    labels: { code: "subscription_settings", severity: "warning" },
    summary: "When a worker began it said subscription_settings.",
    silent: { shows: { 'logtally_notices_total{code="archive_retrying"}': since(1) } },
  },
  LogtallyUnsealed: {
    minutes: 60,
    fires: { shows: { 'logtally_oldest_unsealed_seconds{stream="gitlab"}': since(32 * 3600 + 60) } },
    inMinute: SINCE + 15,
    labels: { stream: "gitlab", severity: "warning" },
    summary: "Lines of gitlab have not been sealed for 1d 8h 1m 0s.",
    silent: { shows: { 'logtally_oldest_unsealed_seconds{stream="gitlab"}': since(32 * 3600) } },
  },
  LogtallyDutyFails: {
    minutes: 400,
    // It has never succeeded, and it was there before.
    fires: {
      shows: {
        'logtally_last_success_timestamp_seconds{duty="seal"}': () => null,
        'logtally_passes_total{duty="seal",outcome="failed"}': growing(0.2),
        'logtally_passes_total{duty="seal",outcome="ok"}': () => 0,
      },
    },
    inMinute: 360 + 15,
    labels: { duty: "seal", severity: "warning" },
    summary: "No pass of seal has ended well for six hours.",
    // One that takes so long.
    silent: { shows: { 'logtally_last_success_timestamp_seconds{duty="seal"}': () => seconds(60) } },
  },
  LogtallyUnsigned: {
    minutes: 60,
    fires: { shows: { 'logtally_oldest_unsigned_seconds{stream="gitlab"}': since(36 * 3600 + 60) } },
    inMinute: SINCE + 15,
    labels: { stream: "gitlab", severity: "warning" },
    summary: "Lines of gitlab are sealed and not signed, the oldest of 1d 12h 1m 0s ago.",
    silent: { shows: { 'logtally_oldest_unsigned_seconds{stream="gitlab"}': since(36 * 3600) } },
  },
  LogtallyUncollected: {
    minutes: 60,
    fires: { shows: { 'logtally_oldest_uncollected_seconds{stream="gitlab"}': since(48 * 3600 + 60) } },
    inMinute: SINCE + 15,
    labels: { stream: "gitlab", severity: "warning" },
    summary: "Lines of gitlab are signed and not removed, the oldest of 2d 0h 1m 0s ago.",
    silent: { shows: { 'logtally_oldest_uncollected_seconds{stream="gitlab"}': since(48 * 3600) } },
  },
  LogtallyDistrusts: {
    minutes: 30,
    fires: { shows: { 'logtally_wal_objects{stream="gitlab",reason="distrusted"}': since(1) } },
    inMinute: SINCE,
    labels: { stream: "gitlab", severity: "critical" },
    summary: "Write-ahead objects of gitlab are not what was sealed.",
    silent: { shows: { 'logtally_wal_objects{stream="gitlab",reason="not_indexed"}': since(1) } },
  },
  LogtallyLedgerUnbalanced: {
    minutes: 30,
    fires: { shows: { 'logtally_ledger_hours{stream="gitlab",balances="false"}': since(2) } },
    inMinute: SINCE,
    labels: { stream: "gitlab", severity: "critical" },
    summary: "The books of 2 hours of gitlab do not balance.",
    silent: { shows: { 'logtally_ledger_hours{stream="gitlab",balances="true"}': since(0, 168) } },
  },
  LogtallyMemory: {
    minutes: 60,
    fires: { shows: { process_resident_memory_bytes: since(0.9e9) }, shownBy: "worker-2" },
    inMinute: SINCE + 15,
    labels: { ...ofPod("worker-2"), severity: "warning" },
    summary: "worker-2 takes 858.3MiB of memory.",
    // A sealer has more of it.
    silent: { shows: { process_resident_memory_bytes: since(2.3e9) }, shownBy: "seal" },
    otherwise: {
      fires: { shows: { process_resident_memory_bytes: since(2.5e9) }, shownBy: "seal" },
      inMinute: SINCE + 15,
      labels: { ...ofPod("seal"), severity: "warning" },
      summary: "seal takes 2.328GiB of memory.",
    },
  },
};

/** A day in which all is as it should be, and much happens. */
export const GOOD_DAY: Deployment = {
  minutes: 26 * 60,
  quiet: [300, 780],
  targets: [
    // A rolling update: the new one is there before the old one goes.
    { role: "worker", pod: "worker-1", starts: [-1000], endsAt: 121 },
    { role: "worker", pod: "worker-3", starts: [120] },
    // Restarted once, by day, and once more at night.
    { role: "worker", pod: "worker-2", starts: [-1000, 200, 500], isDown: (minute) => minute === 200 },
    // One at a time: the old one ends first.
    ...(["seal", "sign", "gc", "ledger"] as const).flatMap((role) => [
      { role, pod: role, starts: [-1000], endsAt: 130 },
      { role, pod: `${role}-2`, starts: [132] },
    ]),
  ],
};
