/**
 * Goal: the whole path, worker to gc, holds its invariants under every mishap that the simulation knows.
 * Method: `npm run simulate -- [--seeds 5000] [--from 1] [--jobs 2]` runs the simulation of each seed, shared out to
 * processes; `-- --seed N` runs one of them and prints it step by step. With `--kill-everywhere` each seed is run again and
 * again, and a process is killed at the first step of any, then at the second one, and so on to the last.
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { integerUpTo } from "../src/cli/options/options.ts";
import { formatCount } from "../src/cli/terminal/quantity.ts";
import { type Outcome, simulate } from "../test/simulation/simulate.ts";
import { EVENTS, type Event } from "../test/simulation/world.ts";

const MOST_SEEDS = 1_000_000_000;
const MOST_JOBS = 64;
/** Seeds that a process is handed at a time. */
const PART = 500;
/** Then another process takes over: what waits in a machine that was killed is never freed, and slows the rest down. */
const MOST_TASKS = 4;
/** Failures that are told one by one. */
const MOST_TOLD = 20;
const SECOND_MS = 1000;
/** A slow machine needs some seconds. */
const TASK_MS = 600 * SECOND_MS;
const TELL_EVERY_MS = 10 * SECOND_MS;

interface Failure {
  readonly seed: number;
  /** 0 where nobody was killed but by chance. */
  readonly killAt: number;
  readonly failure: string;
}

/** Seeds for a process. */
interface Task {
  readonly from: number;
  /** Behind the last one. */
  readonly end: number;
  /** With a process killed at each step in turn. */
  readonly killEverywhere: boolean;
}

/** What a process says of its part. */
interface Part {
  readonly seeds: number;
  /** Simulations: as many, or as many as their steps. */
  readonly runs: number;
  readonly steps: number;
  readonly failures: readonly Failure[];
  /** In how many seeds each happened while there were faults. */
  readonly happened: Readonly<Partial<Record<Event, number>>>;
}

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly jobs: number;
  readonly seed?: number;
  readonly killEverywhere?: boolean;
  readonly killAt?: number;
}

const program = new Command("npm run simulate --")
  .description("Simulates workers, sealers, signers and collectors under mishaps, deterministically by seed.")
  .option("--seeds <n>", "how many seeds", integerUpTo(MOST_SEEDS), 5000)
  .option("--from <n>", "the first seed", integerUpTo(MOST_SEEDS), 1)
  .option("--jobs <n>", "how many processes at once", integerUpTo(MOST_JOBS), availableParallelism())
  .option("--kill-everywhere", "run each seed as often as it has steps, with a process killed at each of them")
  .option("--seed <n>", "run this one alone, and print every step", integerUpTo(MOST_SEEDS))
  .option("--kill-at <n>", "with --seed: kill a process at this step", integerUpTo(MOST_SEEDS));

if (process.send !== undefined) process.on("message", (task: Task) => void runTask(task));
else process.exitCode = await run(program.parse().opts<Options>());

async function run({ seeds, from, jobs, seed, killAt, killEverywhere = false }: Options): Promise<number> {
  if (seed === undefined) return runAll(seeds, from, jobs, killEverywhere);
  const { failure, steps } = await simulate(seed, (line) => process.stdout.write(`${line}\n`), killAt);
  process.stdout.write(`seed ${seed}: ${failure ?? "nothing wrong"}, in ${formatCount(steps)} steps\n`);
  return failure === null ? 0 : 1;
}

