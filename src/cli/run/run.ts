import { Command } from "commander";
import { IoError, UsageError } from "../../core/fault.ts";
import { namedInput } from "../open/input/input.ts";
import { LISTEN_HELP, type ListenAt, listenAt } from "../options/listen-at.ts";
import { withPipelineOptions } from "../options/options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_INTERRUPTED } from "../process/exit-code.ts";
import { type Observation, openObservation } from "../process/observation.ts";
import { onReloadSignal } from "../process/reload-signal.ts";
import type { PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { tell } from "../terminal/tell.ts";
import { type Asked, runAll } from "./run-all.ts";
import { runEventsText, runSummaryJson, runSummaryText } from "./run-summary.ts";
import type { RunSummary } from "./worker.ts";

interface RunOptions extends PipelineOptions {
  readonly from?: readonly string[];
  readonly follow?: true;
  readonly listen?: ListenAt;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally run --from /var/log/gitlab/gitlab-rails/*_json.log --archive my-archive
  logtally run --from '/var/log/gitlab/*/*_json.log' --follow --archive my-archive
  logtally run --from gs://EXPORTS/stdout/2020/12/22/ --archive my-archive
  zcat old.log.gz | logtally run --from - --archive my-archive
  logtally run pipelines/prod.yaml --set deployment=self_managed
  logtally run pipelines/gitlab-com.yaml --listen 0.0.0.0:9464   # SIGHUP has it read its pipelines again
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
    .option("--listen <port>", LISTEN_HELP, listenAt)
    .option("--json", "print the summary as JSON, one line for each pipeline");
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((pipelines: readonly string[], options: RunOptions) => runPipelines(pipelines, options));
}

async function runPipelines(pipelines: readonly string[], options: RunOptions): Promise<void> {
  // First: before it is heard SIGHUP ends the process, and whoever sees that it listens may send it.
  const reloadSignal = onReloadSignal();
  const observation = await openObservation(options.listen, SYSTEM_CLOCK);
  const running = runAll(askedFor(pipelines, options), observation, reloadSignal);
  const { summaries, failure } = await closing(observation, running);
  const asText = (summary: RunSummary): string => `${runSummaryText(summary)}\n${runEventsText(summary)}`;
  const texts = options.json === true ? summaries.map(runSummaryJson) : summaries.map(asText);
  await print(texts.join(options.json === true ? "" : "\n"));
  if (failure !== null) throw failure;
  refuseIncomplete(summaries);
  if (!summaries.some((summary) => summary.isInterrupted)) return;
  tell("interrupted; the open segments were closed, what the summary counts is archived");
  process.exitCode = EXIT_INTERRUPTED;
}

/** Whatever becomes of the work. */
async function closing<Result>(observation: Observation | null, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } finally {
    await observation?.close();
  }
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

/** The pipelines, with what the command line says. Throws `UsageError`. */
export function askedFor(pipelines: readonly string[], { from, follow, archive, set = [] }: RunOptions): Asked {
  return {
    pipelines: pipelines.length === 0 ? [undefined] : pipelines,
    options: {
      ...(archive === undefined ? {} : { archive }),
      set: [...set, ...sourceOverrides(from, follow === true)],
    },
  };
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
