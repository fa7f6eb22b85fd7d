import type { CountRow } from "../cube.ts";
import type { PeriodName } from "../period.ts";
import type { CountsHeader } from "./counts-header.ts";

/** What Prometheus is told beside the rows. */
export interface PrometheusContext {
  readonly header: CountsHeader;
  /** By which was asked; as a label it keeps several archives apart on one machine. */
  readonly pipeline: string;
  /** By what is counted, as in the rows: also where there are none. */
  readonly segment: string;
  /** What was asked for; never `daily`, of which each day would be a series of its own. */
  readonly periods: readonly PeriodName[];
}

/** Null values are left out. */
type Labels = Readonly<Record<string, string | null>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

interface RowGauge {
  readonly name: string;
  readonly help: string;
  /** Null: no sample. */
  readonly read: (row: CountRow) => number | null;
}

/** Gauges, since lines that come late, and the passing of days, may change each of them in both directions. */
const ROW_GAUGES: readonly RowGauge[] = [
  {
    name: "logtally_events",
    help: "Events in the period, each once.",
    read: (row) => row.count,
  },
  {
    name: "logtally_unique_users",
    help: "Distinct users of these events, exact. Events without user add none.",
    read: (row) => row.unique_users,
  },
  {
    name: "logtally_sessions",
    help: "Sessions with at least one of these events, exact.",
    read: (row) => row.sessions,
  },
  {
    name: "logtally_events_per_user_mean",
    help: "Mean of these events per user, over users that have any.",
    read: (row) => row.per_user?.mean ?? null,
  },
  {
    name: "logtally_events_per_user_median",
    help: "Median of these events per user, over users that have any.",
    read: (row) => row.per_user?.median ?? null,
  },
  {
    name: "logtally_events_per_user_max",
    help: "Most of these events that one user has.",
    read: (row) => row.per_user?.max ?? null,
  },
];

/** The text format 0.0.4, in UTF-8, ended by LF. The same rows give the same text. */
export function countsPrometheus(context: PrometheusContext, rows: readonly CountRow[]): string {
  const { pipeline, periods } = context;
  const series = withZeros(rows, periods);
  const gauges = ROW_GAUGES.map(({ name, help, read }) => {
    const samples = series.flatMap((row): Sample[] => {
      const value = read(row);
      const { event, segment, key, period } = row;
      return value === null ? [] : [{ labels: { event, segment, key, period, pipeline }, value }];
    });
    return gauge(name, help, samples);
  });
  return [...headerGauges(context), ...gauges].join("");
}

function headerGauges({ header, pipeline, segment }: PrometheusContext): string[] {
  const labels = { segment, pipeline };
  const asOf: Sample = { labels, value: Date.parse(`${header.asOf}T00:00:00Z`) / 1000 };
  const sealed = header.sealedThrough;
  const about: Labels = {
    ...labels,
    deployment: header.deployment,
    // Prometheus has a label "instance" of its own: what is scraped.
    gitlab_instance: header.instance,
    level: header.level,
    widened: header.widened.length === 0 ? null : header.widened.join(","),
    catalogue: header.catalogue,
    as_of_digest: header.asOfDigest === null ? null : String(header.asOfDigest.sequence),
  };
  return [
    gauge("logtally_counts_info", "What the counts are of; always 1.", [{ labels: about, value: 1 }]),
    gauge("logtally_counts_as_of_timestamp_seconds", "End of all periods: nothing at or after it counts.", [asOf]),
    gauge(
      "logtally_counts_sealed_through_timestamp_seconds",
      "Everything before it is sealed.",
      sealed === null ? [] : [{ labels, value: Date.parse(sealed) / 1000 }],
    ),
  ];
}

/**
 * A row for each event, key and period where any period has one: a series that is gone where it has come to nothing is
 * gone from sums, graphs and alerts too.
 */
function withZeros(rows: readonly CountRow[], periods: readonly PeriodName[]): CountRow[] {
  const series = Map.groupBy(rows, ({ event, key }) => JSON.stringify([event, key]));
  return [...series.values()].flatMap((found) =>
    [...new Set(periods)].flatMap((period) => found.find((row) => row.period === period) ?? zeroOf(found[0], period)),
  );
}

function zeroOf(like: CountRow | undefined, period: PeriodName): CountRow[] {
  if (like === undefined) return [];
  const { per_user: _, ...row } = like;
  return [{ ...row, period, count: 0, unique_users: 0, sessions: row.sessions === null ? null : 0 }];
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels, value }) => `${name}{${labelText(labels)}} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ""].join("\n");
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).filter((pair): pair is [string, string] => pair[1] !== null);
  return pairs.map(([name, value]) => `${name}="${escaped(value)}"`).join(",");
}

/** What else is in a label stays as it is: the format knows no other escapes. */
function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
