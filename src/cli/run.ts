import { Command } from "commander";
import { EXIT_INTERRUPTED } from "./exit-code.ts";
import { withPipelineOptions } from "./options.ts";
import { createProgress } from "./progress.ts";
import { runEventsText, runSummaryJson, runSummaryText } from "./run-summary.ts";
import { loadSettings, type PipelineOptions } from "./settings.ts";
import { openWorker, type RunSummary } from "./worker.ts";

interface RunOptions extends PipelineOptions {
  readonly from?: readonly string[];
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally run --from /var/log/gitlab/gitlab-rails/*_json.log --archive my-archive
  zcat old.log.gz | logtally run --from - --archive my-archive
  logtally run pipelines/prod.yaml --set deployment=self_managed
`;

export function runCommand(): Command {
  const command = new Command("run")
    .summary("run pipelines until their input ends or they are stopped")
    .description(
      "Runs pipelines until their input ends or they are stopped: reads lines, archives every one of them, and counts " +
        "their events. Ends with a summary. Lines that the archive holds already are recognised and count once.",
    )
    .argument("[pipeline...]", "pipeline files (default: pipelines/local.yaml)")
    .option(
      "--from <file...>",
      "instead of the pipeline's source: files (NDJSON, .gz, .zst, globs), or - for standard input",
    )
    .option("--json", "print the summary as JSON");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((pipelines: readonly string[], options: RunOptions) => runPipelines(pipelines, options));
}

async function runPipelines(pipelines: readonly string[], options: RunOptions): Promise<void> {
  const summaries = await runAll(pipelines.length === 0 ? [undefined] : pipelines, options);
  const asText = (summary: RunSummary): string => `${runSummaryText(summary)}\n${runEventsText(summary)}`;
  const texts = options.json === true ? summaries.map(runSummaryJson) : summaries.map(asText);
  process.stdout.write(texts.join(options.json === true ? "" : "\n"));
  if (!summaries.some((summary) => summary.isInterrupted)) return;
  process.stderr.write("logtally: interrupted; the open segments were closed, what the summary counts is archived\n");
  process.exitCode = EXIT_INTERRUPTED;
}

/** Runs the pipelines side by side. When one fails the others are stopped, and the first failure is thrown. */
export async function runAll(
  pipelines: readonly (string | undefined)[],
  { from, ...options }: RunOptions,
): Promise<RunSummary[]> {
  const set = [...(options.set ?? []), ...(from === undefined ? [] : sourceOverrides(from))];
  const settings = await Promise.all(pipelines.map((pipeline) => loadSettings(pipeline, { ...options, set })));
  const workers = await Promise.all(settings.map((each) => openWorker(each)));
  const sizes = workers.map((worker) => worker.inputBytes);
  const totalBytes = sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
  const progress = createProgress("reading", totalBytes);
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop);
  try {
    // All are waited for, so that a failure elsewhere does not cut off a segment that is being closed.
    const results = await Promise.allSettled(
      workers.map(async (worker) => {
        try {
          return await worker.run(stop.signal, progress.add);
        } catch (error) {
          stop.abort();
          throw error;
        }
      }),
    );
    return results.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
  } finally {
    releaseSignals();
    progress.stop();
  }
}

function sourceOverrides(from: readonly string[]): string[] {
  if (from.length === 1 && from[0] === "-") return ["source.kind=stdin"];
  return ["source.kind=files", `source.paths=${JSON.stringify(from)}`];
}

/** The first signal stops intake and lets open segments close; a second one leaves at once. Returns the undoing. */
function stopOnSignals(stop: AbortController): () => void {
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT_INTERRUPTED);
    stop.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return () => {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  };
}
