/**
 * Goal: nothing is acked that is not durable, everything taken is acked exactly once, and batches close in time.
 * Method: a source, a log and a clock under control; what happened is read from one trace. Then a property with
 * random deliveries and a log that fails at some point.
 */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Delivery, Payload, Source } from "../../src/core/delivery.ts";
import type { CommittedObject, LineLog } from "../../src/core/line-log.ts";
import type { ObjectIndex } from "../../src/core/object-index.ts";
import { type BatchLimits, runEngine } from "../../src/engine/run.ts";
import { timerSleep } from "../core/timer-sleep.ts";
import { sampleLine } from "../segment/sample-line.ts";

const LINE_BYTES = 5;
const NO_LIMITS: BatchLimits = { maxLines: 1e9, maxBytes: 1e9, maxAgeMs: 1e9 };
/** Under fake timers, so that the engine's timer and its clock run together. */
const CLOCK = { nowMs: () => Date.now(), monotonicMs: () => Date.now(), sleep: timerSleep };

/** What one run did, in order: `take 3`, `close 2 lines`, `commit 2 lines`, `index 2`, `ack 3`. Deliveries are numbered from 1. */
class Stage {
  readonly trace: string[] = [];
  failsAtCommit = Number.POSITIVE_INFINITY;
  commitTakesMs = 0;
  index: ObjectIndex | null = null;
  #commits = 0;

  delivery(number: number, lines: number): Delivery {
    const payload: Payload = {
      kind: "lines",
      buffer: Buffer.alloc(1 + lines),
      start: 1,
      end: 1 + lines,
      fingerprint: "",
      offset: number,
      continuesLine: false,
    };
    return {
      payload,
      ack: async () => {
        this.trace.push(`ack ${number}`);
      },
    };
  }

  readonly log: LineLog = (() => {
    const { trace } = this;
    let lines = 0;
    const commit = async (): Promise<CommittedObject[]> => {
      const pending = lines;
      lines = 0;
      this.#commits += 1;
      const number = this.#commits;
      trace.push(`close ${pending} lines`);
      await new Promise((resolve) => setTimeout(resolve, this.commitTakesMs));
      if (number >= this.failsAtCommit) throw new Error("disk full");
      trace.push(`commit ${pending} lines`);
      return [{ name: `object ${number}`, bytes: Buffer.alloc(0), rows: 1 }];
    };
    return {
      get pendingLines() {
        return lines;
      },
      get pendingBytes() {
        return lines * LINE_BYTES;
      },
      append: () => {
        lines += 1;
      },
      commit,
    };
  })();

  readonly take = (payload: Payload): void => {
    if (payload.kind !== "lines") throw new TypeError("no lines");
    this.trace.push(`take ${payload.offset}`);
    for (let line = payload.start; line < payload.end; line += 1) this.log.append(sampleLine("1234"));
  };

  run(source: Source, limits: Partial<BatchLimits> = {}, signal = new AbortController().signal): Promise<void> {
    const { take, log, index } = this;
    return runEngine({
      source,
      take,
      log,
      index,
      observer: null,
      limits: { ...NO_LIMITS, ...limits },
      clock: CLOCK,
      signal,
    });
  }
}

