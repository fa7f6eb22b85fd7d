/**
 * Goal: what it costs to seal a line, and to count it again from the sealed bytes.
 * Method: the commands as a user starts them, one after the other, on an archive of the corpus, round after round; beside
 * them zstd over the same bytes, since a machine drifts more between minutes than within one.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { formatBytes, formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { DATA, openCorpus } from "../corpora/corpus.ts";
import { contenders, YARDSTICK } from "../measuring/contender.ts";
import { formatMegabytes, type Goal } from "../measuring/goal.ts";
import { logtally, measure, type Usage } from "../measuring/measure.ts";
import { median } from "../measuring/median.ts";
import { type Report, reportOf } from "../measuring/report.ts";

const LEAST_LINES_PER_CPU_SECOND = 50_000;
/** With fewer lines the start of the programs weighs too much to judge their pace. */
const LEAST_JUDGED_LINES = 500_000;
const SEAL = "logtally seal";
const RECOUNT = "logtally recount";

interface JobPace {
  readonly job: string;
  readonly linesPerCpuSecond: number;
  /** To the yardstick, within each round. */
  readonly ratio: number;
  readonly peakBytes: number | null;
}

const COLUMNS: readonly Column<JobPace>[] = [
  { head: "", align: "left", cell: ({ job }) => job },
  { head: "lines per CPU second", align: "right", cell: ({ linesPerCpuSecond }) => formatCount(linesPerCpuSecond) },
  { head: `to ${YARDSTICK}`, align: "right", cell: ({ ratio }) => ratio.toFixed(3) },
  {
    head: "peak memory",
    align: "right",
    cell: ({ peakBytes }) => (peakBytes === null ? "" : formatMegabytes(peakBytes)),
  },
];

type Round = ReadonlyMap<string, Usage>;

export async function measureBook(lines: number, rounds: number): Promise<Report> {
  const corpus = await openCorpus(lines);
  const archive = join(DATA, `book-${process.pid}`);
  const all: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(round === 0 ? "warm-up\n" : `seal and recount, round ${round} of ${rounds}\n`);
    const usages = await runRound(corpus.path, archive);
    if (round > 0) all.push(usages);
  }
  const paces = [...(all[0]?.keys() ?? [])].map((job) => paceOf(job, all, corpus.lines));
  const goals = corpus.lines < LEAST_JUDGED_LINES ? [] : [SEAL, RECOUNT].map((job) => goalOf(paces, job));
  const title = `an archive of ${formatCount(corpus.lines)} lines, ${formatBytes(corpus.bytes)}; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, COLUMNS, paces, goals);
}

async function runRound(file: string, archive: string): Promise<Round> {
  const usages = new Map<string, Usage>();
  const yardstick = contenders(file, archive).find(({ name }) => name === YARDSTICK);
  try {
    if (yardstick !== undefined) usages.set(YARDSTICK, await measure(yardstick.command));
    await measure(logtally("run", "--from", file, "--archive", archive));
    usages.set(SEAL, await measure(logtally("seal", "--archive", archive, "--set", "seal.lateness_ms=0")));
    usages.set("logtally ledger", await measure(logtally("ledger", "--archive", archive)));
    usages.set("logtally ledger --deep", await measure(logtally("ledger", "--archive", archive, "--deep")));
    usages.set(RECOUNT, await measure(logtally("recount", "--archive", archive)));
    return usages;
  } finally {
    rmSync(archive, { recursive: true, force: true });
  }
}

function paceOf(job: string, rounds: readonly Round[], lines: number): JobPace {
  const usages = rounds.flatMap((round) => round.get(job) ?? []);
  const ratios = rounds.map((round) => secondsOf(round, YARDSTICK) / secondsOf(round, job));
  const peaks = usages.flatMap(({ peakBytes }) => peakBytes ?? []);
  return {
    job,
    linesPerCpuSecond: lines / median(usages.map(({ cpuSeconds }) => cpuSeconds)),
    ratio: median(ratios),
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

function secondsOf(round: Round, job: string): number {
  return round.get(job)?.cpuSeconds ?? Number.NaN;
}

function goalOf(paces: readonly JobPace[], job: string): Goal {
  const value = paces.find((pace) => pace.job === job)?.linesPerCpuSecond ?? Number.NaN;
  return { name: job, value, unit: "lines/s", bound: "at least", limit: LEAST_LINES_PER_CPU_SECOND };
}
