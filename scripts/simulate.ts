/**
 * Goal: the whole path, worker to gc, holds its invariants under every mishap that the simulation knows.
 * Method: `npm run simulate -- [--seeds 20000] [--from 1] [--jobs 2]` runs the simulation of each seed, shared out to
 * processes; `-- --seed N` runs one of them and prints it step by step.
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { integerUpTo } from "../src/cli/options.ts";
import { formatCount } from "../src/cli/quantity.ts";
import { simulate } from "../test/simulation/simulate.ts";
import { EVENTS, type Event } from "../test/simulation/world.ts";

const MOST_SEEDS = 1_000_000_000;
const MOST_JOBS = 64;
/** Seeds that a process is handed at a time. */
const PART = 500;
/** Failures that are told one by one. */
const MOST_TOLD = 20;
const SECOND_MS = 1000;
const TELL_EVERY_MS = 10 * SECOND_MS;

/** What a process says of its part. */
interface Part {
  readonly seeds: number;
  readonly steps: number;
  readonly failures: readonly { readonly seed: number; readonly failure: string }[];
  /** In how many seeds each happened while there were faults. */
  readonly happened: Readonly<Partial<Record<Event, number>>>;
}

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly jobs: number;
  readonly seed?: number;
}

const program = new Command("npm run simulate --")
  .description("Simulates workers, sealers, signers and collectors under mishaps, deterministically by seed.")
  .option("--seeds <n>", "how many seeds", integerUpTo(MOST_SEEDS), 20_000)
  .option("--from <n>", "the first seed", integerUpTo(MOST_SEEDS), 1)
  .option("--jobs <n>", "how many processes at once", integerUpTo(MOST_JOBS), availableParallelism())
  .option("--seed <n>", "run this one alone, and print every step", integerUpTo(MOST_SEEDS));

if (process.send !== undefined) process.on("message", (from: number) => void runPart(from));
else process.exitCode = await run(program.parse().opts<Options>());

async function run({ seeds, from, jobs, seed }: Options): Promise<number> {
  if (seed === undefined) return runAll(seeds, from, jobs);
  const { failure, steps } = await simulate(seed, (line) => process.stdout.write(`${line}\n`));
  process.stdout.write(`seed ${seed}: ${failure ?? "nothing wrong"}, in ${formatCount(steps)} steps\n`);
  return failure === null ? 0 : 1;
}

async function runAll(seeds: number, from: number, jobs: number): Promise<number> {
  const startedAtMs = performance.now();
  const sum = { seeds: 0, steps: 0, failed: 0 };
  const happened = new Map<Event, number>();
  let toldAtMs = startedAtMs;
  const pace = (): string => {
    const seconds = (performance.now() - startedAtMs) / SECOND_MS;
    return `${formatCount(sum.seeds)} of ${formatCount(seeds)} seeds, ${sum.failed} failed, ${Math.round(seconds)} s`;
  };
  const onPart = (part: Part): void => {
    sum.seeds += part.seeds;
    sum.steps += part.steps;
    for (const event of EVENTS) happened.set(event, (happened.get(event) ?? 0) + (part.happened[event] ?? 0));
    for (const { seed, failure } of part.failures) {
      sum.failed += 1;
      if (sum.failed > MOST_TOLD) continue;
      process.stdout.write(`seed ${seed}: ${failure}\n  npm run simulate -- --seed ${seed}\n`);
    }
    if (performance.now() - toldAtMs < TELL_EVERY_MS) return;
    toldAtMs = performance.now();
    process.stderr.write(`${pace()}\n`);
  };
  const starts = partStarts(from, from + seeds);
  await Promise.all(Array.from({ length: jobs }, () => runJob(starts, from + seeds, onPart)));
  const shares = EVENTS.map((event) => `${event} ${((100 * (happened.get(event) ?? 0)) / sum.seeds).toFixed(1)} %`);
  process.stdout.write(`${pace()}, ${formatCount(sum.steps)} steps; amid faults: ${shares.join(", ")}\n`);
  return sum.failed === 0 && sum.seeds === seeds ? 0 : 1;
}

/** All processes take from the same. */
function* partStarts(from: number, end: number): Generator<number> {
  for (let start = from; start < end; start += PART) yield start;
}

/** A process of its own, part after part. Rejects where it dies. */
async function runJob(starts: Iterator<number>, end: number, onPart: (part: Part) => void): Promise<void> {
  const child = fork(import.meta.filename, [], {
    execArgv: ["--max-semi-space-size=64"],
    env: { ...process.env, LAST: String(end) },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const next = (): void => {
        const start = starts.next();
        if (start.done === true) resolve();
        else child.send(start.value);
      };
      child.on("message", (part: Part) => {
        onPart(part);
        next();
      });
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`a process ended by itself, with exit code ${code}`)));
      next();
    });
  } finally {
    child.removeAllListeners("exit");
    child.kill();
  }
}

async function runPart(from: number): Promise<void> {
  // Errors are made by the million, and nobody looks where.
  Error.stackTraceLimit = 0;
  const end = Math.min(from + PART, Number(process.env["LAST"]));
  const failures: { seed: number; failure: string }[] = [];
  const happened: Partial<Record<Event, number>> = {};
  let steps = 0;
  for (let seed = from; seed < end; seed += 1) {
    const outcome = await simulate(seed);
    steps += outcome.steps;
    for (const event of outcome.happened) happened[event] = (happened[event] ?? 0) + 1;
    if (outcome.failure !== null) failures.push({ seed, failure: outcome.failure });
  }
  process.send?.({ seeds: end - from, steps, failures, happened } satisfies Part);
}
