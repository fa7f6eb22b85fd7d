/**
 * Goal: what a line costs in the whole job, against yardsticks that every machine has.
 * Method: all in turn, round after round, since a machine drifts more between minutes than within one; medians, and the
 * median of the ratios within the rounds. See docs/performance.md.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { formatBytes, formatCount, formatThings } from "../../src/cli/terminal/quantity.ts";
import { DATA, openCorpus } from "../corpora/corpus.ts";
import { type Contender, contenders, JOB, LOOP, runContender, YARDSTICK } from "../measuring/contender.ts";
import type { Goal } from "../measuring/goal.ts";
import { measure, type Usage } from "../measuring/measure.ts";
import { type Pace, paceColumns, pacesOf, type Round } from "../measuring/pace.ts";
import { type Report, reportOf } from "../measuring/report.ts";

/** Lines per CPU second, as a part of what the yardstick alone does. */
const LEAST_RATIO = 0.55;
/** Lines per second, likewise. */
const LEAST_WALL_RATIO = 0.85;
/** Lines per CPU second, as a multiple of what the plain loop does. */
const LEAST_LOOP_RATIO = 2;
/** With fewer lines the start of the program weighs too much to judge its pace. */
const LEAST_JUDGED_LINES = 500_000;
const MOST_PEAK_BYTES = 200e6;
/** With so many times the lines, memory must stay below the same goal. */
const MEMORY_FACTOR = 5;

export interface ContestOptions {
  readonly lines: number;
  readonly rounds: number;
  /** True to run the job also once over a longer corpus, for its memory. */
  readonly withMemory: boolean;
}

export async function measureContest({ lines, rounds, withMemory }: ContestOptions): Promise<Report> {
  const corpus = await openCorpus(lines);
  const archive = join(DATA, `archive-${process.pid}`);
  const paces = pacesOf(await runRounds(contenders(corpus.path, archive), rounds, archive), corpus.lines, JOB);
  const goals = [memoryGoal(paceOf(paces, JOB).peakBytes, corpus.lines)];
  if (corpus.lines >= LEAST_JUDGED_LINES) goals.unshift(...ratioGoals(paces));
  if (withMemory) {
    const longer = await openCorpus(lines * MEMORY_FACTOR);
    const { peakBytes } = (await runRound([runContender(longer.path, archive)], archive)).get(JOB) as Usage;
    goals.push(memoryGoal(peakBytes, longer.lines));
  }
  const title = `${formatCount(corpus.lines)} lines, ${formatBytes(corpus.bytes)}; medians of ${formatThings(rounds, "round")}`;
  return reportOf(title, paceColumns(JOB), paces, goals);
}

/** One round that warms up caches and does not count, then the others. */
async function runRounds(all: readonly Contender[], count: number, archive: string): Promise<Round[]> {
  process.stderr.write("warm-up\n");
  await runRound(all, archive);
  const rounds: Round[] = [];
  for (let number = 1; number <= count; number += 1) {
    process.stderr.write(`round ${number} of ${count}\n`);
    rounds.push(await runRound(all, archive));
  }
  return rounds;
}

/** Measures each in turn; the archive that comes about is removed. */
async function runRound(all: readonly Contender[], archive: string): Promise<Round> {
  const usages = new Map<string, Usage>();
  try {
    for (const { name, command } of all) usages.set(name, await measure(command));
  } finally {
    rmSync(archive, { recursive: true, force: true });
  }
  return usages;
}

function ratioGoals(paces: readonly Pace[]): Goal[] {
  const { jobRatio, jobWallRatio } = paceOf(paces, YARDSTICK);
  const toLoop = paceOf(paces, LOOP).jobRatio;
  return [
    { name: `${JOB} to ${YARDSTICK}`, value: jobRatio, unit: "ratio", bound: "at least", limit: LEAST_RATIO },
    { name: "the same by the clock", value: jobWallRatio, unit: "ratio", bound: "at least", limit: LEAST_WALL_RATIO },
    { name: `${JOB} to the ${LOOP}`, value: toLoop, unit: "ratio", bound: "at least", limit: LEAST_LOOP_RATIO },
  ];
}

function memoryGoal(peakBytes: number | null, lines: number): Goal {
  const name = `peak memory of ${JOB}, ${formatCount(lines)} lines`;
  return { name, value: peakBytes ?? Number.NaN, unit: "bytes", bound: "below", limit: MOST_PEAK_BYTES };
}

function paceOf(paces: readonly Pace[], name: string): Pace {
  return paces.find((pace) => pace.name === name) as Pace;
}
