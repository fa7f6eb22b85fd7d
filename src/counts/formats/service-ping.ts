import type { Catalogue } from "../../derive/event-rules.ts";
import type { CountQuery, CountRow } from "../cube.ts";
import { midnight, periodSpans } from "../period.ts";
import { type CountsHeader, headerFields } from "./counts-header.ts";
import {
  MISSING_METRICS,
  SERVICE_PING_METRICS,
  SERVICE_PING_SEGMENT,
  type ServicePingMetric,
} from "./service-ping-metrics.ts";

/** What has to be asked for; of `daily`, which is not among it, there are no days. */
export const SERVICE_PING_QUERY = {
  by: SERVICE_PING_SEGMENT,
  level: "aggregate",
  events: [...new Set(SERVICE_PING_METRICS.map(({ event }) => event))],
  periods: [...new Set(SERVICE_PING_METRICS.map(({ period }) => period))],
  days: 1,
  withSessions: false,
} as const satisfies Omit<CountQuery, "asOf" | "foldsPersonal">;

/** A part of the payload. */
interface Section {
  readonly [name: string]: Part;
}

type Part = number | Section | readonly [Section];

/**
 * A JSON document with the sections and names of a Service Ping payload, indented, ended by LF; beside them `logtally`,
 * with what the numbers are of. `rows` are the answer to `SERVICE_PING_QUERY`: where one is missing nothing was counted.
 */
export function countsServicePing(
  header: CountsHeader,
  rows: readonly CountRow[],
  { events }: Pick<Catalogue, "events">,
): string {
  const payload = SERVICE_PING_METRICS.reduce<Section>(
    (section, metric) => withNumber(section, metric.keyPath.split("."), numberOf(metric, rows)),
    {},
  );
  const document = {
    recorded_at: `${header.asOf}T00:00:00Z`,
    ...payload,
    logtally: {
      ...headerFields(header),
      definitions: SERVICE_PING_METRICS.map((metric) => {
        const rules = events.find(({ event }) => event === metric.event);
        return definitionOf(metric, header.asOf, rules?.description ?? null);
      }),
      not_served: MISSING_METRICS.map(({ keyPaths, why }) => ({ key_paths: keyPaths, why })),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function numberOf({ event, period, number }: ServicePingMetric, rows: readonly CountRow[]): number {
  return rows.find((row) => row.event === event && row.period === period)?.[number] ?? 0;
}

function withNumber(section: Section, [name = "", ...rest]: readonly string[], number: number): Section {
  if (rest.length === 0) return { ...section, [name]: number };
  const [, list] = /^(.*)\[0\]$/.exec(name) ?? [];
  const found = section[list ?? name];
  const inner = isList(found) ? found[0] : found;
  const filled = withNumber(typeof inner === "object" ? inner : {}, rest, number);
  return { ...section, [list ?? name]: list === undefined ? filled : [filled] };
}

function isList(part: Part | undefined): part is readonly [Section] {
  return Array.isArray(part);
}

/** How to find the number again in any other format, and what it means. */
function definitionOf(metric: ServicePingMetric, asOf: string, eventDescription: string | null) {
  const { keyPath, event, period, number, definition, difference } = metric;
  const [span] = periodSpans([period], 1, asOf).map(({ fromDay, toDay }) => {
    return { from: midnight(fromDay), to: midnight(toDay) };
  });
  return {
    key_path: keyPath,
    event,
    event_description: eventDescription,
    segment: SERVICE_PING_SEGMENT,
    period,
    ...span,
    number,
    definition,
    difference,
  };
}
