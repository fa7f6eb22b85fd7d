import { Command } from "commander";
import type { QuarantineCounts, QuarantineScope } from "../../backends/elasticsearch/quarantined-lines.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { IoError } from "../../core/fault.ts";
import { openArchiveStore } from "../open/archive/archive-store.ts";
import { instantBefore } from "../options/instant.ts";
import { checkLogName } from "../options/log-name.ts";
import { collect, withPipelineOptions } from "../options/options.ts";
import { checkSpan, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { abortsAfter } from "../process/grace.ts";
import { goOnUnlessStopped } from "../process/interruptible.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { formatCount } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";
import { toldOnce } from "../terminal/told-once.ts";
import { GRACE_MS, indexSettingsOf, openPipelineIndex } from "./pipeline-index.ts";
import { redriveText, waitingText } from "./redrive-text.ts";
import type { RedriveCounts } from "./redriving.ts";

interface RedriveOptions extends PipelineOptions, TimeSpan {
  readonly log?: readonly string[];
  readonly reason?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally index redrive search.yaml --dry-run
  logtally index redrive search.yaml --reason document_parsing_exception
`;

const STOP_WORDS = {
  underWay: "the lines under way are settled",
  goesOn: "the same command goes on with what is still in quarantine",
};

export function redriveCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("redrive")
    .description(
      "Takes the lines that the index rejected from the archive again, makes their documents anew, and puts them into " +
        "their indices; only when one is there its document in quarantine goes. What is rejected again stays in quarantine " +
        "with its new reason, and the exit code is 1. Whatever ends it, the same command goes on; workers may run beside.",
    )
    .argument("<pipeline...>", "pipeline files")
    .option("--since <time>", "lines of this time and later: RFC 3339, a day, or so long ago (30m, 2h, 7d)", instant)
    .option("--until <time>", "lines before this time, written likewise", instant)
    .option("--log <name>", "lines of this log; repeatable", collect(String))
    .option("--reason <type>", "lines rejected with this type, as document_parsing_exception")
    .option("--dry-run", "print what is in quarantine, and change nothing")
    .option("--json", "print a JSON line for each pipeline");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(redrive);
}

async function redrive(pipelines: readonly string[], options: RedriveOptions): Promise<void> {
  checkSpan(options, "redrive lines");
  const all = await Promise.all(pipelines.map((pipeline) => loadSettings(pipeline, options)));
  for (const settings of all) indexSettingsOf(settings, "redrive lines");
  await goOnUnlessStopped(async (stop) => {
    let refused = 0;
    for (const settings of all) {
      refused += await redrivePipeline(settings, options, stop);
      stop.throwIfAborted();
    }
    if (refused === 0) return;
    throw new IoError("denied", `redrive: ${formatCount(refused)} lines stay in quarantine, as told above`);
  }, STOP_WORDS);
}

/** Resolves with how many lines no index took, as they are. */
async function redrivePipeline(
  settings: PipelineSettings,
  options: RedriveOptions,
  stop: AbortSignal,
): Promise<number> {
  const indexSettings = indexSettingsOf(settings, "redrive lines");
  const { countQuarantined } = await import("../../backends/elasticsearch/quarantined-lines.ts");
  const { redriveLines } = await import("./redriving.ts");
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const signal = abortsAfter(stop, GRACE_MS);
  const opened = await openPipelineIndex(settings, signal);
  try {
    const scope = scopeOf(settings.name, indexSettings.prefix, options);
    const waiting = await countQuarantined(opened.cluster, scope);
    if (options.dryRun === true) {
      await printWaiting(settings.name, waiting, options);
      return 0;
    }
    const counts: RedriveCounts = { redriven: 0, rejected: {}, notFound: 0, refused: 0, strange: waiting.strange };
    const progress = createProgress("redriving", waiting.lines, (lines) => formatCount(lines));
    const rest = { isGone: () => false, onLines: progress.add, onTrouble: toldOnce(tell), stop, signal };
    try {
      await redriveLines({ ...opened, store, scope, ...rest }, counts);
    } finally {
      progress.stop();
      await printDone(settings.name, counts, options);
    }
    if (Object.keys(counts.rejected).length > 0 || counts.notFound + counts.strange > 0) {
      process.exitCode = EXIT_NOT_RIGHT;
    }
    return counts.refused;
  } finally {
    await opened.close();
  }
}

function scopeOf(stream: string, prefix: string, { since, until, log, reason }: RedriveOptions): QuarantineScope {
  return {
    indices: `${prefix}.quarantine-*`,
    stream,
    sinceMs: since ?? null,
    untilMs: until ?? null,
    logs: log?.map(checkLogName) ?? null,
    reason: reason ?? null,
  };
}

async function printWaiting(
  pipeline: string,
  { lines, reasons, strange }: QuarantineCounts,
  { json }: RedriveOptions,
): Promise<void> {
  const answer = { pipeline, dry_run: true, lines, reasons, strange };
  await print(json === true ? `${JSON.stringify(answer)}\n` : waitingText(pipeline, { lines, reasons, strange }));
}

async function printDone(pipeline: string, counts: RedriveCounts, { json }: RedriveOptions): Promise<void> {
  const { redriven, rejected, notFound, refused, strange } = counts;
  const answer = { pipeline, redriven, rejected, not_found: notFound, refused, strange };
  await print(json === true ? `${JSON.stringify(answer)}\n` : redriveText(pipeline, counts));
}
