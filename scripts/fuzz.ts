/**
 * Goal: every reader of foreign bytes, fed with whatever bytes there are, for as long as anybody likes.
 * Method: `npm run fuzz -- [--target NAME] [--minutes N]` changes the kept inputs of each target at random, led by which
 * blocks of the sources run. A failure ends it: the input, made as short as it goes, lies in a file then.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Worker } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { integerUpTo } from "../src/cli/options/options.ts";
import { inputName } from "../test/fuzz/corpus.ts";
import { tryInput } from "../test/fuzz/fuzzer.ts";
import { MOST_BYTES } from "../test/fuzz/mutate.ts";
import type { FuzzTarget } from "../test/fuzz/target.ts";
import { TARGETS } from "../test/fuzz/targets.ts";
import type { ThreadResult, ThreadWork } from "../test/fuzz/thread.ts";
import { createWatchedInput, watchedRoom } from "../test/fuzz/watched-input.ts";

const ROOT = join(import.meta.dirname, "..");
const FINDINGS = join(ROOT, ".cache/fuzz");
const MOST_SEED = 999_999_999;
const MOST_MINUTES = 100_000;
/** No input is so long that a reader may take so long; a machine that is busy otherwise is no reason to fail. */
const MOST_MS = 5000;
/** Then the thread is ended: it does not come back. */
const HANGING_MS = 30_000;
const PROGRESS_MS = 10_000;
const MOST_HEAP_MB = 2048;

interface Options {
  readonly target?: FuzzTarget;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly seed?: number;
  readonly input?: string;
  readonly list?: true;
  readonly keep?: true;
  readonly uncovered?: true;
}

const program = new Command("npm run fuzz --")
  .description("Feeds every reader of foreign bytes with bytes that are nearly right; ends at the first that harms.")
  .option("--target <name>", "one of --list; without it all, one after the other", target)
  .option("--minutes <n>", "for how long, shared by the targets (default: 1 for each)", integerUpTo(MOST_MINUTES))
  .option("--seconds <n>", "the same in seconds", integerUpTo(MOST_MINUTES))
  .option("--seed <n>", "of chance; a failure prints it", integerUpTo(MOST_SEED))
  .option("--input <file>", "try this input alone")
  .option("--keep", "replace the kept inputs by the shortest ones that cover what was covered")
  .option("--uncovered", "print the lines that nothing has run")
  .option("--list", "print the targets and what must hold for each")
  .parse();
process.exitCode = await run(program.opts<Options>());

function target(name: string): FuzzTarget {
  const found = TARGETS.find((each) => each.name === name);
  if (found === undefined)
    throw new InvalidArgumentError(`It must be one of: ${TARGETS.map((each) => each.name).join(", ")}.`);
  return found;
}

async function run(options: Options): Promise<number> {
  if (options.list === true) {
    for (const { name, holds } of TARGETS) console.log(`${name.padEnd(16)} ${holds}`);
    return 0;
  }
  if (options.input !== undefined) return replay(options.target, options.input);
  const targets = options.target === undefined ? TARGETS : [options.target];
  const seconds = options.seconds ?? 60 * (options.minutes ?? targets.length);
  const seed = options.seed ?? Math.floor(Math.random() * MOST_SEED);
  for (const each of targets) {
    if (!(await fuzzTarget(each, (1000 * seconds) / targets.length, seed, options))) return 1;
  }
  return 0;
}

async function replay(only: FuzzTarget | undefined, file: string): Promise<number> {
  const input = readFileSync(file);
  let failures = 0;
  for (const each of only === undefined ? TARGETS : [only]) {
    const error = await tryInput(each, input);
    console.log(`${each.name}: ${error === null ? "everything holds" : error.stack}`);
    if (error !== null) failures += 1;
  }
  return failures === 0 ? 0 : 1;
}

/** False where something was found. */
async function fuzzTarget(
  { name, covers }: FuzzTarget,
  runMs: number,
  seed: number,
  options: Options,
): Promise<boolean> {
  const watched = watchedRoom(MOST_BYTES);
  const isKeeping = options.keep === true;
  const work: ThreadWork = { target: name, covers, seed, runMs, mostMs: MOST_MS, watched, isKeeping };
  const result = await inThread(work);
  if ("hung" in result) return report(name, seed, result.hung, result.what);
  const { executions, corpus, kept, covered, finding } = result;
  const perSecond = Math.round(executions / (result.runMs / 1000));
  const lines = covered.reduce((sum, file) => sum + file.lines, 0);
  const uncovered = covered.reduce((sum, file) => sum + file.uncovered.length, 0);
  const percent = ((100 * (lines - uncovered)) / Math.max(lines, 1)).toFixed(1);
  console.log(
    `${name}: ${executions} inputs, ${perSecond}/s, ${percent} % of ${lines} lines in ${covered.length} files covered, ` +
      `${corpus} inputs lead, ${kept} kept`,
  );
  if (options.uncovered === true) {
    for (const file of covered)
      if (file.uncovered.length > 0) console.log(`  ${file.path}: ${file.uncovered.join(" ")}`);
  }
  return finding === null || report(name, seed, Buffer.from(finding.input), finding.what);
}

/** Writes the input into a file and says what was wrong; always false. */
function report(name: string, seed: number, input: Buffer, what: string): false {
  mkdirSync(FINDINGS, { recursive: true });
  const file = join(FINDINGS, `${name}-${inputName(input)}`);
  writeFileSync(file, input);
  console.error(`${name}: something does not hold, seed ${seed}\n${what}`);
  console.error(`input of ${input.length} bytes: ${JSON.stringify(input.subarray(0, 300).toString("latin1"))}`);
  console.error(`again: npm run fuzz -- --target ${name} --input ${relative(ROOT, file)}`);
  return false;
}

interface Hung {
  readonly hung: Buffer;
  readonly what: string;
}

/** In a thread of its own, which can be ended when an input does not come back. */
async function inThread(work: ThreadWork): Promise<ThreadResult | Hung> {
  const watched = createWatchedInput(work.watched);
  const worker = new Worker(join(ROOT, "test/fuzz/thread.ts"), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  let [count, sameMs, shownMs] = [0, performance.now(), performance.now()];
  const { promise, resolve } = Promise.withResolvers<ThreadResult | Hung>();
  worker.once("message", (result: ThreadResult) => resolve(result));
  // Out of memory, or a fault of this program.
  worker.once("error", (error) => resolve({ hung: watched.input(), what: String((error as Error).stack ?? error) }));
  const timer = setInterval(() => {
    const now = watched.count();
    const nowMs = performance.now();
    if (now !== count) [count, sameMs] = [now, nowMs];
    if (nowMs - sameMs > HANGING_MS) resolve({ hung: watched.input(), what: `does not come back in ${HANGING_MS} ms` });
    if (nowMs - shownMs < PROGRESS_MS) return;
    shownMs = nowMs;
    console.log(`${work.target}: ${count} inputs`);
  }, 1000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}
