import { MISSING_METRICS, SERVICE_PING_METRICS } from "../../src/counts/formats/service-ping-metrics.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** The metrics of `counts --format service-ping`: each with the row that it is, what that is, and how it differs. */
export function servicePingMetrics(): string {
  const rows = SERVICE_PING_METRICS.map(({ keyPath, event, period, number, definition, difference }) => {
    return [code(keyPath), code(event), code(period), code(number), plain(definition), plain(difference)];
  });
  return markdownTable(["metric", "event", "period", "number", "what it is", "how theirs differs"], rows);
}

/** The metrics of Service Ping that are not among them. */
export function missingMetrics(): string {
  const rows = MISSING_METRICS.map(({ keyPaths, why }) => [keyPaths.map(code).join(", "), plain(why)]);
  return markdownTable(["metric", "why not"], rows);
}
