/**
 * Goal: whoever is woken finds an entry for what he sees, and what it asks him to look at is there.
 * Method: the headings of the runbook against the notices and the alerts; every metric that alerts, dashboard and runbook
 * name against those that there are.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { METRICS } from "../../src/observe/metric-list.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { NOTICES } from "../../src/observe/notice.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "../..", path), "utf8");

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const RUNBOOK = read("docs/runbook.md");
const { groups } = parse(read("deploy/prometheus/alerts.yaml")) as { groups: { rules: Alert[] }[] };
const ALERTS = groups.flatMap(({ rules }) => rules);
const DASHBOARD = JSON.parse(read("deploy/grafana/logtally.json")) as {
  panels: { title: string; targets?: { expr: string }[] }[];
};

/** Headings of the third level below one of the second. */
function entriesOf(section: string): readonly string[] {
  const [, after = ""] = RUNBOOK.split(`\n## ${section}\n`);
  const [text = ""] = after.split("\n## ");
  return [...text.matchAll(/^### (.+)$/gm)].map(([, name = ""]) => name);
}

/** Names of metrics in an expression or a text, as they are declared. */
async function unknownMetrics(text: string): Promise<readonly string[]> {
  const scraped = await createMetrics().text();
  const known = new Set<string>([
    ...Object.keys(METRICS),
    ...[...scraped.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name),
  ]);
  const named = [...text.matchAll(/\b(?:logtally|process|nodejs)_[a-z_]+\b/g)].map(([name]) => name);
  return named.filter((name) => !known.has(name) && !known.has(name.replace(/_(?:bucket|sum|count)$/, "")));
}

describe("the runbook", () => {
  it("has an entry for each notice, and no other", () => {
    expect(entriesOf("Notices")).toEqual(Object.keys(NOTICES));
  });

  it("has an entry for each alert, and each alert names its entry", () => {
    expect(entriesOf("Alerts")).toEqual(ALERTS.map(({ alert }) => alert));
    for (const { alert, annotations } of ALERTS) {
      expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    }
  });

  it("says of each what it means and what to do", () => {
    const entries = RUNBOOK.split(/^### .+$/m).slice(1);
    for (const entry of entries) expect(entry).toMatch(/- \*\*Means:\*\* \S[\s\S]*- \*\*Do:\*\* \S/);
  });

  it("names metrics that there are", async () => {
    expect(await unknownMetrics(RUNBOOK)).toEqual([]);
  });
});

const EXPRESSIONS = [
  ...ALERTS.map(({ expr }) => expr),
  ...DASHBOARD.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
];

/** Where Prometheus' own grammar does not know what is meant; null where it does. */
function errorIn(expr: string): string | null {
  let error: string | null = null;
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) error ??= `${expr.slice(0, from)}⟨${expr.slice(from, to)}⟩${expr.slice(to)}`;
    },
  });
  return error;
}

describe("alerts and dashboard", () => {
  it("are written in Prometheus' language", () => {
    expect(errorIn("sum by (a (b)")).not.toBeNull();
    // What Grafana puts in is a text as any other.
    for (const expr of EXPRESSIONS) expect(errorIn(expr.replaceAll("$pipeline", "p"))).toBeNull();
  });

  it("ask for metrics that there are", async () => {
    for (const expr of EXPRESSIONS) {
      expect(expr).toMatch(/(?:logtally|process|nodejs)_/);
      expect([expr, await unknownMetrics(expr)]).toEqual([expr, []]);
    }
  });

  it("group by labels that these metrics have", () => {
    for (const { expr } of ALERTS) {
      const [, names = ""] = /\b(?:sum|max) by \(([^)]*)\)/.exec(expr) ?? [];
      // That one only says whose the others are, or how many there are.
      const { logtally_build_info: _, ...grouped } = METRICS;
      const metrics = Object.entries(grouped).filter(([name]) => new RegExp(`\\b${name}\\b`).test(expr));
      for (const label of names.split(", ").filter((name) => name !== "" && name !== "le")) {
        for (const [metric, { labels }] of metrics) expect([metric, ...labels]).toContain(label);
      }
    }
  });
});