async function runAll(seeds: number, from: number, jobs: number, killEverywhere: boolean): Promise<number> {
  const startedAtMs = performance.now();
  const sum = { seeds: 0, runs: 0, steps: 0, failed: 0 };
  const happened = new Map<Event, number>();
  let toldAtMs = startedAtMs;
  const pace = (): string => {
    const seconds = (performance.now() - startedAtMs) / SECOND_MS;
    return `${formatCount(sum.seeds)} of ${formatCount(seeds)} seeds, ${sum.failed} failed, ${Math.round(seconds)} s`;
  };
  const onPart = (part: Part): void => {
    sum.seeds += part.seeds;
    sum.runs += part.runs;
    sum.steps += part.steps;
    for (const event of EVENTS) happened.set(event, (happened.get(event) ?? 0) + (part.happened[event] ?? 0));
    for (const { seed, killAt, failure } of part.failures) {
      sum.failed += 1;
      const kill = killAt === 0 ? "" : ` --kill-at ${killAt}`;
      if (sum.failed > MOST_TOLD) continue;
      process.stdout.write(`seed ${seed}: ${failure}\n  npm run simulate -- --seed ${seed}${kill}\n`);
    }
    if (performance.now() - toldAtMs < TELL_EVERY_MS) return;
    toldAtMs = performance.now();
    process.stderr.write(`${pace()}\n`);
  };
  const tasks = tasksOf(from, from + seeds, killEverywhere);
  await Promise.all(Array.from({ length: jobs }, () => runJob(tasks, onPart)));
  const shares = EVENTS.map((event) => `${event} ${((100 * (happened.get(event) ?? 0)) / sum.runs).toFixed(1)} %`);
  const runs = killEverywhere ? `, ${formatCount(sum.runs)} runs` : "";
  process.stdout.write(`${pace()}${runs}, ${formatCount(sum.steps)} steps; amid faults: ${shares.join(", ")}\n`);
  return sum.failed === 0 && sum.seeds === seeds ? 0 : 1;
}

/** All processes take from the same. */
function* tasksOf(from: number, end: number, killEverywhere: boolean): Generator<Task> {
  const size = killEverywhere ? 1 : PART;
  for (let start = from; start < end; start += size) {
    yield { from: start, end: Math.min(start + size, end), killEverywhere };
  }
}

/** Processes of its own, one after the other. Rejects where one dies, or does not come to an end. */
async function runJob(tasks: Iterator<Task>, onPart: (part: Part) => void): Promise<void> {
  while (await runProcess(tasks, onPart));
}

/** A process, task after task; resolves with false where there was none left for it. */
async function runProcess(tasks: Iterator<Task>, onPart: (part: Part) => void): Promise<boolean> {
  const child = fork(import.meta.filename, [], { execArgv: ["--max-semi-space-size=64"] });
  let watchdog: NodeJS.Timeout | undefined;
  try {
    return await new Promise<boolean>((resolve, reject) => {
      let seeds = "";
      let left = MOST_TASKS;
      const next = (): void => {
        clearTimeout(watchdog);
        if (left === 0) return resolve(true);
        left -= 1;
        const task = tasks.next();
        if (task.done === true) return resolve(false);
        seeds = `seeds ${task.value.from} to ${task.value.end - 1}`;
        watchdog = setTimeout(() => reject(new Error(`${seeds}: one of them does not end`)), TASK_MS);
        child.send(task.value);
      };
      child.on("message", (part: Part) => {
        onPart(part);
        next();
      });
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`${seeds}: the process ended by itself, with exit code ${code}`)));
      next();
    });
  } finally {
    clearTimeout(watchdog);
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
  }
}

async function runTask({ from, end, killEverywhere }: Task): Promise<void> {
  // Errors are made by the million, and nobody looks where.
  Error.stackTraceLimit = 0;
  const failures: Failure[] = [];
  const happened: Partial<Record<Event, number>> = {};
  let steps = 0;
  let runs = 0;
  const runOne = async (seed: number, killAt: number): Promise<Outcome> => {
    const outcome = await simulate(seed, null, killAt);
    runs += 1;
    steps += outcome.steps;
    for (const event of outcome.happened) happened[event] = (happened[event] ?? 0) + 1;
    if (outcome.failure !== null) failures.push({ seed, killAt, failure: outcome.failure });
    return outcome;
  };
  for (let seed = from; seed < end; seed += 1) {
    if (!killEverywhere) await runOne(seed, 0);
    // Each kill changes what comes after it; where there is no such step any more the seed is done.
    else for (let killAt = 1; (await runOne(seed, killAt)).machineSteps >= killAt; killAt += 1);
  }
  process.send?.({ seeds: end - from, runs, steps, failures, happened } satisfies Part);
}
