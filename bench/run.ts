/**
 * Goal: what a line costs, against a yardstick that every machine has: `zstd -3` on one thread over the same bytes.
 * Method: both in turn, several times, after a warm-up; medians, and the median of the ratios within the pairs, since a
 * machine drifts more between minutes than within one. See docs/performance.md.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatBytes, formatCount } from "../src/cli/quantity.ts";
import { type Column, formatTable } from "../src/cli/table.ts";
import { corpusFile } from "./corpus.ts";
import { measure, type Usage } from "./measure.ts";

/** Lines per CPU second, as a part of what `zstd -3` alone does. */
const LEAST_RATIO = 0.2;
const MOST_PEAK_BYTES = 300e6;
/** With so many times the lines, memory must stay below the same goal. */
const MEMORY_FACTOR = 5;

const CHECKOUT = join(import.meta.dirname, "..");
const DATA = join(import.meta.dirname, "data");
const HAS_ZSTD = spawnSync("zstd", ["--version"]).status === 0;

/** One figure of the report. */
interface Figure {
  readonly name: string;
  readonly zstd: number | null;
  readonly logtally: number;
  readonly unit: "lines/s" | "s" | "bytes";
  /** Of logtally to zstd, the median over the pairs. */
  readonly ratio: number | null;
  readonly goal: string | null;
  readonly isMet: boolean | null;
}

interface Pair {
  readonly zstd: Usage;
  readonly logtally: Usage;
}

const COLUMNS: readonly Column<Figure>[] = [
  { head: "", align: "left", cell: ({ name }) => name },
  { head: HAS_ZSTD ? "zstd -3" : "zstd of node:zlib", align: "right", cell: ({ zstd, unit }) => formatted(zstd, unit) },
  { head: "logtally run", align: "right", cell: ({ logtally, unit }) => formatted(logtally, unit) },
  { head: "ratio", align: "right", cell: ({ ratio }) => ratio?.toFixed(2) ?? "" },
  { head: "goal", align: "left", cell: ({ goal }) => goal ?? "" },
  { head: "", align: "left", cell: ({ isMet }) => (isMet === null ? "" : isMet ? "ok" : "not ok") },
];

function zstd(file: string): Promise<Usage> {
  const fallback = [process.execPath, join(import.meta.dirname, "zstd-by-node.ts"), file];
  return measure(HAS_ZSTD ? ["zstd", "-3", "-T1", "-q", "-c", file] : fallback);
}

/** The whole job, as a user starts it, into an archive that is removed afterwards. */
async function logtally(file: string): Promise<Usage> {
  const archive = mkdtempSync(join(DATA, "archive-"));
  try {
    const node = [process.execPath, "--import", join(import.meta.dirname, "report-memory.ts")];
    return await measure([...node, join(CHECKOUT, "bin/logtally.js"), "run", "--from", file, "--archive", archive]);
  } finally {
    rmSync(archive, { recursive: true });
  }
}

async function runPairs(file: string, count: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  await zstd(file);
  await logtally(file);
  for (let index = 0; index < count; index += 1) {
    pairs.push({ zstd: await zstd(file), logtally: await logtally(file) });
    process.stderr.write(`pair ${index + 1} of ${count}\n`);
  }
  return pairs;
}

function paceFigures(pairs: readonly Pair[], lines: number): Figure[] {
  const over = (read: (pair: Pair) => number): number => median(pairs.map(read));
  const ratio = over((pair) => pair.zstd.cpuSeconds / pair.logtally.cpuSeconds);
  return [
    {
      name: "lines per CPU second",
      zstd: over((pair) => lines / pair.zstd.cpuSeconds),
      logtally: over((pair) => lines / pair.logtally.cpuSeconds),
      unit: "lines/s",
      ratio,
      goal: `ratio at least ${LEAST_RATIO}`,
      isMet: ratio >= LEAST_RATIO,
    },
    {
      name: "CPU time",
      zstd: over((pair) => pair.zstd.cpuSeconds),
      logtally: over((pair) => pair.logtally.cpuSeconds),
      unit: "s",
      ratio: over((pair) => pair.logtally.cpuSeconds / pair.zstd.cpuSeconds),
      goal: null,
      isMet: null,
    },
    {
      name: "wall time",
      zstd: over((pair) => pair.zstd.wallSeconds),
      logtally: over((pair) => pair.logtally.wallSeconds),
      unit: "s",
      ratio: over((pair) => pair.logtally.wallSeconds / pair.zstd.wallSeconds),
      goal: null,
      isMet: null,
    },
    memoryFigure(
      pairs.map((pair) => pair.logtally),
      lines,
    ),
  ];
}

function memoryFigure(usages: readonly Usage[], lines: number): Figure {
  const peak = Math.max(...usages.map(({ peakBytes }) => peakBytes ?? Number.NaN));
  return {
    name: `peak memory, ${formatCount(lines)} lines`,
    zstd: null,
    logtally: peak,
    unit: "bytes",
    ratio: null,
    goal: `below ${formatted(MOST_PEAK_BYTES, "bytes")}`,
    isMet: peak < MOST_PEAK_BYTES,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function formatted(value: number | null, unit: Figure["unit"]): string {
  if (value === null) return "";
  if (unit === "bytes") return `${Math.round(value / 1e6)} MB`;
  return unit === "s" ? `${value.toFixed(2)} s` : formatCount(value);
}

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    pairs: { type: "string", default: "5" },
    memory: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const lines = Number(values.lines);
const pairCount = Number(values.pairs);
if (!(lines >= 1 && pairCount >= 1)) throw new Error("run bench: --lines and --pairs are numbers from 1 on");
const file = corpusFile(DATA, lines);
const figures = paceFigures(await runPairs(file, pairCount), lines);
if (values.memory) {
  const more = lines * MEMORY_FACTOR;
  figures.push(memoryFigure([await logtally(corpusFile(DATA, more))], more));
}
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  node: process.versions.node,
  yardstick: HAS_ZSTD ? "zstd -3 -T1" : `node:zlib, zstd ${process.versions["zstd"]}`,
};
const corpus = { lines, bytes: statSync(file).size, pairs: pairCount };
if (values.json) process.stdout.write(`${JSON.stringify({ machine, corpus, figures }, null, 2)}\n`);
else {
  process.stdout.write(
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; yardstick: ${machine.yardstick}\n`,
  );
  process.stdout.write(
    `${formatCount(lines)} lines, ${formatBytes(corpus.bytes)}; medians of ${corpus.pairs} pairs\n\n`,
  );
  process.stdout.write(formatTable(COLUMNS, figures));
}
if (figures.some(({ isMet }) => isMet === false)) process.exitCode = 1;
