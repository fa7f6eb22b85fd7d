/**
 * Goal: a scrape shows every worker as it stands now, in words that are documented, and nothing of what has ended.
 * Method: figures of an invented worker, and the text that Prometheus would read.
 */
import { expect, it } from "vitest";
import { METRICS, type MetricWords } from "../../src/observe/metric-list.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { beginBatches, type WorkerFigures, workerSamples } from "../../src/observe/worker-samples.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");
const FIGURES: WorkerFigures = {
  linesIn: 10,
  readBytes: 1000,
  quarantined: { not_json: 2 },
  eventless: 3,
  events: { git_push: 5 },
  archived: { objects: 1, rawBytes: 900, storedBytes: 90 },
  index: { indexed: 9, rejected: 1, repeats: 2, masked: 3, spilled: 4, isAway: true },
  budgets: [{ name: "held_bytes", used: 5, limit: 50 }],
  latestEventAtMs: NOW_MS - 7000,
  oldestHeldMs: 1500,
  oldestWaitingMs: 400,
};

it("a scrape shows a worker as it stands, and not what it was before", async () => {
  const metrics = createMetrics();
  let figures = FIGURES;
  const hide = metrics.read(() => workerSamples("gitlab", figures, NOW_MS));
  for (const line of [
    'logtally_received_lines_total{pipeline="gitlab"} 10',
    'logtally_quarantined_lines_total{pipeline="gitlab",reason="not_json"} 2',
    'logtally_quarantined_lines_total{pipeline="gitlab",reason="no_time"} 0',
    'logtally_events_received_total{pipeline="gitlab",event="git_push"} 5',
    'logtally_archived_stored_bytes_total{pipeline="gitlab"} 90',
    'logtally_index_away{pipeline="gitlab"} 1',
    'logtally_spilled_objects_total{pipeline="gitlab"} 4',
    'logtally_budget_limit{pipeline="gitlab",budget="held_bytes"} 50',
    'logtally_event_lag_seconds{pipeline="gitlab"} 7',
    'logtally_oldest_unacked_seconds{pipeline="gitlab"} 1.5',
    'logtally_oldest_waiting_seconds{pipeline="gitlab"} 0.4',
  ]) {
    expect(await metrics.text()).toContain(`${line}\n`);
  }
  figures = { ...FIGURES, linesIn: 12, oldestHeldMs: null, index: null };
  const later = await metrics.text();
  expect(later).toContain('logtally_received_lines_total{pipeline="gitlab"} 12\n');
  expect(later).toContain('logtally_oldest_unacked_seconds{pipeline="gitlab"} 0\n');
  expect(later).not.toContain("logtally_index_away{");
  hide();
  expect(await metrics.text()).not.toContain('pipeline="gitlab"');
});

it("a counter that is added to keeps its sum over scrapes", async () => {
  const metrics = createMetrics();
  metrics.add("logtally_sealed_lines_total", { stream: "gitlab" }, 3);
  await metrics.text();
  metrics.add("logtally_sealed_lines_total", { stream: "gitlab" }, 4);
  expect(await metrics.text()).toContain('logtally_sealed_lines_total{stream="gitlab"} 7\n');
});

it("batches are there before the first of them, and a worker that begins anew forgets none", async () => {
  const metrics = createMetrics();
  beginBatches(metrics, "gitlab");
  const before = await metrics.text();
  for (const line of [
    'logtally_batches_total{pipeline="gitlab",outcome="acked"} 0',
    'logtally_batches_total{pipeline="gitlab",outcome="failed"} 0',
    'logtally_archived_lines_total{pipeline="gitlab"} 0',
    'logtally_batch_step_seconds_count{pipeline="gitlab",step="ack"} 0',
    'logtally_publish_to_archive_seconds_bucket{le="300",pipeline="gitlab"} 0',
  ]) {
    expect(before).toContain(`${line}\n`);
  }
  metrics.add("logtally_batches_total", { pipeline: "gitlab", outcome: "acked" }, 1);
  metrics.add("logtally_batch_lines", { pipeline: "gitlab" }, 7);
  beginBatches(metrics, "gitlab");
  const later = await metrics.text();
  expect(later).toContain('logtally_batches_total{pipeline="gitlab",outcome="acked"} 1\n');
  expect(later).toContain('logtally_batch_lines_sum{pipeline="gitlab"} 7\n');
});

it("no label is one that Prometheus gives to what it scrapes", () => {
  const given = new Set(["job", "instance", "namespace", "pod", "container", "endpoint"]);
  for (const [name, { labels }] of Object.entries<MetricWords>(METRICS)) {
    expect([name, ...labels.filter((label) => given.has(label))]).toEqual([name]);
  }
});

it("every metric is named by its unit, and counters as counters are", () => {
  for (const [name, { kind, help }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^logtally_[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(kind === "counter");
    expect(help).toMatch(/\.$/);
  }
});
