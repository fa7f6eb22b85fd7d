import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Column } from "../../src/cli/terminal/table.ts";
import { median } from "./median.ts";

/** Code is compiled anew for what it meets in the first rounds. */
const WARM_UP_ROUNDS = 3;

/** Long enough for the threads that sweep memory after a collection. */
const SWEEP_MS = 50;

/** A part of the work that can be run by itself over the corpus. */
export interface Stage {
  readonly name: string;
  /** In words: which other stages it runs as well, or what it leaves out. */
  readonly note: string;
  /** Works through the whole corpus. */
  readonly run: () => void | Promise<void>;
  /** A stage that `run` does as well and that is taken off: what cannot run by itself is a difference. */
  readonly less: string | null;
}

export interface StageCost {
  readonly name: string;
  readonly note: string;
  readonly microsPerLine: number;
}

/** CPU seconds of each stage in one round, by its name. */
export type StageRound = ReadonlyMap<string, number>;

export const STAGE_COLUMNS: readonly Column<StageCost>[] = [
  { head: "stage", align: "left", cell: ({ name }) => name },
  { head: "CPU µs per line", align: "right", cell: ({ microsPerLine }) => microsPerLine.toFixed(2) },
  { head: "", align: "left", cell: ({ note }) => note },
];

/** Medians over the rounds; a difference is taken within each round. */
export function stageCosts(stages: readonly Stage[], rounds: readonly StageRound[], lines: number): StageCost[] {
  return stages.map(({ name, note, less }) => {
    const seconds = rounds.map((round) => secondsOf(round, name) - (less === null ? 0 : secondsOf(round, less)));
    return { name, note, microsPerLine: (median(seconds) / lines) * 1e6 };
  });
}

/**
 * All stages in turn, round after round; the first rounds warm up and do not count. Garbage is collected before each
 * stage, so that none pays for what the one before it has left.
 */
export async function runStages(stages: readonly Stage[], count: number): Promise<StageRound[]> {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const rounds: StageRound[] = [];
  for (let number = 1 - WARM_UP_ROUNDS; number <= count; number += 1) {
    process.stderr.write(number < 1 ? "warm-up of stages\n" : `stages, round ${number} of ${count}\n`);
    const round = new Map<string, number>();
    for (const { name, run } of stages) {
      collectGarbage();
      await sleep(SWEEP_MS);
      const before = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(before);
      round.set(name, (user + system) / 1e6);
    }
    if (number > 0) rounds.push(round);
  }
  return rounds;
}

function secondsOf(round: StageRound, name: string): number {
  const seconds = round.get(name);
  if (seconds === undefined) throw new Error(`read round: no stage "${name}" in it`);
  return seconds;
}
