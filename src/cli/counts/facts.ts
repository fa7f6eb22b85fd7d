import { Command } from "commander";
import { type FactsRebuild, rebuildAll } from "../open/counts/facts-rebuild.ts";
import { instantBefore } from "../options/instant.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan, isBordered, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_INTERRUPTED } from "../process/exit-code.ts";
import { stopOnSignals } from "../process/stop-signal.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatCount, formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";

interface RebuildCommandOptions extends PipelineOptions {
  readonly catalogue?: string;
  readonly since?: number;
  readonly until?: number;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally facts rebuild --archive my-archive
  logtally facts rebuild pipelines/gitlab-com.yaml --since 2020-12-01 --until 2020-12-08
  logtally facts rebuild --catalogue my-events.yaml
`;

export function factsCommand(): Command {
  return new Command("facts")
    .description("Looks after the facts of sealed hours: a view of the vault, from which counts are made quickly.")
    .addCommand(rebuildCommand());
}

function rebuildCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("rebuild")
    .summary("derive the facts of sealed hours again, from the vault alone")
    .description(
      "Derives the facts of sealed hours again from the raw lines of the vault, and the roll-ups of their days from them. " +
        "What is there already stays; what is missing is written, and what is other than it should be (damaged, or made " +
        "with another key) is replaced. No count depends on facts being there: without them counts take longer.",
    )
    .argument("[pipeline]", "the pipeline whose stream is meant (default: all streams, by pipelines/local.yaml)")
    .option("--catalogue <file>", "facts by this catalogue, beside those by others (default: the pipeline's)")
    .option(
      "--since <time>",
      "only spans that begin at this time or later: RFC 3339, a day, or so long ago (7d)",
      instant,
    )
    .option("--until <time>", "only spans that begin before this time, written likewise", instant)
    .option("--json", "print what was done as JSON");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(rebuild);
}

async function rebuild(pipeline: string | undefined, options: RebuildCommandOptions): Promise<void> {
  checkSpan(options, "rebuild facts");
  const settings = await loadSettings(pipeline, options);
  const catalogue = await loadCatalogue(options.catalogue ?? settings.cataloguePath);
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "the plan under way is still rebuilt");
  try {
    const done = await rebuildAll(settings, catalogue, {
      only: pipeline === undefined ? null : settings.name,
      sinceMs: options.since ?? null,
      untilMs: options.until ?? null,
      signal: stop.signal,
    });
    await print(options.json === true ? `${JSON.stringify(done)}\n` : sentence(done, options, stop.signal));
  } finally {
    releaseSignals();
  }
  if (!stop.signal.aborted) return;
  tell("interrupted; what is told above is rebuilt");
  process.exitCode = EXIT_INTERRUPTED;
}

function sentence({ plans, rows, files, rollups }: FactsRebuild, span: TimeSpan, signal: AbortSignal): string {
  if (plans === 0 && signal.aborted) return "nothing is rebuilt\n";
  if (plans === 0) return isBordered(span) ? "no sealed lines in this span\n" : "nothing is sealed\n";
  const { same, created, replaced } = files;
  return (
    `${formatThings(rows, "fact")} of ${formatThings(plans, "plan")}, ${formatThings(rollups, "roll-up")}; of the files ` +
    `${formatCount(same)} were there, ${formatCount(created)} were missing, ${formatCount(replaced)} were replaced\n`
  );
}
