/**
 * Goal: what it costs to verify an archive, by hashes and in full.
 * Method: the command as a user starts it, round after round, on an archive of the corpus that was sealed and signed once;
 * beside it sha256sum over the same files, since a machine drifts more between minutes than within one.
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatBytes, formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { DATA, openCorpus } from "../corpora/corpus.ts";
import { formatMegabytes, type Goal } from "../measuring/goal.ts";
import { logtally, measure, type Usage } from "../measuring/measure.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

const LEAST_BYTES_PER_CPU_SECOND = 150e6;
const LEAST_LINES_PER_CPU_SECOND = 50_000;
/** With less the start of the program weighs too much to judge its pace. */
const LEAST_JUDGED_LINES = 500_000;
const YARDSTICK = "sha256sum";
const LEVELS = ["hashes", "full"] as const;

interface VerifyPace {
  readonly job: string;
  readonly bytesPerCpuSecond: number;
  readonly linesPerCpuSecond: number;
  readonly peakBytes: number | null;
}

const COLUMNS: readonly Column<VerifyPace>[] = [
  { head: "", align: "left", cell: ({ job }) => job },
  {
    head: "stored per CPU second",
    align: "right",
    cell: ({ bytesPerCpuSecond }) => formatMegabytes(bytesPerCpuSecond),
  },
  { head: "lines per CPU second", align: "right", cell: ({ linesPerCpuSecond }) => formatCount(linesPerCpuSecond) },
  {
    head: "peak memory",
    align: "right",
    cell: ({ peakBytes }) => (peakBytes === null ? "" : formatMegabytes(peakBytes)),
  },
];

export async function measureVerify(lines: number, rounds: number): Promise<Report> {
  const corpus = await openCorpus(lines);
  const archive = join(DATA, `verify-${process.pid}`);
  try {
    await measure(logtally("run", "--from", corpus.path, "--archive", archive));
    await measure(logtally("seal", "--archive", archive, "--set", "seal.lateness_ms=0"));
    await measure(logtally("sign", "--archive", archive));
    const files = filesBelow(join(archive, "vault"));
    const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
    const usages = new Map<string, Usage[]>();
    for (let round = 0; round <= rounds; round += 1) {
      process.stderr.write(round === 0 ? "warm-up\n" : `verify, round ${round} of ${rounds}\n`);
      for (const [job, command] of jobs(archive, files)) {
        const usage = await measure(command);
        if (round > 0) usages.set(job, [...(usages.get(job) ?? []), usage]);
      }
    }
    const paces = [...usages].map(([job, ofJob]) => paceOf(job, ofJob, bytes, corpus.lines));
    const title = `an archive of ${formatCount(corpus.lines)} lines, ${formatBytes(bytes)} stored; medians of ${formatThings(rounds, "round")}`;
    return reportOf(title, COLUMNS, paces, corpus.lines < LEAST_JUDGED_LINES ? [] : goalsOf(paces));
  } finally {
    rmSync(archive, { recursive: true, force: true });
  }
}

function jobs(archive: string, files: readonly string[]): [string, readonly string[]][] {
  return [
    [YARDSTICK, ["sha256sum", ...files]],
    ...LEVELS.map((level): [string, readonly string[]] => [
      jobOf(level),
      logtally("archive", "verify", "--archive", archive, "--level", level),
    ]),
  ];
}

function jobOf(level: (typeof LEVELS)[number]): string {
  return `logtally archive verify --level ${level}`;
}

function paceOf(job: string, usages: readonly Usage[], bytes: number, lines: number): VerifyPace {
  const seconds = median(usages.map(({ cpuSeconds }) => cpuSeconds));
  const peaks = usages.flatMap(({ peakBytes }) => peakBytes ?? []);
  return {
    job,
    bytesPerCpuSecond: bytes / seconds,
    linesPerCpuSecond: lines / seconds,
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

function goalsOf(paces: readonly VerifyPace[]): Goal[] {
  const of = (level: (typeof LEVELS)[number]) => paces.find(({ job }) => job === jobOf(level));
  return [
    {
      name: jobOf("hashes"),
      value: of("hashes")?.bytesPerCpuSecond ?? Number.NaN,
      unit: "bytes/s",
      bound: "at least",
      limit: LEAST_BYTES_PER_CPU_SECOND,
    },
    {
      name: jobOf("full"),
      value: of("full")?.linesPerCpuSecond ?? Number.NaN,
      unit: "lines/s",
      bound: "at least",
      limit: LEAST_LINES_PER_CPU_SECOND,
    },
  ];
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
