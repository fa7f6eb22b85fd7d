/**
 * Goal: the tests are as good as they are thought to be: each fault that somebody could make again is found by the test
 * that its entry in `test/mutants` names.
 * Method: `npm run mutants -- [--only NAME…] [--jobs 2] [--list]` plants one fault after the other in copies of the
 * checkout, and runs just that test. First all these tests have to pass without any fault, and every fault has to
 * compile. Exits with 1 where a fault is not caught, or cannot be planted.
 */
import { availableParallelism } from "node:os";
import { Command } from "commander";
import { integerUpTo } from "../src/cli/options/options.ts";
import { nameHint } from "../src/core/nearest-name.ts";
import { SECOND_MS } from "../src/core/units.ts";
import type { Fault } from "../test/mutants/fault.ts";
import { FAULTS } from "../test/mutants/faults.ts";
import { compilerErrors } from "./mutants/compile.ts";
import { type Judged, judgeFaults, unsoundTests } from "./mutants/gate.ts";
import { type FolderWorkshop, openWorkshop } from "./mutants/workshop.ts";

const MOST_JOBS = 64;

const program = new Command("npm run mutants --")
  .description("Plants faults in copies of the program, one at a time; each must be caught by the test that it names.")
  .option("--only <name...>", "only these faults")
  .option("--jobs <n>", "how many at a time", integerUpTo(MOST_JOBS), availableParallelism())
  .option("--list", "print the faults and their tests, and plant none")
  .parse();
const { only, jobs, list } = program.opts<{ only?: string[]; jobs: number; list?: true }>();

function chosenFaults(): readonly Fault[] {
  const names = FAULTS.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const hint = nameHint(unknown, names, "--list prints them");
    program.error(`plant "${unknown}": no such fault (hint: ${hint})`, { exitCode: 2 });
  }
  return only === undefined ? FAULTS : FAULTS.filter(({ name }) => only.includes(name));
}

/** Resolves with the number of faults that are not caught, or of what keeps them from being planted. */
async function runGate(
  faults: readonly Fault[],
  workshops: readonly FolderWorkshop[],
  signal: AbortSignal,
): Promise<number> {
  const [first] = workshops;
  const errors = first === undefined ? [] : await compilerErrors(first.folder, faults, signal);
  for (const error of errors) console.log(`DOES NOT COMPILE  ${error}`);
  if (errors.length > 0) return errors.length;
  const unsound = await unsoundTests(faults, workshops);
  for (const why of unsound) console.log(`NO PROOF  ${why}`);
  if (unsound.length > 0) return unsound.length;
  let done = 0;
  const judged = await judgeFaults(faults, workshops, (each) => {
    done += 1;
    console.log(`${String(done).padStart(3)}/${faults.length}  ${sentenceOf(each)}`);
  });
  const escaped = judged.filter(({ verdict }) => !verdict.isCaught);
  console.log(`${faults.length} faults, ${faults.length - escaped.length} caught, ${escaped.length} NOT CAUGHT`);
  for (const each of escaped) console.log(sentenceOf(each));
  return escaped.length;
}

function sentenceOf({ fault, verdict }: Judged): string {
  if (verdict.isCaught) return `caught      ${fault.name}: by "${verdict.by}"`;
  return `NOT CAUGHT  ${fault.name}: ${verdict.why} (${fault.caughtBy.file}, "${fault.caughtBy.title}")`;
}

async function main(): Promise<void> {
  const faults = chosenFaults();
  if (list === true) {
    for (const { name, breaks, caughtBy } of faults)
      console.log(`${name} (${breaks}): ${caughtBy.file}, "${caughtBy.title}"`);
    return;
  }
  const startedMs = performance.now();
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const workshops: FolderWorkshop[] = [];
  try {
    for (let job = 0; job < Math.min(jobs, faults.length); job += 1) workshops.push(await openWorkshop(stop.signal));
    if ((await runGate(faults, workshops, stop.signal)) > 0) process.exitCode = 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.log("stopped");
    process.exitCode = 1;
  } finally {
    for (const workshop of workshops) await workshop.remove();
  }
  console.log(`in ${Math.round((performance.now() - startedMs) / SECOND_MS)} s`);
}

await main();
