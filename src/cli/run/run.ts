import { Command } from "commander";
import { IoError, UsageError } from "../../core/fault.ts";
import { SECOND_MS } from "../../core/units.ts";
import { namedInput } from "../open/input.ts";
import { openWorker } from "../open/worker.ts";
import { withPipelineOptions } from "../options/options.ts";
import { EXIT_INTERRUPTED } from "../process/exit-code.ts";
import { stopOnSignals } from "../process/stop-signal.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { tell } from "../terminal/tell.ts";
import { runEventsText, runSummaryJson, runSummaryText } from "./run-summary.ts";
import { sealBeside } from "./seal-beside.ts";
import type { RunSummary, Worker } from "./worker.ts";

interface RunOptions extends PipelineOptions {
  readonly from?: readonly string[];
  readonly follow?: true;
  readonly json?: true;
}

/** An archive of years is not looked through only to say how much of the last minutes was there before: a stop has to end. */
const REPEATS_GRACE_MS = 3 * SECOND_MS;

const EXAMPLES = `
Examples:
  logtally run --from /var/log/gitlab/gitlab-rails/*_json.log --archive my-archive
  logtally run --from '/var/log/gitlab/*/*_json.log' --follow --archive my-archive
  logtally run --from gs://EXPORTS/stdout/2020/12/22/ --archive my-archive
  zcat old.log.gz | logtally run --from - --archive my-archive
  logtally run pipelines/prod.yaml --set deployment=self_managed
`;

export function runCommand(): Command {
  const command = new Command("run")
    .description(
      "Runs pipelines until their input ends or they are stopped: reads lines, archives every one of them, and counts " +
        "their events. Ends with a summary. Lines that the archive holds already are recognised and count once.",
    )
    .argument("[pipeline...]", "pipeline files (default: pipelines/local.yaml)")
    .option(
      "--from <file...>",
      "instead of the pipeline's source: files (NDJSON, .gz, .zst, globs), gs://BUCKET/PREFIX, or - for standard input",
    )
    .option("--follow", "follow the files as they grow and are rotated, until stopped (quote globs)")
    .option("--json", "print the summary as JSON, one line for each pipeline");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((pipelines: readonly string[], options: RunOptions) => runPipelines(pipelines, options));
}

async function runPipelines(pipelines: readonly string[], options: RunOptions): Promise<void> {
  const { summaries, failure } = await runAll(pipelines.length === 0 ? [undefined] : pipelines, options);
  const asText = (summary: RunSummary): string => `${runSummaryText(summary)}\n${runEventsText(summary)}`;
  const texts = options.json === true ? summaries.map(runSummaryJson) : summaries.map(asText);
  await print(texts.join(options.json === true ? "" : "\n"));
  if (failure !== null) throw failure;
  refuseIncomplete(summaries);
  if (!summaries.some((summary) => summary.isInterrupted)) return;
  tell("interrupted; the open segments were closed, what the summary counts is archived");
  process.exitCode = EXIT_INTERRUPTED;
}

/** Throws `IoError` where the input has ended, and lines still wait to be indexed. */
function refuseIncomplete(summaries: readonly RunSummary[]): void {
  const incomplete = summaries.find(({ index }) => index?.isComplete === false);
  if (incomplete === undefined) return;
  throw new IoError(
    "unavailable",
    `index "${incomplete.pipeline}": lines wait in the archive to be indexed (hint: run again once the index is back; nothing else is lost)`,
  );
}

/** What became of pipelines that ran side by side: the summaries of those that ended well, and the first failure. */
export interface RunOutcome {
  readonly summaries: readonly RunSummary[];
  readonly failure: Error | null;
}

/** Runs the pipelines side by side. When one fails the others are stopped. */
export async function runAll(
  pipelines: readonly (string | undefined)[],
  { from, follow, ...options }: RunOptions,
): Promise<RunOutcome> {
  const set = [...(options.set ?? []), ...sourceOverrides(from, follow === true)];
  const settings = await Promise.all(pipelines.map((pipeline) => loadSettings(pipeline, { ...options, set })));
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "the open segments are being closed");
  try {
    const workers = await Promise.all(settings.map((each) => openWorker(each, stop.signal)));
    const ended = new AbortController();
    const sealing = settings.map(async ({ seal }, index) => {
      if (workers[index]?.isEndless !== true || !seal.isByWorker) return;
      await sealBeside(
        pipelines[index],
        { ...options, set },
        seal.everyMs,
        AbortSignal.any([stop.signal, ended.signal]),
      );
    });
    const results = await runWorkers(workers, stop);
    ended.abort();
    await Promise.all(sealing);
    return await outcomeOf(workers, results);
  } finally {
    releaseSignals();
  }
}

async function outcomeOf(
  workers: readonly Worker[],
  results: readonly PromiseSettledResult<void>[],
): Promise<RunOutcome> {
  const ended = workers.filter((_, index) => results[index]?.status === "fulfilled");
  const summaries: RunSummary[] = [];
  // For all of them together.
  const late = AbortSignal.timeout(REPEATS_GRACE_MS);
  for (const [index, worker] of ended.entries()) {
    // All have written by now: only the lines of those named before count as there before.
    const later = new Set(ended.slice(index + 1).map(({ writer }) => writer));
    summaries.push(await worker.summarize(later, late));
  }
  const failed = results.find((result) => result.status === "rejected");
  return { summaries, failure: failed === undefined ? null : (failed.reason as Error) };
}

/** Resolves when all have ended, so that a failure elsewhere does not cut off a segment that is being closed. */
async function runWorkers(workers: readonly Worker[], stop: AbortController): Promise<PromiseSettledResult<void>[]> {
  const sizes = workers.map((worker) => worker.inputBytes);
  const totalBytes = sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
  const progress = createProgress("reading", totalBytes);
  const run = async (worker: Worker): Promise<void> => {
    try {
      await worker.run(progress.add);
    } catch (error) {
      stop.abort();
      throw error;
    }
  };
  const results = await Promise.allSettled(workers.map(run));
  progress.stop();
  return results;
}

/** What `--from` and `--follow` say, as `--set` would. */
function sourceOverrides(from: readonly string[] | undefined, follows: boolean): string[] {
  const following = follows ? ["source.follow=true"] : [];
  if (from === undefined) return following;
  const files = namedInput(from, "name pipelines before --from");
  if (files !== null) return ["source.kind=files", `source.paths=${JSON.stringify(files)}`, ...following];
  if (follows) throw new UsageError('follow "-": standard input is read to its end anyway (hint: leave out --follow)');
  return ["source.kind=stdin"];
}
