import { METRICS, type MetricWords } from "../../src/observe/metric-list.ts";
import { NOTICES } from "../../src/observe/notice.ts";
import { code, markdownTable, plain } from "./markdown.ts";

/** Everything that is measured. */
export function metricList(): string {
  const rows = Object.entries<MetricWords>(METRICS).map(([name, { kind, labels, help }]) => {
    return [code(name), kind, labels.map(code).join(", "), plain(help)];
  });
  return markdownTable(["metric", "kind", "labels", "what it says"], rows);
}

/** Everything that a process says of itself. */
export function noticeList(): string {
  const rows = Object.entries(NOTICES).map(([name, { level, meaning }]) => [code(name), level, plain(meaning)]);
  return markdownTable(["code", "level", "means"], rows);
}
