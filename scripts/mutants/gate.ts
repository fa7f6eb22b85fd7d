import { inParallel } from "../../src/core/in-parallel.ts";
import type { Fault, NamedTest } from "../../test/mutants/fault.ts";

/** Tests of one file that are run together. */
export interface TestChoice {
  readonly file: string;
  /** Words of titles. */
  readonly titles: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How tests ended. `broken`: no test could be run. */
export type TestRun =
  | { readonly kind: "ended"; readonly passed: readonly string[]; readonly failed: readonly FailedTest[] }
  | { readonly kind: "hung" }
  | { readonly kind: "broken"; readonly why: string };

export interface FailedTest {
  /** Its whole title. */
  readonly title: string;
  /** It did not end in time. */
  readonly isHung: boolean;
}

/** A copy of the program that may be changed, and its tests. */
export interface Workshop {
  run(choice: TestChoice): Promise<TestRun>;
  /** The same with the fault in the program, which is taken out again. */
  runWith(fault: Fault, choice: TestChoice): Promise<TestRun>;
}

export type Verdict =
  | { readonly isCaught: true; readonly by: string }
  | { readonly isCaught: false; readonly why: string };

export interface Judged {
  readonly fault: Fault;
  readonly verdict: Verdict;
}

/**
 * Why the tests prove nothing: each of those that faults name has to be there, and pass as long as there is no fault.
 * Empty where all do.
 */
export async function unsoundTests(faults: readonly Fault[], workshops: readonly Workshop[]): Promise<string[]> {
  const found = await spread(choicesOf(faults), workshops, async (choice, workshop) => {
    const run = await workshop.run(choice);
    return whyUnsound(choice, run).map((why) => `${choice.file}: ${why}`);
  });
  return found.flat();
}

/** Plants one fault after the other. `onJudged` is told of each as it is judged; results are in the order of faults. */
export function judgeFaults(
  faults: readonly Fault[],
  workshops: readonly Workshop[],
  onJudged: (judged: Judged) => void,
): Promise<Judged[]> {
  return spread(faults, workshops, async (fault, workshop) => {
    const run = await workshop.runWith(fault, choiceOf([fault.caughtBy]));
    const judged = { fault, verdict: verdictOf(fault, run) };
    onJudged(judged);
    return judged;
  });
}

/** A fault is caught where a test that ran says so; one that never ends says so of faults that stand still. */
export function verdictOf({ hangs }: Pick<Fault, "hangs">, run: TestRun): Verdict {
  if (run.kind === "broken") return { isCaught: false, why: `nothing could be tried: ${run.why}` };
  if (run.kind === "hung") {
    return hangs ? { isCaught: true, by: "it never ended" } : { isCaught: false, why: "its tests did not end" };
  }
  const failed = run.failed.find(({ isHung }) => !isHung);
  if (failed !== undefined) return { isCaught: true, by: failed.title };
  const [hung] = run.failed;
  if (hung !== undefined) {
    if (hangs) return { isCaught: true, by: `${hung.title} (never ended)` };
    return { isCaught: false, why: `"${hung.title}" did not end in time` };
  }
  if (run.passed.length === 0) return { isCaught: false, why: "no test has such a title" };
  return { isCaught: false, why: run.passed.length === 1 ? "its test passes" : `its ${run.passed.length} tests pass` };
}

/** All that is asked of a file with the same environment at once: starting Vitest takes longer than most tests. */
export function choicesOf(faults: readonly Fault[]): TestChoice[] {
  const tests = faults.map(({ caughtBy }) => caughtBy);
  const groups = Map.groupBy(tests, ({ file, env = {} }) => JSON.stringify([file, env]));
  return [...groups.values()].map(choiceOf);
}

/** Of one file and environment. */
function choiceOf(tests: readonly NamedTest[]): TestChoice {
  const [first] = tests;
  return {
    file: first?.file ?? "",
    titles: [...new Set(tests.map(({ title }) => title))],
    env: first?.env ?? {},
  };
}

function whyUnsound({ titles }: TestChoice, run: TestRun): string[] {
  if (run.kind === "hung") return ["its tests did not end"];
  if (run.kind === "broken") return [run.why];
  const failed = run.failed.map(({ title }) => `"${title}" fails without any fault`);
  const missing = titles.filter(
    (title) => ![...run.passed, ...run.failed.map((each) => each.title)].some((name) => name.includes(title)),
  );
  return [...failed, ...missing.map((title) => `no test that could run has "${title}" in its title`)];
}

/** Does the work for each item, one at a time in each workshop. */
async function spread<Item, Result>(
  items: readonly Item[],
  workshops: readonly Workshop[],
  work: (item: Item, workshop: Workshop) => Promise<Result>,
): Promise<Result[]> {
  const free = [...workshops];
  return inParallel(items, workshops.length, async (item) => {
    const workshop = free.pop();
    if (workshop === undefined) throw new Error("more work than workshops");
    try {
      return await work(item, workshop);
    } finally {
      free.push(workshop);
    }
  });
}
