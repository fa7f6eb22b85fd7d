/**
 * Goal: what a worker says of itself adds up to what it did, whatever the cluster answers, and nothing waits for it.
 * Method: a clock that a test moves on, and a cluster that answers as the test says.
 */
import { afterAll, expect, it } from "vitest";
import type { Outcome } from "../../src/backends/elasticsearch/bulk.ts";
import { createMemoryStore } from "../../src/backends/memory/memory-store.ts";
import { createWorkerHealth, type WorkerHealth } from "../../src/cli/run/worker-health.ts";
import { createWorkerIndex } from "../../src/cli/run/worker-index.ts";
import type { IndexDocument } from "../../src/core/document-index.ts";
import { sampleDocuments } from "../indexing/sample-documents.ts";

const START_MS = Date.UTC(2026, 10, 25, 23, 59, 20);
const NEVER = new AbortController().signal;
const STORED: Outcome = { kind: "stored" };
const BUSY: Outcome = { kind: "busy", rejection: { status: 0, type: "", reason: "no answer in time" } };
const WRONG: Outcome = { kind: "rejected", rejection: { status: 400, type: "parsing", reason: "no" } };

interface Told {
  readonly index: string;
  readonly id: string;
  readonly worker: Readonly<Record<string, unknown>>;
}

interface Stage {
  readonly health: WorkerHealth;
  readonly told: readonly Told[];
  readonly troubles: readonly string[];
  /** Lets so much time go by for whoever sleeps; without `ms` half a minute. */
  readonly pass: (ms?: number) => Promise<void>;
  readonly setAway: (isAway: boolean) => void;
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
const stopped = new AbortController();
afterAll(() => stopped.abort());

/** A worker that tells, whose cluster answers so, and then takes everything. */
function stage(...answers: readonly (Outcome | Error | "no answer")[]): Stage {
  const left = [...answers];
  const told: Told[] = [];
  const troubles: string[] = [];
  let nowMs = 0;
  let isAway = false;
  let sleepers: (() => void)[] = [];
  const clock = {
    nowMs: () => START_MS + nowMs,
    monotonicMs: () => nowMs,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        sleepers.push(resolve);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
  };
  const health = createWorkerHealth({
    worker: { prefix: "logtally", pipeline: "local", id: "ab12" },
    clock,
    isAway: () => isAway,
    onTrouble: (message) => troubles.push(message),
    tryToCreate: ({ index, id, source }: IndexDocument, signal) => {
      const { worker } = JSON.parse(source.toString()) as Pick<Told, "worker">;
      told.push({ index, id, worker });
      const answer = left.shift() ?? STORED;
      if (answer instanceof Error) return Promise.reject(answer);
      if (answer !== "no answer") return Promise.resolve(answer);
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve(BUSY), { once: true }));
    },
  });
  void health.keepTelling(stopped.signal);
  return {
    health,
    told,
    troubles,
    async pass(ms = 30_000) {
      nowMs += ms;
      const woken = sleepers;
      sleepers = [];
      for (const wake of woken) wake();
      await turn();
    },
    setAway(away) {
      isAway = away;
    },
  };
}

const ZERO = { lines: 0, indexed: 0, rejected: 0, repeats: 0, spilled_objects: 0, masked: 0, is_away: false };

it("is a document for each interval, in the index of its day", async () => {
  const { health, told, pass } = stage();
  health.count({ lines: 3, indexed: 2, rejected: 1 });
  health.count({ indexed: 1, repeats: 1, masked: 1, spilledObjects: 2 });
  health.noteIndexed(START_MS - 1500);
  health.noteIndexed(START_MS - 500);
  await pass();
  const worker = { pipeline: "local", id: "ab12", interval_s: 30, is_away: false };
  expect(told).toEqual([
    {
      index: "logtally.health-2026.11.25",
      id: "ab12-1",
      worker: { ...worker, lines: 3, indexed: 3, rejected: 1, repeats: 1, spilled_objects: 2, masked: 1, lag_s: 1.5 },
    },
  ]);
  await health.tellLast(NEVER);
  expect(told[1]).toEqual({
    index: "logtally.health-2026.11.25",
    id: "ab12-2",
    worker: { ...worker, ...ZERO, interval_s: 0 },
  });
});

it("has in one document what was counted while the index was away, and says so", async () => {
  const { health, told, pass, setAway } = stage();
  setAway(true);
  health.count({ lines: 1, spilledObjects: 1 });
  await pass();
  await pass();
  expect(told).toEqual([]);
  setAway(false);
  health.count({ lines: 1, indexed: 2 });
  await pass();
  await pass();
  expect(told.map(({ worker }) => worker)).toMatchObject([
    { interval_s: 90, lines: 2, indexed: 2, spilled_objects: 1, is_away: true },
    { ...ZERO, interval_s: 30 },
  ]);
});

it("is sent again as it was where no answer came, so that nothing is counted twice or lost", async () => {
  const { health, told, pass, troubles } = stage(BUSY, BUSY, { kind: "conflict" });
  health.count({ lines: 1 });
  await pass();
  health.count({ lines: 2 });
  await pass();
  health.count({ lines: 4 });
  await pass();
  expect(told.map(({ id, worker: { lines, interval_s: intervalS } }) => [id, lines, intervalS])).toEqual([
    ["ab12-1", 1, 30],
    ["ab12-1", 1, 30],
    ["ab12-1", 1, 30],
    ["ab12-2", 6, 60],
  ]);
  expect(troubles).toEqual([]);
});

it("is given up where it is wrong, and told", async () => {
  const { told, pass, troubles } = stage(WRONG);
  await pass();
  await pass();
  expect(told.map(({ id }) => id)).toEqual(["ab12-1", "ab12-2"]);
  expect(troubles).toEqual([
    'index health into "logtally.health-2026.11.25": parsing: no (hint: no line waits for it)',
  ]);
});

it("is told where it fails in a way that nobody thought of, and goes on with the same document", async () => {
  const { health, told, pass, troubles } = stage(
    new TypeError("no such thing"),
    STORED,
    STORED,
    new TypeError("again"),
  );
  await pass();
  await pass();
  await health.tellLast(NEVER);
  expect(told.map(({ id }) => id)).toEqual(["ab12-1", "ab12-1", "ab12-2", "ab12-3"]);
  const hint = "(hint: no line waits for it)";
  expect(troubles).toEqual([
    `index health into "logtally.health-2026.11.25": failed: TypeError: no such thing ${hint}`,
    `index health into "logtally.health-2026.11.26": failed: TypeError: again ${hint}`,
  ]);
});

it("keeps no connection open where even its last document fails", async () => {
  let isClosed = false;
  const index = createWorkerIndex({
    stream: "local",
    store: createMemoryStore(),
    index: { create: () => Promise.reject(new Error("no documents are created")) },
    documents: sampleDocuments(),
    naming: { prefix: "logtally", retentionMs: 0 },
    worker: "ab12",
    tryToCreate: () => Promise.resolve(STORED),
    clock: { nowMs: () => START_MS, monotonicMs: () => 0, sleep: () => Promise.reject(new Error("no clock")) },
    random: () => 0,
    notify: () => undefined,
    signal: NEVER,
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  });
  await expect(index.close()).rejects.toThrow("no clock");
  expect(isClosed).toBe(true);
});

it("holds up no end where nobody answers", async () => {
  const { health, told, pass } = stage("no answer");
  const last = health.tellLast(NEVER);
  await turn();
  expect(told).toHaveLength(1);
  await pass(1000);
  await last;
});
