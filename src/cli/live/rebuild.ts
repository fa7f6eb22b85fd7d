import { Command } from "commander";
import { estimateReplay } from "../../archive/replay/estimate.ts";
import { planReplay } from "../../archive/replay/replay-plan.ts";
import type { ReadPrice } from "../../archive/storage-price.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import { estimateText, refuseUnlessSure } from "../archive/replay/estimate-text.ts";
import { pricesOf, withReadingOptions } from "../archive/replay/replay-options.ts";
import { openArchiveStore } from "../open/archive/archive-store.ts";
import { instantBefore } from "../options/instant.ts";
import { checkLogName } from "../options/log-name.ts";
import { collect, withPipelineOptions } from "../options/options.ts";
import { checkSpan, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { goOnUnlessStopped } from "../process/interruptible.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { indexSettingsOf } from "./pipeline-index.ts";
import { rebuildJson, rebuildText } from "./rebuild-text.ts";

export interface RebuildOptions extends PipelineOptions, TimeSpan {
  readonly all?: true;
  readonly log?: readonly string[];
  readonly revive?: true;
  readonly anew?: true;
  readonly rate?: number;
  readonly price?: Readonly<Record<string, ReadPrice>>;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally index rebuild search.yaml --since 2026-11-20 --until 2026-11-22 --dry-run
  logtally index rebuild search.yaml --since 7d --log rails.api
  logtally index rebuild search.yaml --all --revive
`;

export function rebuildCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("rebuild")
    .description(
      "Makes the documents of archived lines anew in the indices that they belong to, by the same ids: what is missing is " +
        "made, what is there is overwritten, what is rejected goes to the quarantine, and what is accepted now leaves it. " +
        "Says first what it reads and what that costs, and afterwards whether the index and the archive agree. Whatever " +
        "ends it, the same command goes on where it was; workers may run beside.",
    )
    .argument("<pipeline...>", "pipeline files")
    .option("--since <time>", "lines of this time and later: RFC 3339, a day, or so long ago (30m, 2h, 7d)", instant)
    .option("--until <time>", "lines before this time, written likewise; a line without time is in no span", instant)
    .option("--all", "instead of a span all lines, also those without time")
    .option("--log <name>", "lines of this log; repeatable", collect(String))
    .option(
      "--revive",
      "also make indices again that are gone and of days before index.keep_days; a cluster with lifecycles soon deletes " +
        "them again, but none of archive replay",
    )
    .option(
      "--anew",
      "begin again, also where an earlier run of the same command was interrupted: after a change of redaction",
    );
  withReadingOptions(command).option("--json", "print a JSON line for each pipeline");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(rebuild);
}

async function rebuild(pipelines: readonly string[], options: RebuildOptions): Promise<void> {
  checkSpan(options, "rebuild the index");
  checkAll(options);
  const all = await Promise.all(pipelines.map((pipeline) => loadSettings(pipeline, options)));
  for (const settings of all) indexSettingsOf(settings, "rebuild the index");
  await goOnUnlessStopped(async (signal) => {
    for (const settings of all) await rebuildPipeline(settings, options, signal);
  });
}

/** Throws `UsageError` where nobody has said what is meant. */
function checkAll({ since, until, all }: RebuildOptions): void {
  const isSpan = since !== undefined || until !== undefined;
  if (isSpan !== (all === true)) return;
  const what = isSpan ? "--all is no span" : "of which lines is not said";
  throw new UsageError(`rebuild the index: ${what} (hint: --since and --until, or --all)`);
}

async function rebuildPipeline(
  settings: PipelineSettings,
  options: RebuildOptions,
  signal: AbortSignal,
): Promise<void> {
  const index = indexSettingsOf(settings, "rebuild the index");
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const span = { sinceMs: options.since ?? null, untilMs: options.until ?? null };
  const stretches = await planReplay(store, { ...span, stream: settings.name }, signal);
  const estimate = await estimateReplay(store, stretches, pricesOf(options));
  if (options.dryRun === true) {
    const json = `${JSON.stringify({ pipeline: settings.name, dry_run: true, ...estimate })}\n`;
    await print(options.json === true ? json : `pipeline  ${settings.name}\n${estimateText(estimate)}`);
    return;
  }
  process.stderr.write(estimateText(estimate));
  if (options.yes !== true) refuseUnlessSure(estimate, "rebuild the index");
  const { isRight, rebuildSpan } = await import("./rebuilding.ts");
  const outcome = await rebuildSpan({
    settings,
    index,
    store,
    stretches,
    span: { ...span, logs: options.log?.map(checkLogName) ?? null },
    revives: options.revive === true,
    isAnew: options.anew === true,
    linesPerSecond: options.rate ?? null,
    signal,
  });
  await print(options.json === true ? rebuildJson(settings.name, outcome) : rebuildText(settings.name, outcome));
  if (!isRight(outcome)) process.exitCode = EXIT_NOT_RIGHT;
}
