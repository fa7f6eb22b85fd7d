/**
 * Goal: every alert fires when it should and says what it means, nobody is woken by what is well, and every panel shows
 * something.
 * Method: Prometheus' own engine over the series of a deployment, minute by minute. Which series there are is what running
 * processes of the program show; their values are made up. The engine is seen to tell planted faults.
 *
 * It is in a small program of its own (test/servers/prometheus): building promtool takes four times as long, since all of
 * Prometheus is in it; what Debian has of it is of 2022; and neither runs the queries of panels.
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { METRICS, type MetricWords } from "../../src/observe/metric-list.ts";
import { NOTICE_CODES } from "../../src/observe/notice.ts";
import { tempFolder } from "../backends/temp-folder.ts";
import { ALERT_CASES, type FiringCase, GOOD_DAY } from "./alert-cases.ts";
import { isShown, TOLD } from "./course.ts";
import { type Deployment, seriesOf, TARGETS } from "./deployment.ts";
import { type Evaluated, type Firing, prometheus, RULES } from "./prometheus.ts";
import { type Sample, type Scrapes, scrapeAll } from "./scrapes.ts";

const judge = await prometheus();
const TEXT = readFileSync(RULES, "utf8");
const { groups } = parse(TEXT) as { groups: { rules: { alert: string }[] }[] };
const ALERTS = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
const { panels: PANELS, templating } = JSON.parse(
  readFileSync(join(RULES, "../../grafana/logtally.json"), "utf8"),
) as Dashboard;

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

let scrapes: Scrapes;

/** What comes of these rules. */
async function evaluated(deployment: Deployment, rules = RULES): Promise<readonly Firing[]> {
  const text = readFileSync(rules, "utf8");
  const series = seriesOf(scrapes, deployment, (name) => text.includes(name));
  const { firings } = await ask({ rules, minutes: deployment.minutes, series });
  return firings;
}

async function ask(asked: Parameters<NonNullable<typeof judge>["evaluate"]>[0]): Promise<Evaluated> {
  if (judge === null) throw new Error("there is no Prometheus");
  return judge.evaluate(asked);
}

function expected(alert: string, { labels, summary, inMinute }: FiringCase): Firing {
  return {
    alert,
    labels: { alertname: alert, ...labels },
    annotations: { runbook: `docs/runbook.md#${alert.toLowerCase()}`, summary },
    fromMinute: inMinute,
    untilMinute: expect.any(Number) as number,
  };
}

