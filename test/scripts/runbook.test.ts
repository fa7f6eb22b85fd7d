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
import { GIB } from "../../src/core/units.ts";
import { METRICS } from "../../src/observe/metric-list.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { NOTICES } from "../../src/observe/notice.ts";

interface Resources {
  readonly limits: { readonly memory: string };
}

const read = (path: string): string => readFileSync(join(import.meta.dirname, "../..", path), "utf8");

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const RUNBOOK = read("docs/runbook.md");
const { groups } = parse(read("deploy/prometheus/alerts.yaml")) as { groups: { rules: Alert[] }[] };
const ALERTS = groups.flatMap(({ rules }) => rules);
const DASHBOARD = JSON.parse(read("deploy/grafana/logtally.json")) as {
  panels: { title: string; targets?: { expr: string }[] }[];
};

/** What stands below headings of the third level, below one of the second. */
function entriesOf(section: string): ReadonlyMap<string, string> {
  const [, after = ""] = RUNBOOK.split(`\n## ${section}\n`);
  const [text = ""] = after.split("\n## ");
  return new Map(
    [...text.matchAll(/^### (.+)$([\s\S]*?)(?=^### |$(?![\s\S]))/gm)].map(([, name = "", entry = ""]) => [name, entry]),
  );
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
    expect([...entriesOf("Notices").keys()]).toEqual(Object.keys(NOTICES));
  });

  it("has an entry for each alert, and each alert names its entry", () => {
    expect([...entriesOf("Alerts").keys()]).toEqual(ALERTS.map(({ alert }) => alert));
    for (const { alert, annotations } of ALERTS) {
      expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    }
  });

  it("says of each what it means and what to do", () => {
    const entries = [...entriesOf("Alerts"), ...entriesOf("Notices")];
    for (const [, entry] of entries) expect(entry).toMatch(/- \*\*Means:\*\* \S[\s\S]*- \*\*Do:\*\* \S/);
  });

  it("has the expression of each alert as it is, to be asked by hand", () => {
    for (const { alert, expr, for: wait } of ALERTS) {
      const seen = `\n- **Seen as** \`${expr}\`${wait === undefined ? "" : `, for ${wait}`}.\n`;
      expect(entriesOf("Alerts").get(alert)).toContain(seen);
    }
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
  it("tell of memory before the chart's limit ends a process", () => {
    const values = parse(read("deploy/helm/logtally/values.yaml")) as Record<string, { resources?: Resources }>;
    const limitOf = (duty: string): number =>
      Number(/^(\d+)Gi$/.exec(values[duty]?.resources?.limits.memory ?? "")?.[1]) * GIB;
    const { expr = "" } = ALERTS.find(({ alert }) => alert === "LogtallyMemory") ?? {};
    const [others, sealer] = [...expr.matchAll(/> ([\d.]+e9)/g)].map(([, bytes]) => Number(bytes));
    for (const duty of ["worker", "signer", "collector", "ledger"])
      expect(limitOf(duty) * 0.8).toBeGreaterThan(others ?? Number.POSITIVE_INFINITY);
    expect(limitOf("sealer") * 0.8).toBeGreaterThan(sealer ?? Number.POSITIVE_INFINITY);
  });

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
});
