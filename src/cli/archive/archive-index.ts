import { Command } from "commander";
import { writeDayLookups } from "../../archive/lookup/day-lookup.ts";
import { writeLookups } from "../../archive/lookup/write-lookups.ts";
import { listStreams, readSealedPlans, type SealedPlan } from "../../archive/sealed-plan.ts";
import type { ViewStore } from "../../archive/view-store.ts";
import { openArchiveStore, openViewsRemover } from "../open/archive/archive-store.ts";
import { createRequestOf } from "../open/lines/request-of.ts";
import { instantBefore } from "../options/instant.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan, hoursOverlap, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_INTERRUPTED } from "../process/exit-code.ts";
import { stopOnSignals } from "../process/stop-signal.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { formatCount, formatThings } from "../terminal/quantity.ts";
import { tell } from "../terminal/tell.ts";

interface IndexOptions extends PipelineOptions, TimeSpan {
  readonly json?: true;
}

/** What was done, in the words of `--json`. */
interface Indexed {
  plans: number;
  readonly lookups: { created: number; same: number; replaced: number };
}

const EXAMPLES = `
Examples:
  logtally archive index --archive my-archive
  logtally archive index pipelines/gitlab-com.yaml --since 2020-12-01 --until 2020-12-08
`;

export function indexCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("index")
    .description(
      "Makes the look-ups of sealed hours again from the lines of the vault: by them a line is found by its id or its " +
        "correlation id. What is there already is compared and stays; what is missing is written, and what is other than it " +
        "should be is replaced. No answer depends on look-ups being there: without them searches read more.",
    )
    .argument("[pipeline]", "the pipeline whose stream is meant (default: all streams, by pipelines/local.yaml)")
    .option("--since <time>", "only spans with hours of this time and later: RFC 3339, a day, or so long ago", instant)
    .option("--until <time>", "only spans with hours before this time, written likewise", instant)
    .option("--json", "print what was done as JSON");
  return withPipelineOptions(command).addHelpText("after", EXAMPLES).action(index);
}

async function index(pipeline: string | undefined, options: IndexOptions): Promise<void> {
  checkSpan(options, "make look-ups");
  const settings = await loadSettings(pipeline, options);
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const views = { store, remover: await openViewsRemover(settings.archive) };
  const streams = (await listStreams(store)).filter((stream) => pipeline === undefined || stream === settings.name);
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "the plan under way is still indexed");
  const done: Indexed = { plans: 0, lookups: { created: 0, same: 0, replaced: 0 } };
  try {
    for (const stream of streams) {
      const isWanted = hoursOverlap(options);
      const all = await readSealedPlans(store, stream);
      const plans = all.filter(
        ({ span, isRecord }) => !isRecord && isWanted(span.firstHour, span.firstHour + span.hours - 1),
      );
      await indexPlans(stream, plans, views, stop.signal, done);
      const days = new Set(plans.map(({ span }) => span.day));
      await writeDayLookups(
        views,
        all.filter(({ span }) => days.has(span.day)),
      );
    }
    await print(options.json === true ? `${JSON.stringify(done)}\n` : sentence(done));
  } finally {
    releaseSignals();
  }
  if (!stop.signal.aborted) return;
  tell("interrupted; what is told above is done");
  process.exitCode = EXIT_INTERRUPTED;
}

async function indexPlans(
  stream: string,
  plans: readonly SealedPlan[],
  views: ViewStore,
  signal: AbortSignal,
  done: Indexed,
): Promise<void> {
  const files = plans.flatMap(({ manifest }) => manifest.outputs.flatMap(({ lines, meta }) => [lines, meta]));
  const progress = createProgress(
    `indexing ${stream}`,
    files.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
  );
  try {
    for (const plan of plans) {
      if (signal.aborted) return;
      const outcomes = await writeLookups(plan, { views, requestOf: createRequestOf(), onBytes: progress.add });
      done.plans += 1;
      for (const outcome of ["created", "same", "replaced"] as const) done.lookups[outcome] += outcomes[outcome];
    }
  } finally {
    progress.stop();
  }
}

function sentence({ plans, lookups: { created, same, replaced } }: Indexed): string {
  if (plans === 0) return "nothing is sealed in this span\n";
  return (
    `look-ups of ${formatThings(plans, "plan")}: ${formatCount(same)} were there, ${formatCount(created)} were missing, ` +
    `${formatCount(replaced)} were replaced\n`
  );
}