// Without Go there is no judge; on CI that is a failure in test/servers/go-program.ts.
describe.skipIf(judge === null)("watched by Prometheus", () => {
  beforeAll(async () => {
    scrapes = await scrapeAll();
  });

  describe("alerts", () => {
    it("have a case each", () => {
      expect(Object.keys(ALERT_CASES)).toEqual(ALERTS);
    });

    it.each(Object.entries(ALERT_CASES))("%s fires when it should, and says so", async (alert, theCase) => {
      const { minutes, otherwise } = theCase;
      for (const firing of otherwise === undefined ? [theCase] : [theCase, otherwise]) {
        expect(await evaluated({ targets: TARGETS, minutes, ...firing.fires })).toEqual([expected(alert, firing)]);
      }
    });

    it.each(Object.entries(ALERT_CASES))("%s is silent where that is only near", async (_alert, theCase) => {
      const { minutes, silent } = theCase;
      expect(await evaluated({ targets: TARGETS, minutes, ...silent })).toEqual([]);
    });

    it("are silent on a good day: a quiet night, an update, a restart", async () => {
      expect(await evaluated(GOOD_DAY)).toEqual([]);
    });
  });

  describe("panels", () => {
    const targets = PANELS.flatMap(({ title, targets: all = [] }) => all.map((target) => ({ title, ...target })));

    it("show something, and name what they show by labels that it has", async () => {
      const deployment = { targets: TARGETS, minutes: 90 };
      // As Grafana puts in what is chosen.
      const queries = targets.map(({ expr }) => expr.replaceAll("$pipeline", "(gitlab|rails)"));
      const { answers } = await ask({
        rules: RULES,
        ...deployment,
        series: seriesOf(scrapes, deployment, () => true),
        queries,
      });
      const found = targets.map(({ title, expr, legendFormat }, at) => ({
        title,
        expr,
        isEmpty: (answers[at]?.numbers ?? 0) === 0,
        strange: [...legendFormat.matchAll(/{{(\w+)}}/g)]
          .map(([, name]) => name)
          .filter((name) => !answers[at]?.labels.includes(name ?? "")),
        warnings: answers[at]?.warnings,
      }));
      expect(found.length).toBeGreaterThan(30);
      expect(found).toEqual(
        targets.map(({ title, expr }) => ({ title, expr, isEmpty: false, strange: [], warnings: [] })),
      );
    });

    it("are chosen by values that there are", () => {
      const asked = templating.list.filter(({ name }) => name !== "datasource").map(({ query }) => query);
      expect(asked).toEqual(["label_values(logtally_received_lines_total, pipeline)"]);
      expect(METRICS.logtally_received_lines_total.labels).toContain("pipeline");
    });
  });

  describe("the engine", () => {
    it("refuses what it cannot read, and warns of what is hardly meant", async () => {
      const asked = { minutes: 3, series: ["up{} 1x2"] };
      await expect(ask({ ...asked, rules: await planted("> 120", "> > 120") })).rejects.toThrow("parse error");
      await expect(
        ask({ ...asked, rules: await planted("| humanizePercentage", "| humanisePercentage") }),
      ).rejects.toThrow("template");
      const { answers } = await ask({ ...asked, rules: RULES, queries: ["rate(up[2m])", "nothing"] });
      expect(answers).toMatchObject([
        { numbers: 2, labels: [], warnings: [expect.stringContaining("might not be a counter") as string] },
        { numbers: 0, warnings: [] },
      ]);
    });

    it.each([
      [
        "LogtallyWaits",
        "another direction",
        "(logtally_oldest_waiting_seconds) > 120",
        "(logtally_oldest_waiting_seconds) < 120",
      ],
      ["LogtallyWaits", "no wait", "> 120\n        for: 2m", "> 120"],
      ["LogtallyWaits", "another label", "Lines of {{ $labels.pipeline }} have", "Lines of {{ $labels.stream }} have"],
      ["LogtallyDistrusts", "a value that is never shown", 'reason="distrusted"', 'reason="suspicious"'],
    ])("has %s fail its case with %s", async (alert, _what, there, fault) => {
      const theCase = ALERT_CASES[alert];
      if (theCase === undefined) throw new Error(`no case for "${alert}"`);
      const found = await evaluated(
        { targets: TARGETS, minutes: theCase.minutes, ...theCase.fires },
        await planted(there, fault),
      );
      expect(found).not.toEqual([expected(alert, theCase)]);
    });

    it("is given no series that the program does not show", () => {
      const all = Object.values(scrapes).flat();
      expect(TOLD.filter((told) => !isShown(told, all))).toEqual([]);
      const shows = (name: string): (() => string[]) => {
        return () => seriesOf(scrapes, { targets: TARGETS, minutes: 1, shows: { [name]: () => 1 } }, () => true);
      };
      expect(shows('logtally_batches_total{outcome="failed",pipeline="gitlab"}')).not.toThrow();
      expect(shows('logtally_batches_total{result="failed",pipeline="gitlab"}')).toThrow(
        "shows no logtally_batches_total",
      );
      expect(shows('logtally_batches_total{outcome="lost",pipeline="gitlab"}')).toThrow("shows no");
      expect(shows('logtally_retries_total{service="archive",cause="http_503"}')).not.toThrow();
    });
  });

  describe("processes", () => {
    const valueOf = (role: keyof Scrapes, name: string, labels: Sample["labels"]): number | undefined =>
      scrapes[role].find(
        (each) => each.name === name && Object.entries(labels).every(([label, value]) => each.labels[label] === value),
      )?.value;

    it("show every metric that is documented, with its labels", () => {
      const all = Object.values(scrapes).flat();
      for (const [name, { kind, labels }] of Object.entries<MetricWords>(METRICS)) {
        const shown = all.find((each) => each.name === (kind === "histogram" ? `${name}_count` : name));
        expect([name, Object.keys(shown?.labels ?? {}).toSorted()]).toEqual([name, labels.toSorted()]);
      }
    });

    it("show counters whose labels are known before there is anything to count", () => {
      expect(valueOf("worker", "logtally_batches_total", { outcome: "failed" })).toBe(0);
      for (const service of ["archive", "index", "kms", "subscription"]) {
        expect(valueOf("sign", "logtally_retries_total", { service, cause: "other" })).toBe(0);
      }
      for (const code of NOTICE_CODES) expect(valueOf("worker", "logtally_notices_total", { code })).toBeDefined();
      for (const role of ["seal", "sign", "gc", "ledger"] as const) {
        for (const outcome of ["not_right", "failed"]) {
          expect(valueOf(role, "logtally_passes_total", { duty: role, outcome })).toBe(0);
        }
      }
    });
  });
});

async function planted(there: string, fault: string): Promise<string> {
  expect(TEXT).toContain(there);
  const path = join(await tempFolder(), "alerts.yaml");
  await writeFile(path, TEXT.replace(there, fault));
  return path;
}
