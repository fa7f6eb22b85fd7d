import { Command } from "commander";
import { estimateReplay } from "../../../archive/replay/estimate.ts";
import { planReplay } from "../../../archive/replay/replay-plan.ts";
import type { PipelineSettings } from "../../../config/pipeline.ts";
import { UsageError } from "../../../core/fault.ts";
import { openArchiveStore } from "../../open/archive/archive-store.ts";
import { integerUpTo, withPipelineOptions } from "../../options/options.ts";
import { checkSpan } from "../../options/time-span.ts";
import { SYSTEM_CLOCK } from "../../process/clock.ts";
import { goOnUnlessStopped } from "../../process/interruptible.ts";
import { loadCatalogue, loadSettings } from "../../settings.ts";
import { print } from "../../terminal/print.ts";
import { formatCount } from "../../terminal/quantity.ts";
import { createLineFilter } from "../search/line-filter.ts";
import { withLineQuery, withQuarantined } from "../search/line-query.ts";
import { bringBack, outcomeText } from "./bring-back.ts";
import { estimateText, refuseUnlessSure } from "./estimate-text.ts";
import { removeExpired } from "./remove-expired.ts";
import { pricesOf, type ReplayCommandOptions, replayName, targetOf, withReadingOptions } from "./replay-options.ts";

const DEFAULT_DAYS = 7;
const MOST_DAYS = 3650;

/** Those that --remove-expired goes by, and one that is always there. */
const REMOVING_OPTIONS: ReadonlySet<string> = new Set<keyof ReplayCommandOptions>([
  "to",
  "removeExpired",
  "dryRun",
  "json",
  "archive",
  "set",
  "expires",
]);

const EXAMPLES = `
Examples:
  logtally archive replay --to lines/ --since 2020-12-22 --until 2020-12-23 --dry-run
  logtally archive replay --to lines/ --since 2020-12-22 --until 2020-12-23
  logtally archive replay --to - --event git_push --since 2020-12-22 | jq -r .meta.user
  logtally archive replay search.yaml --to index --name audit --since 2020-12-22 --rate 5000
  logtally archive replay search.yaml --to index --remove-expired
`;

export function replayCommand(): Command {
  const command = new Command("replay")
    .description(
      "Brings the lines back that match all that is asked, each once: into indices of their own, with the documents and " +
        "ids that run makes; into a compressed file for each filing hour; or to standard output. Says first what it " +
        "reads and what that costs. Whatever ends it, the same command goes on where it was.",
    )
    .argument("[pipeline]", "the pipeline whose archive and index it is (default: pipelines/local.yaml)")
    .requiredOption("--to <target>", "index, - for standard output, or a folder for files (./index for one called so)");
  withQuarantined(withLineQuery(command))
    .option("--name <name>", "with --to index: for the indices PREFIX.replay-NAME-DAY", replayName)
    .option("--expires <days>", "after how many days the indices may be removed", integerUpTo(MOST_DAYS), DEFAULT_DAYS)
    .option("--remove-expired", "instead remove the indices of all replays whose days are over")
    .option("--state <file>", "with --to index: where is noted how far it is (default: in the user's state folder)");
  withReadingOptions(command).option("--json", "print JSON");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(replay);
}

async function replay(pipeline: string | undefined, options: ReplayCommandOptions): Promise<void> {
  checkSpan(options, "replay lines");
  const settings = await loadSettings(pipeline, options);
  if (options.removeExpired === true) {
    await printRemoved(settings, options);
    return;
  }
  await goOnUnlessStopped((signal) => replayLines(settings, options, signal));
}

async function replayLines(
  settings: PipelineSettings,
  options: ReplayCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const target = targetOf(options, settings.archive);
  if (target.kind === "index" && settings.index === null) throw withoutIndex();
  const store = await openArchiveStore(settings.archive);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  const matches = createLineFilter(options, catalogue, settings);
  await store.check("read");
  const query = { sinceMs: options.since ?? null, untilMs: options.until ?? null, matches };
  const stretches = await planReplay(store, query, signal);
  const estimate = await estimateReplay(store, stretches, pricesOf(options));
  if (options.dryRun === true) {
    await print(options.json === true ? `${JSON.stringify(estimate, null, 2)}\n` : estimateText(estimate));
    return;
  }
  process.stderr.write(estimateText(estimate));
  if (options.yes !== true) refuseUnlessSure(estimate);
  const outcome = await bringBack({ settings, options, target, stretches, query, catalogue, signal });
  if (outcome === null) return;
  await print(options.json === true ? `${JSON.stringify(outcome)}\n` : outcomeText(outcome));
}

async function printRemoved({ index }: PipelineSettings, options: ReplayCommandOptions): Promise<void> {
  if (options.to !== "index") throw new UsageError("remove what is expired: only indices expire (hint: --to index)");
  if (index === null) throw withoutIndex();
  if (Object.keys(options).some((name) => !REMOVING_OPTIONS.has(name))) {
    throw new UsageError(
      "remove what is expired: it is of all replays, whatever they are of (hint: leave out all but --to index, --dry-run, --json)",
    );
  }
  const isDry = options.dryRun === true;
  const removed = await removeExpired(index, SYSTEM_CLOCK.nowMs(), isDry);
  const text = removed.map((name) => `${isDry ? "expired" : "removed"}  ${name}\n`).join("");
  await print(
    options.json === true ? `${JSON.stringify({ removed: isDry ? [] : removed, expired: removed })}\n` : text,
  );
  if (options.json !== true) process.stderr.write(`${formatCount(removed.length)} expired\n`);
}

function withoutIndex(): UsageError {
  return new UsageError("replay to the index: the pipeline has none (hint: add the section index to its file)");
}
