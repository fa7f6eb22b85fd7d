/**
 * Goal: at full speed the cluster is the limit, and not the worker.
 * Method: a file is archived and indexed by a run as a user starts it, into a real Elasticsearch on this machine, which
 * is asked again and again for its CPU time and for its threads that write. Both share the cores, so what counts is how
 * much of the CPU time is whose.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatCount } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { SECOND_MS } from "../../src/core/units.ts";
import { openCorpus } from "../corpora/corpus.ts";
import type { Goal } from "../measuring/goal.ts";
import { logtally, measure, type Usage } from "../measuring/measure.ts";
import { setUp, startCluster } from "../measuring/real-cluster.ts";
import { type Report, reportOf } from "../measuring/report.ts";

/** Half a minute of load, or less. */
const MOST_LINES = 60_000;
const POLL_MS = 250;
/** Of the CPU time that worker and cluster take together. */
const LEAST_SHARE = 0.5;
const STATS =
  "/_nodes/stats/process,thread_pool,os?filter_path=nodes.*.process.cpu,nodes.*.thread_pool.write,nodes.*.os.cpu";

/** What the node says of itself at one moment. */
interface Look {
  readonly cpuSeconds: number;
  readonly processors: number;
  /** Of the pool of threads that write. */
  readonly active: number;
  readonly waiting: number;
  readonly rejected: number;
}

interface Finding {
  readonly what: string;
  readonly value: string;
}

const COLUMNS: readonly Column<Finding>[] = [
  { head: "", align: "left", cell: ({ what }) => what },
  { head: "", align: "right", cell: ({ value }) => value },
];

/** Rejects where there is no Maven or Java to run Elasticsearch with. */
export async function measureSaturation(lines: number): Promise<Report> {
  const corpus = await openCorpus(Math.min(lines, MOST_LINES));
  const elasticsearch = await startCluster();
  const folder = mkdtempSync(join(tmpdir(), "logtally-bench-"));
  try {
    const pipeline = join(folder, "bench.yaml");
    const index = `index: {kind: elasticsearch, urls: ["${elasticsearch.url}"]}`;
    writeFileSync(
      pipeline,
      `name: bench\nsource: {kind: files, paths: [${corpus.path}]}\narchive: {kind: folder, path: ${join(folder, "archive")}}\n${index}\n`,
    );
    setUp(pipeline, process.env);
    const before = await lookAt(elasticsearch.url);
    const running = measure(logtally("run", pipeline, "--json"));
    const looks = await looksUntil(running, elasticsearch.url);
    const worker = await running;
    const after = await lookAt(elasticsearch.url);
    const clusterSeconds = after.cpuSeconds - before.cpuSeconds;
    const share = clusterSeconds / (clusterSeconds + worker.cpuSeconds);
    const rows = [
      ...findingsOf(corpus.lines, worker, clusterSeconds, share, [...looks, after]),
      {
        what: "bytes of the index for a document",
        value: formatCount((await indexBytes(elasticsearch.url)) / corpus.lines),
      },
    ];
    const title = `${formatCount(corpus.lines)} lines into one node of Elasticsearch, ${after.processors} cores for both`;
    return reportOf(title, COLUMNS, rows, [shareGoal(share)]);
  } finally {
    await elasticsearch.stop();
    rmSync(folder, { recursive: true });
  }
}

function findingsOf(
  lines: number,
  { cpuSeconds, wallSeconds }: Usage,
  clusterSeconds: number,
  share: number,
  looks: readonly Look[],
): Finding[] {
  // Before its first request and behind its last one a run does other things.
  const first = looks.findIndex(({ active }) => active > 0);
  const busy = looks.slice(first, looks.findLastIndex(({ active }) => active > 0) + 1);
  const atWork = busy.reduce((sum, { active }) => sum + active, 0) / busy.length;
  const processors = looks[0]?.processors ?? Number.NaN;
  const cores = (cpuSeconds + clusterSeconds) / wallSeconds;
  return [
    { what: "documents a second", value: formatCount(lines / wallSeconds) },
    { what: "CPU of the worker, archive and start included", value: perLine(cpuSeconds, lines) },
    { what: "CPU of the cluster", value: perLine(clusterSeconds, lines) },
    { what: "the cluster's share of both", value: `${(share * 100).toFixed(0)} %` },
    { what: "cores that both kept busy", value: cores.toFixed(2) },
    { what: "threads of the cluster that write, at work on average", value: `${atWork.toFixed(2)} of ${processors}` },
    {
      what: "writes that waited for one, at the most",
      value: String(Math.max(...looks.map((look) => look.waiting))),
    },
    { what: "writes rejected", value: String(looks.at(-1)?.rejected ?? Number.NaN) },
  ];
}

async function looksUntil(running: Promise<unknown>, url: string): Promise<Look[]> {
  const looks: Look[] = [];
  const over = new AbortController();
  // Whoever awaits the run hears of its failure.
  running.finally(() => over.abort()).catch(() => undefined);
  while (!over.signal.aborted) {
    looks.push(await lookAt(url));
    await sleep(POLL_MS);
  }
  return looks;
}

interface NodeStats {
  readonly process: { readonly cpu: { readonly total_in_millis: number } };
  readonly os: { readonly cpu: { readonly available_processors: number } };
  readonly thread_pool: { readonly write: Readonly<Record<"active" | "queue" | "rejected", number>> };
}

async function lookAt(url: string): Promise<Look> {
  const answer = (await (await fetch(`${url}${STATS}`)).json()) as {
    readonly nodes: Readonly<Record<string, NodeStats>>;
  };
  const [node] = Object.values(answer.nodes);
  if (node === undefined) throw new Error("measure saturation: the cluster has no node");
  const { active, queue, rejected } = node.thread_pool.write;
  return {
    cpuSeconds: node.process.cpu.total_in_millis / SECOND_MS,
    processors: node.os.cpu.available_processors,
    active,
    waiting: queue,
    rejected,
  };
}

/** Of all documents of lines, once they are written out; without copies. */
async function indexBytes(url: string): Promise<number> {
  await fetch(`${url}/logtally.logs-*/_flush`, { method: "POST" });
  const answer = (await (await fetch(`${url}/logtally.logs-*/_stats/store`)).json()) as {
    readonly _all: { readonly primaries: { readonly store: { readonly size_in_bytes: number } } };
  };
  return answer._all.primaries.store.size_in_bytes;
}

function perLine(seconds: number, lines: number): string {
  return `${((seconds * 1e6) / lines).toFixed(0)} µs per document`;
}

function shareGoal(value: number): Goal {
  return { name: "the cluster's share of the CPU time", value, unit: "ratio", bound: "at least", limit: LEAST_SHARE };
}
