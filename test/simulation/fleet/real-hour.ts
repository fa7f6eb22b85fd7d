import { signStream } from "../../../src/archive/digest/sign.ts";
import { collect } from "../../../src/archive/gc/collect.ts";
import { planGc } from "../../../src/archive/gc/gc-plan.ts";
import { hourThatIsOver } from "../../../src/archive/seal/span-length.ts";
import type { SealedPlan } from "../../../src/archive/sealed-plan.ts";
import { createWalWriter } from "../../../src/archive/wal-writer.ts";
import type { Clock } from "../../../src/core/clock.ts";
import type { Delivery, Payload } from "../../../src/core/delivery.ts";
import { HOUR_MS, MINUTE_MS } from "../../../src/core/units.ts";
import { runEngine } from "../../../src/engine/run.ts";
import { newKey, signing } from "../../archive/sample-signing.ts";
import { seal } from "../../archive/seal/sealing.ts";
import { sampleLine } from "../../segment/sample-line.ts";
import { Schedule } from "../schedule.ts";
import { type CountedBucket, createCountedBucket, type Duty, type Requests } from "./counted-store.ts";

/** Workers on one subscription, which all get as much. */
export interface RealFleet {
  readonly workers: number;
  /** How a batch ends: by its age, or at once, as one that is full. */
  readonly maxAgeMs: number | "full";
  /** From the end of a batch to the first line of the next one. */
  readonly gapMs: number;
}

/** What came of an hour in the middle of many. */
export interface FleetHour {
  readonly requests: Readonly<Record<Duty, Requests>>;
  readonly objects: number;
  readonly seals: number;
  readonly revisions: number;
  /** Of the largest manifest. */
  readonly manifestBytes: number;
}

/** A morning, far from midnight. */
const START_MS = Date.UTC(2021, 2, 4, 6);
/** Until then everything is as in any other hour: the third hour before is sealed, signed and collected. */
const WARM_UP_HOURS = 3;
const LATENESS_MS = HOUR_MS;
const SEAL_EVERY_MS = 5 * MINUTE_MS;
/** Within each hour. */
const SIGN_AT_MS = 10 * MINUTE_MS;
const COLLECT_AT_MS = 20 * MINUTE_MS;
/** A line of so many hours before comes at half past. */
const LATE_HOURS = 3;
const STREAM = "local";
/** As the names of workers have. */
const WRITER_DIGITS = 16;
const MOST_STEPS = 10_000_000;
/** What stands for the lines of a batch. */
const NO_PAYLOAD: Payload = {
  kind: "message",
  data: Buffer.alloc(0),
  info: { topic: "", messageId: "", publishedAtMs: null, attributes: {} },
};

/**
 * The engine, the write-ahead log, sealing, signing and collecting as they are, in virtual time, on a bucket in memory. A
 * batch is made of its first and its last line, which stand for all between them: what is counted are objects and requests.
 */
export async function runFleet(fleet: RealFleet): Promise<FleetHour> {
  const schedule = new Schedule(START_MS, MOST_STEPS);
  const bucket = createCountedBucket(() => schedule.nowMs);
  const failures: unknown[] = [];
  const watch = (promise: Promise<unknown>): void => void promise.catch((error: unknown) => failures.push(error));
  for (let worker = 0; worker < fleet.workers; worker += 1) watch(work(worker, fleet, schedule, bucket));
  let sealed: SealedPlan[] = [];
  repeat(schedule, 0, SEAL_EVERY_MS, () => {
    const overHour = hourThatIsOver(schedule.nowMs, LATENESS_MS);
    watch(
      seal(bucket.storeFor("sealer"), { overHour, spanHours: 1 }).then((plans) => {
        sealed.push(...plans);
      }),
    );
  });
  const key = newKey();
  repeat(schedule, SIGN_AT_MS, HOUR_MS, () =>
    watch(signStream(STREAM, signing(bucket.storeFor("signer"), key, { nowMs: schedule.nowMs }))),
  );
  repeat(schedule, COLLECT_AT_MS, HOUR_MS, () => watch(removeSigned(bucket)));
  const beginMs = START_MS + WARM_UP_HOURS * HOUR_MS;
  await schedule.run(() => failures.length > 0, beginMs - 1);
  bucket.clear();
  sealed = [];
  await schedule.run(() => failures.length > 0, beginMs + HOUR_MS - 1);
  const requests = structuredClone(bucket.requests);
  if (failures.length > 0) throw failures[0];
  return {
    requests,
    objects: requests.worker.creates,
    seals: sealed.filter(({ manifest }) => manifest.plan === 1).length,
    revisions: sealed.filter(({ manifest }) => manifest.plan > 1).length,
    manifestBytes: Math.max(...sealed.map(({ sizeBytes }) => sizeBytes)),
  };
}

