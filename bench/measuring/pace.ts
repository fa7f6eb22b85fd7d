import { formatCount } from "../../src/cli/terminal/quantity.ts";
import type { Column } from "../../src/cli/terminal/table.ts";
import { formatMegabytes } from "./goal.ts";
import type { Usage } from "./measure.ts";
import { median } from "./median.ts";

/** What each contender has used in one round, by its name. */
export type Round = ReadonlyMap<string, Usage>;

/** What one contender took for a corpus: medians over the rounds, but of memory the most. */
export interface Pace {
  readonly name: string;
  readonly linesPerCpuSecond: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Null where the contender does not tell. */
  readonly peakBytes: number | null;
  /** Lines per CPU second of the job to those of this contender: the median over the rounds of what one round says. */
  readonly jobRatio: number;
  /** As `jobRatio`, of lines per second. */
  readonly jobWallRatio: number;
}

/** One for each contender of the rounds, in their order; `job` is the name of the one that is held against all. */
export function pacesOf(rounds: readonly Round[], lines: number, job: string): Pace[] {
  return [...(rounds[0]?.keys() ?? [])].map((name) => {
    const usages = rounds.map((round) => usageOf(round, name));
    const peaks = usages.flatMap(({ peakBytes }) => peakBytes ?? []);
    return {
      name,
      linesPerCpuSecond: median(usages.map(({ cpuSeconds }) => lines / cpuSeconds)),
      cpuSeconds: median(usages.map(({ cpuSeconds }) => cpuSeconds)),
      wallSeconds: median(usages.map(({ wallSeconds }) => wallSeconds)),
      peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
      jobRatio: median(rounds.map((round) => usageOf(round, name).cpuSeconds / usageOf(round, job).cpuSeconds)),
      jobWallRatio: median(rounds.map((round) => usageOf(round, name).wallSeconds / usageOf(round, job).wallSeconds)),
    };
  });
}

/** `job` as in `pacesOf`. */
export function paceColumns(job: string): Column<Pace>[] {
  return [
    { head: "", align: "left", cell: ({ name }) => name },
    { head: "lines per CPU second", align: "right", cell: ({ linesPerCpuSecond }) => formatCount(linesPerCpuSecond) },
    { head: `${job} to it`, align: "right", cell: ({ jobRatio }) => jobRatio.toFixed(2) },
    { head: "CPU time", align: "right", cell: ({ cpuSeconds }) => `${cpuSeconds.toFixed(2)} s` },
    { head: "wall time", align: "right", cell: ({ wallSeconds }) => `${wallSeconds.toFixed(2)} s` },
    {
      head: "peak memory",
      align: "right",
      cell: ({ peakBytes }) => (peakBytes === null ? "" : formatMegabytes(peakBytes)),
    },
  ];
}

function usageOf(round: Round, name: string): Usage {
  const usage = round.get(name);
  if (usage === undefined) throw new Error(`read round: no "${name}" in it`);
  return usage;
}
