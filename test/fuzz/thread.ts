import { parentPort, workerData } from "node:worker_threads";
import { type CoveredFile, startCoverage } from "./coverage.ts";
import { createWatchedInput } from "./watched-input.ts";

/** What one thread is to do. */
export interface ThreadWork {
  readonly target: string;
  readonly covers: readonly string[];
  readonly seed: number;
  readonly runMs: number;
  /** An input that takes longer is a finding. */
  readonly mostMs: number;
  readonly watched: SharedArrayBuffer;
  /** True where what is kept is to be replaced by what covers the most. */
  readonly isKeeping: boolean;
}

/** What came of it. */
export interface ThreadResult {
  readonly executions: number;
  readonly runMs: number;
  readonly corpus: number;
  readonly kept: number;
  readonly covered: readonly CoveredFile[];
  readonly finding: { readonly input: Uint8Array; readonly what: string } | null;
}

const work = workerData as ThreadWork;
// Before anything that it counts is loaded: what runs only then would be missing otherwise.
const coverage = startCoverage(work.covers);
const [{ fuzz }, { targetNamed }, { readCorpus, replaceCorpus, isFinding }, { shortestCovering }] = await Promise.all([
  import("./fuzzer.ts"),
  import("./targets.ts"),
  import("./corpus.ts"),
  import("./shortest-covering.ts"),
]);
const target = targetNamed(work.target);
const kept = readCorpus(work.target);
const corpus = [...target.seeds(), ...kept.map(({ bytes }) => bytes)];
const monotonicMs = (): number => performance.now();
const startedMs = monotonicMs();
coverage.add(coverage.take());
const { executions, finding } = await fuzz(target, coverage, {
  seed: work.seed,
  corpus,
  isOver: () => monotonicMs() - startedMs > work.runMs,
  onInput: createWatchedInput(work.watched).put,
  monotonicMs,
  mostMs: work.mostMs,
});
const covered = coverage.report();
const runMs = monotonicMs() - startedMs;
let keptCount = kept.length;
if (work.isKeeping && finding === null) {
  const findings = kept.filter(isFinding).map(({ bytes }) => bytes);
  const chosen = await shortestCovering(target, [...target.seeds(), ...findings], corpus, coverage);
  replaceCorpus(work.target, chosen);
  keptCount = findings.length + chosen.length;
}
const result: ThreadResult = {
  executions,
  runMs,
  corpus: corpus.length,
  kept: keptCount,
  covered,
  finding: finding === null ? null : { input: finding.input, what: finding.error.stack ?? finding.error.message },
};
coverage.stop();
// Of a thread it has no origin.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.postMessage(result);