/** A worker whose batches follow on each other without end. */
function work(
  worker: number,
  { workers, maxAgeMs, gapMs }: RealFleet,
  schedule: Schedule,
  bucket: CountedBucket,
): Promise<void> {
  const clock = clockOf(schedule);
  const isFull = maxAgeMs === "full";
  const limits = { maxLines: isFull ? 1 : 1000, maxBytes: 1_000_000, maxAgeMs: isFull ? HOUR_MS : maxAgeMs };
  const log = createWalWriter({
    store: bucket.storeFor("worker"),
    stream: STREAM,
    writer: String(worker).padStart(WRITER_DIGITS, "0"),
    clock,
    limits: { ...limits, maxLines: 1000 },
  });
  let batches = 0;
  let lateInHour = -1;
  const take = (): void => {
    batches += 1;
    const firstMs = schedule.nowMs;
    const lastMs = firstMs + (isFull ? gapMs : maxAgeMs) - 1;
    for (const timeMs of [firstMs, lastMs]) log.append(sampleLine(`${worker} ${batches} ${timeMs}`, { timeMs }));
    const hour = Math.floor(firstMs / HOUR_MS);
    if (worker > 0 || hour === lateInHour || firstMs % HOUR_MS < HOUR_MS / 2) return;
    lateInHour = hour;
    log.append(sampleLine(`late ${batches}`, { timeMs: firstMs - LATE_HOURS * HOUR_MS }));
  };
  // Not all at the same moment.
  const firstMs = Math.floor((worker / workers) * gapMs);
  const source = { deliveries: (signal: AbortSignal) => deliveries(clock, firstMs, gapMs, signal) };
  // Nobody stops it: time does.
  return runEngine({
    source,
    take,
    log,
    index: null,
    observer: null,
    limits,
    clock,
    signal: new AbortController().signal,
  });
}

/** One for each batch, when the one before is acked and the first line of the next is there. */
async function* deliveries(
  clock: Clock,
  firstMs: number,
  gapMs: number,
  signal: AbortSignal,
): AsyncGenerator<Delivery> {
  let acked = Promise.withResolvers<void>();
  // An engine that has failed waits for it to end.
  signal.addEventListener("abort", () => acked.resolve(), { once: true });
  await clock.sleep(firstMs);
  while (!signal.aborted) {
    acked = Promise.withResolvers<void>();
    const { promise, resolve } = acked;
    yield { payload: NO_PAYLOAD, ack: () => Promise.resolve(resolve()) };
    await promise;
    await clock.sleep(gapMs);
  }
}

async function removeSigned(bucket: CountedBucket): Promise<void> {
  const store = bucket.storeFor("collector");
  const { altered, unproven } = await collect(await planGc(store, STREAM), {
    store,
    remover: store,
    onBytes: () => undefined,
  });
  if (altered.length + unproven.length > 0) throw new Error("simulate workers: gc found objects that are not sealed");
}

function repeat(schedule: Schedule, firstMs: number, everyMs: number, run: () => void): void {
  const again = (): void => {
    schedule.after(everyMs, again);
    run();
  };
  schedule.after(firstMs, again);
}

function clockOf(schedule: Schedule): Clock {
  return {
    nowMs: () => schedule.nowMs,
    monotonicMs: () => schedule.nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const callOff = schedule.after(ms, resolve);
        const onAbort = (): void => {
          callOff();
          resolve();
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
  };
}
