/**
 * Goal: what it costs a worker to index a line, beside archiving it.
 * Method: the whole job without and with an index, in turn, round after round; the index is a program of its own that
 * takes everything at once. The difference in CPU time, start-up of the client included.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { formatBytes, formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { DATA, openCorpus } from "../corpora/corpus.ts";
import { formatMegabytes, type Goal } from "../measuring/goal.ts";
import { logtally, measure, type Usage } from "../measuring/measure.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

const SINK = join(import.meta.dirname, "../programs/bulk-sink.ts");
const MOST_MICROSECONDS = 20;
const MOST_PEAK_BYTES = 200e6;

interface JobCost {
  readonly job: string;
  readonly microseconds: number;
  readonly peakBytes: number;
}

const COLUMNS: readonly Column<JobCost>[] = [
  { head: "job", align: "left", cell: ({ job }) => job },
  { head: "CPU µs per line", align: "right", cell: ({ microseconds }) => microseconds.toFixed(1) },
  { head: "peak memory", align: "right", cell: ({ peakBytes }) => formatMegabytes(peakBytes) },
];

export async function measureIndexing(lines: number, rounds: number): Promise<Report> {
  const corpus = await openCorpus(lines);
  const sink = spawn(process.execPath, [SINK], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const url = await firstLine(sink.stdout);
    const without: Usage[] = [];
    const withIndex: Usage[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      process.stderr.write(round === 0 ? "warm-up\n" : `round ${round} of ${rounds}\n`);
      const usages = [await runJob(corpus.path, []), await runJob(corpus.path, indexAt(url))] as const;
      if (round === 0) continue;
      without.push(usages[0]);
      withIndex.push(usages[1]);
    }
    const costs = [costOf("archive", without, corpus.lines), costOf("archive and index", withIndex, corpus.lines)];
    const perDocument = withIndex.map(({ cpuSeconds }, at) => cpuSeconds - (without[at]?.cpuSeconds ?? 0));
    const title = `${formatCount(corpus.lines)} lines, ${formatBytes(corpus.bytes)}; medians of ${formatThings(rounds, "round")}`;
    const goals = [costGoal((median(perDocument) * 1e6) / corpus.lines), memoryGoal(costs[1]?.peakBytes ?? Number.NaN)];
    return reportOf(title, COLUMNS, costs, goals);
  } finally {
    sink.stdin.end();
  }
}

function firstLine(input: Readable): Promise<string> {
  return new Promise((resolve) => createInterface({ input }).once("line", resolve));
}

const indexAt = (url: string): string[] => ["--set", `index={kind: elasticsearch, urls: ["${url}"]}`];

async function runJob(path: string, settings: readonly string[]): Promise<Usage> {
  const archive = join(DATA, `archive-${process.pid}`);
  try {
    return await measure(logtally("run", "--from", path, "--archive", archive, "--json", ...settings));
  } finally {
    rmSync(archive, { recursive: true, force: true });
  }
}

function costOf(job: string, usages: readonly Usage[], lines: number): JobCost {
  return {
    job,
    microseconds: (median(usages.map(({ cpuSeconds }) => cpuSeconds)) * 1e6) / lines,
    peakBytes: Math.max(...usages.map(({ peakBytes }) => peakBytes ?? Number.NaN)),
  };
}

function costGoal(value: number): Goal {
  return { name: "CPU for each document indexed", value, unit: "µs", bound: "below", limit: MOST_MICROSECONDS };
}

function memoryGoal(value: number): Goal {
  return { name: "peak memory with an index", value, unit: "bytes", bound: "below", limit: MOST_PEAK_BYTES };
}
