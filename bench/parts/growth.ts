/**
 * Goal: that a line costs the same whatever the length of the input, and beside other workers.
 * Method: the job over a tenth of the corpus and over all of it, less what a start alone takes; then several jobs at once, each
 * into an archive of its own. CPU time, so that waiting for a core does not count.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { DATA, openCorpus } from "../corpora/corpus.ts";
import { runContender } from "../measuring/contender.ts";
import { formatMegabytes, type Goal } from "../measuring/goal.ts";
import { measure } from "../measuring/measure.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

/** What is measured of such an input is the start. */
const START_LINES = 1;
/** The shorter of two inputs has so many times fewer lines. */
const LENGTHS_APART = 10;
const WORKERS = [2, 4];
const MOST_GROWTH = 1.1;

interface LineCost {
  readonly name: string;
  readonly microsPerLine: number;
  readonly peakBytes: number;
}

const COLUMNS: readonly Column<LineCost>[] = [
  { head: "", align: "left", cell: ({ name }) => name },
  { head: "CPU µs per line", align: "right", cell: ({ microsPerLine }) => microsPerLine.toFixed(2) },
  { head: "peak memory", align: "right", cell: ({ peakBytes }) => formatMegabytes(peakBytes) },
];

export async function measureGrowth(lines: number, rounds: number): Promise<Report> {
  const all: LineCost[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? "warm-up\n" : `growth, round ${round} of ${rounds}\n`);
    const costs = await runRound(lines);
    if (round > 0) all.push(costs);
  }
  const rows = (all[0] ?? []).map(({ name }, index) => ({
    name,
    microsPerLine: median(all.map((costs) => costs[index]?.microsPerLine ?? Number.NaN)),
    peakBytes: Math.max(...all.map((costs) => costs[index]?.peakBytes ?? 0)),
  }));
  const [short, long, ...together] = rows as [LineCost, LineCost, ...LineCost[]];
  const goals = [growthGoal(long, short), ...together.map((cost) => growthGoal(cost, long))];
  return reportOf(`what a line costs; medians of ${formatThings(rounds, "round")}`, COLUMNS, rows, goals);
}

/** First the two lengths, then the workers beside each other. */
async function runRound(lines: number): Promise<LineCost[]> {
  const start = await costOf(START_LINES, 1);
  const lengths = [Math.round(lines / LENGTHS_APART), lines];
  const costs: LineCost[] = [];
  for (const length of lengths) {
    const { cpuSeconds, peakBytes } = await costOf(length, 1);
    const microsPerLine = ((cpuSeconds - start.cpuSeconds) / length) * 1e6;
    costs.push({ name: `${formatCount(length)} lines`, microsPerLine, peakBytes });
  }
  for (const workers of WORKERS) {
    const { cpuSeconds, peakBytes } = await costOf(lines, workers);
    const microsPerLine = ((cpuSeconds - workers * start.cpuSeconds) / (workers * lines)) * 1e6;
    costs.push({ name: `${workers} workers at once, ${formatCount(lines)} lines each`, microsPerLine, peakBytes });
  }
  return costs;
}

async function costOf(lines: number, workers: number): Promise<{ cpuSeconds: number; peakBytes: number }> {
  const { path } = await openCorpus(lines);
  const archives = Array.from({ length: workers }, (_none, number) => join(DATA, `growth-${process.pid}-${number}`));
  try {
    const usages = await Promise.all(archives.map((archive) => measure(runContender(path, archive).command)));
    return {
      cpuSeconds: usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      peakBytes: Math.max(...usages.map(({ peakBytes }) => peakBytes ?? Number.NaN)),
    };
  } finally {
    for (const archive of archives) rmSync(archive, { recursive: true, force: true });
  }
}

function growthGoal({ name, microsPerLine }: LineCost, to: LineCost): Goal {
  const value = microsPerLine / to.microsPerLine;
  return { name: `${name}, to ${to.name}`, value, unit: "ratio", bound: "at most", limit: MOST_GROWTH };
}
