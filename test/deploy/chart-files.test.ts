/**
 * Goal: what the chart repeats of other places is the same there.
 * Method: one text against the other.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { CHECKOUT } from "./dockerfile.ts";

const CHART = "deploy/helm/logtally";

function textOf(path: string): string | null {
  const whole = join(CHECKOUT, path);
  return existsSync(whole) ? readFileSync(whole, "utf8") : null;
}

it("the chart is of this version of the program", () => {
  const { version } = JSON.parse(textOf("package.json") ?? "") as { version: string };
  expect(parse(textOf(`${CHART}/Chart.yaml`) ?? "")).toMatchObject({ appVersion: version });
});

// Helm reads nothing outside of a chart.
it.each([
  ["deploy/prometheus/alerts.yaml", "files/alerts.yaml"],
  ["deploy/grafana/logtally.json", "files/logtally-dashboard.json"],
])("%s is also the chart's", (source, copy) => {
  expect(textOf(`${CHART}/${copy}`), `cp ${source} ${CHART}/${copy}`).toBe(textOf(source));
});
