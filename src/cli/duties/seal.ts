import { Command } from "commander";
import type { SealedPlan } from "../../archive/sealed-plan.ts";
import { IoError } from "../../core/fault.ts";
import { hourText } from "../../core/hour.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { missingStreamText } from "../open/archive/missing-stream.ts";
import { openSealer, type Sealer } from "../open/archive/sealer.ts";
import { withPipelineOptions } from "../options/options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { createDaily } from "../process/daily.ts";
import { EXIT_INTERRUPTED } from "../process/exit-code.ts";
import { stopOnSignals } from "../process/stop-signal.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress, type Progress } from "../terminal/progress.ts";
import { formatBytes, formatCount, formatThings } from "../terminal/quantity.ts";
import { formatTable } from "../terminal/table.ts";
import { notifying, tell } from "../terminal/tell.ts";
import { type DutyOptions, goesOn, type Pass, repeatDuty, withDutyOptions } from "./duty.ts";

interface SealCommandOptions extends PipelineOptions, DutyOptions {
  readonly undated: boolean;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally seal --archive my-archive
  logtally seal pipelines/gitlab-com.yaml
  logtally seal --archive my-archive --set seal.lateness_ms=0 --json
  logtally seal pipelines/gitlab-com.yaml --every 5m --listen 0.0.0.0:9464
`;

export function sealCommand(): Command {
  const command = new Command("seal")
    .description(
      "Seals every hour that is due: writes its lines into the vault, without repeats, with a manifest that makes them " +
        "count, and the facts of their events. Lines that come later make a further revision. Any number of sealers may " +
        "run at once, and one that was killed is run again. Without a pipeline all streams of the archive are sealed.",
    )
    .argument("[pipeline]", "the pipeline whose stream is sealed (default: all streams, by pipelines/local.yaml)")
    .option("--no-undated", "leave lines without any time to another run: sealing some looks through all before them")
    .option("--json", "print a JSON line for each plan that was sealed");
  return withDutyOptions(withPipelineOptions(command)).addHelpText("after", EXAMPLES).action(seal);
}

async function seal(pipeline: string | undefined, options: SealCommandOptions): Promise<void> {
  if (goesOn(options)) return repeatDuty("seal", options, sealPass(pipeline, options));
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "the span under way is left to the next run");
  try {
    await sealOnce(pipeline, options, stop.signal);
  } finally {
    releaseSignals();
  }
  if (!stop.signal.aborted) return;
  tell("interrupted; what is listed is sealed");
  process.exitCode = EXIT_INTERRUPTED;
}

/** Lines without any time once a day alone: sealing some looks through all that came before. */
function sealPass(pipeline: string | undefined, options: SealCommandOptions): Pass {
  const daily = createDaily(SYSTEM_CLOCK);
  return async (signal, metrics) => {
    const undated = options.undated && daily.isDue();
    await sealOnce(pipeline, { ...options, undated }, signal, metrics);
    if (undated) daily.done();
    return { isRight: true };
  };
}

function beginSealed(metrics: Metrics | null, stream: string): void {
  metrics?.begin("logtally_sealed_plans_total", { stream });
  metrics?.begin("logtally_sealed_lines_total", { stream });
  metrics?.begin("logtally_sealed_duplicates_total", { stream });
}

function addSealed(metrics: Metrics | null, { manifest }: SealedPlan): void {
  const { stream, lines, duplicates_total: duplicates } = manifest;
  metrics?.add("logtally_sealed_plans_total", { stream }, 1);
  metrics?.add("logtally_sealed_lines_total", { stream }, lines);
  metrics?.add("logtally_sealed_duplicates_total", { stream }, duplicates);
}

/** Prints what it sealed. Rejects with `UsageError` or `IoError`; what was sealed stays sealed. */
async function sealOnce(
  pipeline: string | undefined,
  options: SealCommandOptions,
  signal: AbortSignal,
  metrics: Metrics | null = null,
): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const sealer = await openSealer(settings, pipeline === undefined ? null : settings.name);
  if (pipeline !== undefined && sealer.streams.length === 0 && options.every === undefined) {
    tell(missingStreamText("seal", settings.name, sealer.allStreams));
  }
  for (const stream of sealer.streams) beginSealed(metrics, stream);
  const sealed: SealedPlan[] = [];
  try {
    await sealAll(sealer, { withUndated: options.undated, signal }, sealed);
  } finally {
    sealer.close();
    for (const plan of sealed) addSealed(metrics, plan);
    const isWorthIt = sealed.length > 0 || options.every === undefined;
    // Also where something failed: it is sealed for good.
    if (isWorthIt) await print(options.json === true ? sealed.map(sealedJson).join("") : sealedTable(sealed));
  }
}

/** One stream after the other; what is wrong with one does not hold up the others. Rejects with the first `IoError`. */
export async function sealAll(
  { streams, seal: sealOne }: Sealer,
  rest: { readonly withUndated: boolean; readonly signal: AbortSignal },
  sealed: SealedPlan[],
): Promise<void> {
  const failures: IoError[] = [];
  for (const stream of streams) {
    if (rest.signal.aborted) break;
    const bars: Progress[] = [];
    try {
      await sealOne(stream, {
        ...rest,
        onTotal: (bytes) => bars.push(createProgress(`sealing ${stream}`, bytes)),
        onBytes: (bytes) => bars[0]?.add(bytes),
        onSealed: (plan) => sealed.push(plan),
        onTrouble: notifying("seal_failed"),
      });
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      failures.push(error);
    } finally {
      for (const bar of bars) bar.stop();
    }
  }
  if (failures[0] !== undefined) throw failures[0];
}

/** What a plan came to, as JSON. */
function sealedJson({ name, manifest }: SealedPlan): string {
  const { stream, first_hour, hours, plan, revision, lines, duplicates_total: duplicates, conflicts } = manifest;
  const inputs = manifest.inputs.length;
  const stored = storedBytes(manifest);
  const json = {
    stream,
    first_hour,
    hours,
    plan,
    revision: revision === 0 ? null : revision,
    lines,
    duplicates,
    conflicts: conflicts.length,
    inputs,
    stored_bytes: stored,
    manifest: name,
  };
  return `${JSON.stringify(json)}\n`;
}

function sealedTable(sealed: readonly SealedPlan[]): string {
  if (sealed.length === 0) return "nothing is due\n";
  const lines = sealed.reduce((sum, { manifest }) => sum + manifest.lines, 0);
  const table = formatTable(
    [
      { head: "stream", align: "left", cell: ({ manifest }) => manifest.stream },
      { head: "first hour", align: "left", cell: ({ span }) => hourText(span.firstHour) },
      { head: "hours", align: "right", cell: ({ span }) => formatCount(span.hours) },
      {
        head: "revision",
        align: "right",
        cell: ({ manifest }) => (manifest.revision === 0 ? "–" : `${manifest.revision}`),
      },
      { head: "lines", align: "right", cell: ({ manifest }) => formatCount(manifest.lines) },
      { head: "duplicates", align: "right", cell: ({ manifest }) => formatCount(manifest.duplicates_total) },
      { head: "stored", align: "right", cell: ({ manifest }) => formatBytes(storedBytes(manifest)) },
    ],
    sealed,
  );
  return `${table}${formatThings(lines, "line")} sealed, ${formatThings(sealed.length, "plan")}\n`;
}

function storedBytes({ outputs }: SealedPlan["manifest"]): number {
  return outputs.reduce((sum, { lines, meta }) => sum + lines.size_bytes + meta.size_bytes, 0);
}
