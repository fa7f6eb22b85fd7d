import { Command } from "commander";
import { collect } from "../../archive/gc/collect.ts";
import { type GcPlan, planGc } from "../../archive/gc/gc-plan.ts";
import { listStreams } from "../../archive/sealed-plan.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { openArchiveRemover, openArchiveStore } from "../open/archive/archive-store.ts";
import { withPipelineOptions } from "../options/options.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { notify } from "../terminal/tell.ts";
import { type DutyOptions, goesOn, repeatDuty, withDutyOptions } from "./duty.ts";
import { alteredText, type GcReport, gcJson, gcText, unprovenText } from "./gc-report.ts";
import { gcSamples } from "./gc-samples.ts";

interface GcCommandOptions extends PipelineOptions, DutyOptions {
  readonly json?: true;
  readonly dryRun?: true;
}

export function gcCommand(): Command {
  const command = new Command("gc")
    .description(
      "Removes the write-ahead objects of every stream of the archive whose every line is in a manifest that a digest " +
        "has signed. Removes nothing where the chain of digests, or what it names, is not as it was signed.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--dry-run", "print what would be removed, and remove nothing")
    .option("--json", "print a JSON line for each stream");
  return withDutyOptions(withPipelineOptions(command)).action(
    async (pipeline: string | undefined, options: GcCommandOptions) => {
      if (!goesOn(options)) {
        if (!isAllRight(await collectOnce(pipeline, options))) process.exitCode = EXIT_NOT_RIGHT;
        return;
      }
      await repeatDuty("gc", options, async (_signal, metrics) => {
        const reports = await collectOnce(pipeline, options);
        const isDryRun = options.dryRun === true;
        const found = reports.flatMap((report) => gcSamples(report, SYSTEM_CLOCK.nowMs(), isDryRun));
        for (const { plan, objects, bytes } of isDryRun ? [] : reports) {
          metrics?.add("logtally_collected_objects_total", { stream: plan.stream }, objects);
          metrics?.add("logtally_collected_bytes_total", { stream: plan.stream }, bytes);
        }
        return { isRight: isAllRight(reports), found };
      });
    },
  );
}

/** Prints what it removed, and tells what it could not. Rejects with `UsageError` or `IoError`. */
async function collectOnce(pipeline: string | undefined, options: GcCommandOptions): Promise<readonly GcReport[]> {
  const settings = await loadSettings(pipeline, options);
  const nowMs = SYSTEM_CLOCK.nowMs();
  const plans = await planAll(settings);
  const isDryRun = options.dryRun === true;
  const reports = isDryRun ? plans.map(asIfCollected) : await collectAll(settings, plans);
  for (const { altered, unproven } of reports) {
    for (const text of [...altered.map(alteredText), ...unproven.map(unprovenText)]) notify("gc_refused", text);
  }
  const isWorthIt = ({ objects }: GcReport): boolean => options.every === undefined || objects > 0;
  for (const report of reports.filter(isWorthIt)) {
    await print(options.json ? gcJson(report, nowMs, isDryRun) : gcText(report, nowMs, isDryRun));
  }
  if (reports.length === 0 && options.json !== true && options.every === undefined) await print("nothing to remove\n");
  return reports;
}

function isAllRight(reports: readonly GcReport[]): boolean {
  return reports.every(({ altered, unproven }) => altered.length === 0 && unproven.length === 0);
}

/** All streams are looked at before anything is removed. */
async function planAll({ archive }: PipelineSettings): Promise<GcPlan[]> {
  const store = await openArchiveStore(archive);
  await store.check("read");
  const plans: GcPlan[] = [];
  for (const stream of await listStreams(store)) plans.push(await planGc(store, stream));
  return plans;
}

async function collectAll({ archive }: PipelineSettings, plans: readonly GcPlan[]): Promise<GcReport[]> {
  const store = await openArchiveStore(archive);
  const remover = await openArchiveRemover(archive);
  const readBytes = ({ holders }: GcPlan): number => holders.reduce((total, { size_bytes: bytes }) => total + bytes, 0);
  const totalBytes = plans.reduce((total, plan) => total + readBytes(plan) + sizeOf(plan), 0);
  const progress = createProgress("removing", totalBytes);
  try {
    const reports: GcReport[] = [];
    for (const plan of plans)
      reports.push({ plan, ...(await collect(plan, { store, remover, onBytes: progress.add })) });
    return reports;
  } finally {
    progress.stop();
  }
}

function asIfCollected(plan: GcPlan): GcReport {
  return { plan, objects: plan.removable.length, bytes: sizeOf(plan), altered: [], unproven: [] };
}

function sizeOf({ removable }: GcPlan): number {
  return removable.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
