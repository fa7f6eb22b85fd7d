/**
 * Goal: what one worker takes from a subscription, and that its memory stays the same while the archive is away.
 * Method: the program as a user starts it, on a scripted server in a process of its own that has all messages ready;
 * the time is from the first message that is lent to the last ack. Then an archive in a bucket whose server is stopped
 * for longer than a lease lasts, while messages keep coming.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { MINUTE_MS, SECOND_MS } from "../../src/core/units.ts";
import { openCorpus } from "../corpora/corpus.ts";
import { formatMegabytes, type Goal } from "../measuring/goal.ts";
import { program } from "../measuring/measure.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";
import { openSubscriptionWorker, type SubscriptionWorker } from "./subscription-worker.ts";

/** What is published: `form` as for `generate`. */
interface Traffic {
  readonly name: string;
  readonly lines: number;
  readonly form: readonly string[];
}

const SINGLE: Traffic = { name: "messages of one line", lines: 200_000, form: ["--form", "pubsub"] };
const BATCHES: Traffic = {
  name: "zlib batches of 500 lines",
  lines: 500_000,
  form: ["--form", "pubsub", "--batch", "500"],
};
const LEAST_SINGLE = 20_000;
const LEAST_BATCHED = 70_000;
const MOST_PEAK_BYTES = 200e6;
/** CPU time of the whole job, as a multiple of what receiving and acking alone take. */
const MOST_TO_RECEIVING = 2;
const RECEIVING = "messages of one line, received and acked alone";
/** Longer than the longest lease. */
const OUTAGE_MS = 1.5 * MINUTE_MS;
const BEFORE_OUTAGE = 2000;
const LOOK_MS = 100;

const FOLDER = "{kind: folder, path: archive}";
const GCS_SERVER = join(import.meta.dirname, "../programs/gcs-server.ts");

interface Intake {
  readonly name: string;
  readonly linesPerSecond: number;
  readonly linesPerCpuSecond: number;
  readonly peakBytes: number;
}

const COLUMNS: readonly Column<Intake>[] = [
  { head: "", align: "left", cell: ({ name }) => name },
  { head: "lines per second", align: "right", cell: ({ linesPerSecond }) => formatCount(linesPerSecond) },
  { head: "lines per CPU second", align: "right", cell: ({ linesPerCpuSecond }) => formatCount(linesPerCpuSecond) },
  { head: "peak memory", align: "right", cell: ({ peakBytes }) => formatMegabytes(peakBytes) },
];

export async function measureSubscription(rounds: number): Promise<Report> {
  const receiving = await measureIntake({ ...SINGLE, name: RECEIVING }, rounds, (pipeline) =>
    program("receive-and-ack.ts", pipeline),
  );
  const single = await measureIntake(SINGLE, rounds);
  const batched = await measureIntake(BATCHES, rounds);
  const outage = await measureOutage();
  const goals: Goal[] = [
    { name: single.name, value: single.linesPerSecond, unit: "lines/s", bound: "at least", limit: LEAST_SINGLE },
    {
      name: "their CPU time to that of receiving and acking",
      value: receiving.linesPerCpuSecond / single.linesPerCpuSecond,
      unit: "ratio",
      bound: "at most",
      limit: MOST_TO_RECEIVING,
    },
    { name: batched.name, value: batched.linesPerSecond, unit: "lines/s", bound: "at least", limit: LEAST_BATCHED },
    ...[single, batched, outage].map(memoryGoal),
  ];
  const title = `a worker on a subscription; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, COLUMNS, [receiving, single, batched, outage], goals);
}

function memoryGoal({ name, peakBytes }: Intake): Goal {
  return { name: `peak memory, ${name}`, value: peakBytes, unit: "bytes", bound: "below", limit: MOST_PEAK_BYTES };
}

/** Medians over the rounds, but of memory the most. */
async function measureIntake(
  { name, lines, form }: Traffic,
  rounds: number,
  commandOf?: (pipeline: string) => string[],
): Promise<Intake> {
  const { path } = await openCorpus(lines, form);
  const all: Intake[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`${name}, round ${round} of ${rounds}\n`);
    const worker = await openSubscriptionWorker(FOLDER, {}, commandOf);
    try {
      const published = await worker.server.publishFile(path);
      worker.start();
      all.push({ name, ...(await takeAll(worker, published, lines)) });
    } finally {
      await worker.close();
    }
  }
  return {
    name,
    linesPerSecond: median(all.map(({ linesPerSecond }) => linesPerSecond)),
    linesPerCpuSecond: median(all.map(({ linesPerCpuSecond }) => linesPerCpuSecond)),
    peakBytes: Math.max(...all.map(({ peakBytes }) => peakBytes)),
  };
}

async function takeAll(worker: SubscriptionWorker, messages: number, lines: number): Promise<Omit<Intake, "name">> {
  let startedMs: number | null = null;
  let peakBytes = 0;
  for (;;) {
    const { acked, deliveries } = await worker.server.ledger();
    if (deliveries > 0) startedMs ??= performance.now();
    peakBytes = Math.max(peakBytes, worker.residentBytes());
    if (acked === messages) break;
    await sleep(LOOK_MS);
  }
  const seconds = (performance.now() - (startedMs ?? 0)) / SECOND_MS;
  return { linesPerSecond: lines / seconds, linesPerCpuSecond: lines / worker.cpuSeconds(), peakBytes };
}

/** The archive gives no answer while many more messages come than may be held; then all of them are archived. */
async function measureOutage(): Promise<Intake> {
  const name = "while the archive is away";
  process.stderr.write(`${name}\n`);
  const { path } = await openCorpus(SINGLE.lines, SINGLE.form);
  const store = spawn(process.execPath, [GCS_SERVER], { stdio: ["pipe", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve) => createInterface({ input: store.stdout }).once("line", resolve));
  const archive = `{kind: gcs, bucket: a-bucket, endpoint: "${url}"}\npseudonym_key: {env: BENCH_KEY}`;
  const worker = await openSubscriptionWorker(archive, { BENCH_KEY: "0".repeat(64) });
  const { server } = worker;
  try {
    worker.start();
    const before = await server.publishFile(path, 0, BEFORE_OUTAGE);
    while ((await server.ledger()).acked < before) await sleep(LOOK_MS);
    store.kill("SIGSTOP");
    const after = await server.publishFile(path, BEFORE_OUTAGE);
    let peakBytes = 0;
    for (let waitedMs = 0; waitedMs < OUTAGE_MS; waitedMs += SECOND_MS) {
      await sleep(SECOND_MS);
      peakBytes = Math.max(peakBytes, worker.residentBytes());
    }
    const startedMs = performance.now();
    store.kill("SIGCONT");
    while ((await server.ledger()).acked < before + after) await sleep(LOOK_MS);
    const seconds = (performance.now() - startedMs) / SECOND_MS;
    const { expiries } = await server.ledger();
    if (expiries > 0) throw new Error(`${expiries} leases have run out`);
    const linesPerCpuSecond = (before + after) / worker.cpuSeconds();
    return { name, linesPerSecond: after / seconds, linesPerCpuSecond, peakBytes };
  } finally {
    store.kill("SIGCONT");
    store.stdin.end();
    await worker.close();
  }
}