/** Deliveries of so many lines each, as fast as they are taken. */
function sourceOf(stage: Stage, ...lines: readonly number[]): Source {
  return {
    async *deliveries() {
      for (const [index, count] of lines.entries()) yield stage.delivery(index + 1, count);
    },
  };
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass until the run has ended; resolves with what it rejects with, in words. */
async function ended(run: Promise<void>): Promise<string | null> {
  const state: { outcome?: string | null } = {};
  void run.then(
    () => {
      state.outcome = null;
    },
    (error: unknown) => {
      state.outcome = (error as Error).message;
    },
  );
  while (state.outcome === undefined) await vi.advanceTimersByTimeAsync(1);
  return state.outcome;
}

describe("a batch", () => {
  it("closes by the number of lines, and is acked after its commit, while the next one fills", async () => {
    const stage = new Stage();
    expect(await ended(stage.run(sourceOf(stage, 1, 2, 3, 1), { maxLines: 3 }))).toBeNull();
    expect(stage.trace).toEqual([
      "take 1",
      "take 2",
      "close 3 lines",
      "take 3",
      "commit 3 lines",
      "ack 1",
      "ack 2",
      "close 3 lines",
      "take 4",
      "commit 3 lines",
      "ack 3",
      "close 1 lines",
      "commit 1 lines",
      "ack 4",
    ]);
  });

  it("closes by bytes", async () => {
    const stage = new Stage();
    expect(await ended(stage.run(sourceOf(stage, 1, 1, 1), { maxBytes: 2 * LINE_BYTES }))).toBeNull();
    expect(stage.trace.filter((step) => step.startsWith("close"))).toEqual(["close 2 lines", "close 1 lines"]);
  });

  it("that is full waits for the one before, and nothing is taken meanwhile", async () => {
    const stage = new Stage();
    stage.commitTakesMs = 1000;
    const run = stage.run(sourceOf(stage, 1, 1, 1, 1), { maxLines: 1 });
    await vi.advanceTimersByTimeAsync(999);
    expect(stage.trace).toEqual(["take 1", "close 1 lines", "take 2"]);
    expect(await ended(run)).toBeNull();
  });

  it("closes by the age of its oldest line while the source is silent", async () => {
    const stage = new Stage();
    const source: Source = {
      async *deliveries(signal) {
        yield stage.delivery(1, 1);
        await new Promise((resolve) => setTimeout(resolve, 60));
        yield stage.delivery(2, 1);
        await aborted(signal);
      },
    };
    const stop = new AbortController();
    const run = stage.run(source, { maxAgeMs: 100 }, stop.signal);
    await vi.advanceTimersByTimeAsync(99);
    expect(stage.trace).toEqual(["take 1", "take 2"]);
    await vi.advanceTimersByTimeAsync(2);
    expect(stage.trace).toEqual(["take 1", "take 2", "close 2 lines", "commit 2 lines", "ack 1", "ack 2"]);
    await vi.advanceTimersByTimeAsync(1000);
    stop.abort();
    expect(await ended(run)).toBeNull();
    expect(stage.trace).toHaveLength(6);
  });

  it("closes by age under a steady trickle too, and its age begins anew with each batch", async () => {
    const stage = new Stage();
    const source: Source = {
      async *deliveries() {
        for (let number = 1; number <= 5; number += 1) {
          await new Promise((resolve) => setTimeout(resolve, 40));
          yield stage.delivery(number, 1);
        }
      },
    };
    const run = stage.run(source, { maxAgeMs: 100 });
    await vi.advanceTimersByTimeAsync(145);
    const acks = ["ack 1", "ack 2", "ack 3"];
    expect(stage.trace).toEqual(["take 1", "take 2", "take 3", "close 3 lines", "commit 3 lines", ...acks]);
    expect(await ended(run)).toBeNull();
    expect(stage.trace.slice(8)).toEqual(["take 4", "take 5", "close 2 lines", "commit 2 lines", "ack 4", "ack 5"]);
  });

  it("closes by age also where deliveries come without a pause, and no timer gets its turn", async () => {
    const stage = new Stage();
    const source: Source = {
      async *deliveries() {
        for (let number = 1; number <= 5; number += 1) {
          // Time goes on, and the timers with it, as in a loop that never waits.
          vi.setSystemTime(Date.now() + 40);
          yield stage.delivery(number, 1);
        }
      },
    };
    expect(await ended(stage.run(source, { maxAgeMs: 50 }))).toBeNull();
    const closes = stage.trace.filter((step) => step.startsWith("close"));
    expect(closes).toEqual(["close 3 lines", "close 2 lines"]);
  });

  it("is acked when the index has its objects, and not before", async () => {
    const stage = new Stage();
    const indexing = Promise.withResolvers<void>();
    const { trace } = stage;
    stage.index = {
      async add(objects) {
        if (objects.length === 0) return;
        trace.push(`index ${objects.map(({ name }) => name).join()}`);
        if (trace.filter((step) => step.startsWith("index")).length === 1) await indexing.promise;
        trace.push("indexed");
      },
    };
    const run = stage.run(sourceOf(stage, 1, 1, 1, 1), { maxLines: 2 });
    await vi.advanceTimersByTimeAsync(1000);
    // The next batch is full, and waits: no more than two are ever in memory.
    const first = ["take 1", "take 2", "close 2 lines", "take 3", "commit 2 lines", "index object 1", "take 4"];
    expect([...trace].sort()).toEqual([...first].sort());
    indexing.resolve();
    expect(await ended(run)).toBeNull();
    expect(trace.slice(first.length).join()).toBe(
      "indexed,ack 1,ack 2,close 2 lines,commit 2 lines,index object 2,indexed,ack 3,ack 4",
    );
  });

  it("without any line needs no commit to be acked", async () => {
    const stage = new Stage();
    expect(await ended(stage.run(sourceOf(stage, 0, 0)))).toBeNull();
    expect(stage.trace).toEqual(["take 1", "take 2", "ack 1", "ack 2"]);
  });
});

describe("a stop", () => {
  it("commits and acks what was taken, while the source still waits for more", async () => {
    const stage = new Stage();
    const stop = new AbortController();
    const source: Source = {
      async *deliveries(signal) {
        yield stage.delivery(1, 2);
        await aborted(signal);
      },
    };
    const run = stage.run(source, {}, stop.signal);
    await vi.advanceTimersByTimeAsync(50);
    expect(stage.trace).toEqual(["take 1"]);
    stop.abort();
    expect(await ended(run)).toBeNull();
    expect(stage.trace).toEqual(["take 1", "close 2 lines", "commit 2 lines", "ack 1"]);
  });

  it("before anything came commits nothing", async () => {
    const stage = new Stage();
    const stop = new AbortController();
    const source: Source = {
      async *deliveries(signal) {
        await aborted(signal);
        yield* [];
      },
    };
    const run = stage.run(source, {}, stop.signal);
    stop.abort();
    expect(await ended(run)).toBeNull();
    expect(stage.trace).toEqual([]);
  });
});

describe("a failure", () => {
  it("of the commit acks nothing of its batch, and takes nothing more", async () => {
    const stage = new Stage();
    stage.failsAtCommit = 2;
    expect(await ended(stage.run(sourceOf(stage, 1, 1, 1), { maxLines: 1 }))).toBe("disk full");
    const first = ["take 1", "close 1 lines", "take 2", "commit 1 lines", "ack 1"];
    // The batch after fills while the second fails.
    expect(stage.trace).toEqual([...first, "close 1 lines", "take 3"]);
  });

  it("of the index acks nothing of its batch", async () => {
    const stage = new Stage();
    stage.index = { add: () => Promise.reject(new Error("no marker")) };
    expect(await ended(stage.run(sourceOf(stage, 1)))).toBe("no marker");
    expect(stage.trace).toEqual(["take 1", "close 1 lines", "commit 1 lines"]);
  });

  it("of the source is passed on; what was not durable is not acked", async () => {
    const stage = new Stage();
    const source: Source = {
      async *deliveries() {
        yield stage.delivery(1, 2);
        yield stage.delivery(2, 1);
        throw new Error("connection lost");
      },
    };
    expect(await ended(stage.run(source, { maxLines: 2 }))).toBe("connection lost");
    expect(stage.trace.filter((step) => step.startsWith("ack"))).toEqual(["ack 1"]);
  });

  it("of the commit lets the source go, also one that waits", async () => {
    const stage = new Stage();
    stage.failsAtCommit = 1;
    const source: Source = {
      async *deliveries(signal) {
        try {
          yield stage.delivery(1, 1);
          await aborted(signal);
          throw new Error("told to stop");
        } finally {
          stage.trace.push("let go");
        }
      },
    };
    expect(await ended(stage.run(source, { maxAgeMs: 10 }))).toBe("disk full");
    expect(await ended(stage.run(source, { maxLines: 1 }))).toBe("disk full");
    const steps = ["take 1", "close 1 lines", "let go"];
    expect(stage.trace).toEqual([...steps, ...steps]);
  });
});

describe("any run", () => {
  it("acks each delivery once, after a commit of all its lines, and no batch is larger than it must be", async () => {
    const plan = fc.record({
      lines: fc.array(fc.nat({ max: 4 }), { maxLength: 20 }),
      maxLines: fc.integer({ min: 1, max: 8 }),
      maxBytes: fc.integer({ min: 1, max: 40 }),
      failsAtCommit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: Number.POSITIVE_INFINITY }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ lines, maxLines, maxBytes, failsAtCommit }) => {
        const stage = new Stage();
        stage.failsAtCommit = failsAtCommit;
        const failure = await ended(stage.run(sourceOf(stage, ...lines), { maxLines, maxBytes }));
        const open: number[] = [];
        let openLines = 0;
        let closing: number[] | null = null;
        let unacked: number[] = [];
        for (const step of stage.trace) {
          const [what, number] = step.split(" ");
          if (what === "take") {
            expect(openLines < maxLines && openLines * LINE_BYTES < maxBytes).toBe(true);
            open.push(Number(number));
            openLines += lines[Number(number) - 1] ?? 0;
          } else if (what === "close") {
            expect([Number(number), closing, unacked]).toEqual([openLines, null, []]);
            closing = open.splice(0);
            openLines = 0;
          } else if (what === "commit") {
            unacked = closing ?? [];
            closing = null;
          } else {
            // A batch without any line needs no commit.
            if (unacked.length === 0 && openLines === 0) unacked = open.splice(0);
            expect(unacked.shift()).toBe(Number(number));
          }
        }
        if (failure === null)
          expect([open, unacked, stage.trace.filter((step) => step.startsWith("ack")).length]).toEqual([
            [],
            [],
            lines.length,
          ]);
        else expect(failure).toBe("disk full");
      }),
      { numRuns: 200 },
    );
  });
});
