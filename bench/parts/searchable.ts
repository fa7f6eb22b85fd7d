/**
 * Goal: how soon after its publication a line is found in Elasticsearch, at 2,000 lines a second.
 * Method: messages of a hundred lines are published evenly to a worker as a user starts it; a real Elasticsearch is
 * asked again and again how many lines it finds. A message is found when all lines up to its last one are.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { formatCount } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { SECOND_MS } from "../../src/core/units.ts";
import { forkScriptedPubsub } from "../../test/servers/scripted-pubsub-process.ts";
import { openCorpus } from "../corpora/corpus.ts";
import type { Goal } from "../measuring/goal.ts";
import { PROGRAM, setUp, startCluster } from "../measuring/real-cluster.ts";
import { type Report, reportOf } from "../measuring/report.ts";

const LINES_PER_MESSAGE = 100;
const MESSAGES_PER_SECOND = 20;
const SECONDS = 30;
/** Until the worker has connected, its indices are made, and both programs run compiled. */
const WARM_UP_MESSAGES = 200;
const MESSAGES = WARM_UP_MESSAGES + MESSAGES_PER_SECOND * SECONDS;
const POLL_MS = 50;
const REFRESH_S = 1;
const MOST_S = 2 + REFRESH_S;
const LATE_MS = 60 * SECOND_MS;
const INDICES = "logtally.logs-*";

interface Wait {
  readonly share: string;
  readonly seconds: number;
}

const COLUMNS: readonly Column<Wait>[] = [
  { head: "of the messages", align: "left", cell: ({ share }) => share },
  { head: "seconds until found", align: "right", cell: ({ seconds }) => seconds.toFixed(2) },
];

/** Rejects where there is no Maven or Java to run Elasticsearch with. */
export async function measureSearchable(): Promise<Report> {
  const elasticsearch = await startCluster();
  const pubsub = await forkScriptedPubsub();
  const folder = mkdtempSync(join(tmpdir(), "logtally-bench-"));
  const pipeline = join(folder, "bench.yaml");
  const index = `index: {kind: elasticsearch, urls: ["${elasticsearch.url}"], refresh_interval_ms: ${REFRESH_S * SECOND_MS}}`;
  const source = `source: {kind: pubsub, subscription: ${pubsub.subscription}}`;
  writeFileSync(pipeline, `name: bench\n${source}\narchive: {kind: folder, path: archive}\n${index}\n`);
  const env = { ...process.env, PUBSUB_EMULATOR_HOST: pubsub.host };
  setUp(pipeline, env);
  const worker = spawn(process.execPath, [PROGRAM, "run", pipeline], { stdio: ["ignore", "ignore", "pipe"], env });
  const said = text(worker.stderr);
  try {
    const waits = await waitsOf(elasticsearch.url, (path, from, to) => pubsub.publishFile(path, from, to));
    const rows = [0.5, 0.95, 0.99, 1].map((share) => ({ share: shareName(share), seconds: quantile(waits, share) }));
    const rate = formatCount(LINES_PER_MESSAGE * MESSAGES_PER_SECOND);
    const title = `${rate} lines a second for ${SECONDS} seconds, in messages of ${LINES_PER_MESSAGE}; refreshed every ${REFRESH_S} s`;
    return reportOf(title, COLUMNS, rows, [goalOf(quantile(waits, 0.99))]);
  } finally {
    worker.kill("SIGTERM");
    await said;
    await pubsub.close();
    await elasticsearch.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Publishes all; seconds from the publication of each message, those of the warm-up aside, until it was found. */
async function waitsOf(
  url: string,
  publish: (path: string, from?: number, to?: number) => Promise<number>,
): Promise<number[]> {
  const { path } = await openCorpus(MESSAGES * LINES_PER_MESSAGE, [
    "--form",
    "pubsub",
    "--batch",
    String(LINES_PER_MESSAGE),
  ]);
  const publishedAt: number[] = [];
  const foundAt: number[] = [];
  const publishing = (async () => {
    const startedAt = performance.now();
    for (let message = 0; message < MESSAGES; message += 1) {
      await sleep(Math.max(0, startedAt + (message * SECOND_MS) / MESSAGES_PER_SECOND - performance.now()));
      await publish(path, message, message + 1);
      publishedAt.push(performance.now());
    }
  })();
  const lateAt = performance.now() + (MESSAGES / MESSAGES_PER_SECOND) * SECOND_MS + LATE_MS;
  while (foundAt.length < MESSAGES) {
    const found = Math.floor((await linesFound(url)) / LINES_PER_MESSAGE);
    while (foundAt.length < found) foundAt.push(performance.now());
    if (performance.now() > lateAt) throw new Error(`measure searchable: ${found} of ${MESSAGES} messages were found`);
    await sleep(POLL_MS);
  }
  await publishing;
  return foundAt.map((at, message) => (at - (publishedAt[message] ?? at)) / SECOND_MS).slice(WARM_UP_MESSAGES);
}

async function linesFound(url: string): Promise<number> {
  const answer = await fetch(`${url}/${INDICES}/_count?ignore_unavailable=true`);
  const { count = 0 } = (await answer.json()) as { readonly count?: number };
  return count;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function shareName(share: number): string {
  return share === 1 ? "all" : `${share * 100} %`;
}

function goalOf(value: number): Goal {
  return { name: "published to found, 99 %", value, unit: "s", bound: "at most", limit: MOST_S };
}
