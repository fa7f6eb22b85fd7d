/**
 * Goal: a batch is known from its first message to its last ack, in metrics and as a trace.
 * Method: a watch whose clock the test moves; what it says is held against what was done.
 */
import { describe, expect, it } from "vitest";
import type { Payload } from "../../src/core/delivery.ts";
import { batchSpan } from "../../src/observe/batch-span.ts";
import { type BatchRecord, watchBatches } from "../../src/observe/batch-watch.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { addBatch } from "../../src/observe/worker-samples.ts";

const START_MS = Date.parse("2026-01-01T00:00:00Z");
const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const OBJECT = { name: "wal/gitlab/a", bytes: Buffer.alloc(7), rows: 3 };

const message = (messageId: string, publishedAtMs: number | null, attributes = {}): Payload => ({
  kind: "message",
  data: Buffer.of(),
  info: { topic: "t", messageId, publishedAtMs, attributes },
});

function watched() {
  let elapsedMs = 0;
  const records: BatchRecord[] = [];
  const watch = watchBatches(
    { nowMs: () => START_MS + elapsedMs, monotonicMs: () => 50 + elapsedMs },
    (record) => void records.push(record),
  );
  return { watch, records, pass: (ms: number) => void (elapsedMs += ms) };
}

/** Two messages; filled in 10 ms, archived in 20, indexed in 30, acked in 40. */
function settledBatch(): BatchRecord {
  const { watch, records, pass } = watched();
  watch.taken(message("m1", START_MS - 500, { googclient_traceparent: PARENT }));
  watch.taken(message("m2", START_MS - 800));
  pass(10);
  const steps = watch.closed({ deliveries: 2, lines: 3, bytes: 99 });
  pass(20);
  steps.archived([OBJECT]);
  pass(30);
  steps.indexed();
  pass(40);
  steps.acked();
  const [record] = records;
  if (record === undefined) throw new Error("nothing settled");
  return record;
}

describe("a batch", () => {
  it("is told with its steps once it is acked", () => {
    expect(settledBatch()).toEqual({
      startedAtMs: START_MS,
      deliveries: 2,
      lines: 3,
      bytes: 99,
      closedMs: 10,
      archivedMs: 30,
      indexedMs: 60,
      ackedMs: 100,
      error: null,
      objects: ["wal/gitlab/a"],
      storedBytes: 7,
      oldestPublishedAtMs: START_MS - 800,
      messageIds: ["m1", "m2"],
      traceParents: [PARENT],
    });
  });

  it("is held from its first delivery until it is settled, also while the next one fills", () => {
    const { watch, pass } = watched();
    expect(watch.oldestHeldMs()).toBeNull();
    watch.taken(message("m1", null));
    pass(10);
    const first = watch.closed({ deliveries: 1, lines: 1, bytes: 1 });
    watch.taken(message("m2", null));
    pass(5);
    expect(watch.oldestHeldMs()).toBe(15);
    // Before it was closed it was not waiting for anybody.
    expect(watch.oldestWaitingMs()).toBe(5);
    first.acked();
    expect(watch.oldestHeldMs()).toBe(5);
    expect(watch.oldestWaitingMs()).toBeNull();
    watch.closed({ deliveries: 1, lines: 1, bytes: 1 }).failed(new Error("away"));
    expect(watch.oldestHeldMs()).toBeNull();
  });

  it("of very many messages names some of them", () => {
    const { watch, records } = watched();
    for (let number = 0; number < 1000; number += 1) watch.taken(message(`m${number}`, null, { traceparent: PARENT }));
    watch.closed({ deliveries: 1000, lines: 1000, bytes: 1 }).acked();
    expect(records[0]?.messageIds).toHaveLength(32);
    expect(records[0]?.traceParents).toHaveLength(32);
  });
});

describe("its metrics", () => {
  it("are the time of each step, and that from publication to the archive", async () => {
    const metrics = createMetrics();
    addBatch(metrics, "gitlab", settledBatch());
    const text = await metrics.text();
    const sums = Object.fromEntries(
      [...text.matchAll(/^logtally_batch_step_seconds_sum\{pipeline="gitlab",step="(\w+)"\} (\S+)$/gm)].map(
        ([, step, value]) => [step, Number(value)],
      ),
    );
    expect(sums).toEqual({ fill: 0.01, archive: 0.02, index: 0.03, ack: 0.04 });
    expect(text).toContain('logtally_publish_to_archive_seconds_sum{pipeline="gitlab"} 0.83\n');
    expect(text).toContain('logtally_batches_total{pipeline="gitlab",outcome="acked"} 1\n');
  });

  it("count one that failed, with the steps that it did", async () => {
    const metrics = createMetrics();
    const failed = { ...settledBatch(), archivedMs: null, indexedMs: null, ackedMs: null, error: new Error("away") };
    addBatch(metrics, "gitlab", failed);
    const text = await metrics.text();
    expect(text).toContain('logtally_batches_total{pipeline="gitlab",outcome="failed"} 1\n');
    expect(text).toContain('logtally_batch_step_seconds_count{pipeline="gitlab",step="fill"} 1\n');
    expect(text).not.toContain('step="archive"');
    expect(text).not.toContain("logtally_publish_to_archive_seconds_count{");
  });
});

describe("its trace", () => {
  it("leads from the message to the object and the ack", () => {
    const span = batchSpan("gitlab", settledBatch());
    expect(span).toMatchObject({
      name: "logtally.batch",
      startedAtMs: START_MS,
      endedAtMs: START_MS + 100,
      links: [PARENT],
      error: null,
      attributes: { "logtally.pipeline": "gitlab", "logtally.message_ids": ["m1", "m2"], "logtally.lines": 3 },
    });
    expect(
      span.children.map(({ name, startedAtMs, endedAtMs }) => [name, startedAtMs - START_MS, endedAtMs - START_MS]),
    ).toEqual([
      ["logtally.fill", 0, 10],
      ["logtally.archive", 10, 30],
      ["logtally.index", 30, 60],
      ["logtally.ack", 60, 100],
    ]);
    expect(span.children[1]?.attributes).toEqual({ "logtally.objects": ["wal/gitlab/a"] });
  });

  it("shows which step failed", () => {
    const record = { ...settledBatch(), indexedMs: null, ackedMs: null, error: new Error("index away") };
    const { error, children } = batchSpan("gitlab", record);
    expect(error).toBe("index away");
    expect(children.map(({ name, error: why }) => [name, why])).toEqual([
      ["logtally.fill", null],
      ["logtally.archive", null],
      ["logtally.index", "index away"],
    ]);
  });
});
