import { Command } from "commander";
import { type AlteredObject, type Collected, collect } from "../archive/gc/collect.ts";
import { type GcPlan, KEPT_REASONS, type KeptReason, planGc } from "../archive/gc/gc-plan.ts";
import { listStreams } from "../archive/sealed-plan.ts";
import type { PipelineSettings } from "../config/pipeline.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../core/units.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { EXIT_NOT_RIGHT } from "./exit-code.ts";
import { openArchiveRemover, openArchiveStore } from "./open/archive-store.ts";
import { withPipelineOptions } from "./options.ts";
import { print } from "./print.ts";
import { createProgress } from "./progress.ts";
import { formatBytes, formatThings } from "./quantity.ts";
import { loadSettings, type PipelineOptions } from "./settings.ts";
import { tell } from "./tell.ts";

/** After an index has been away for so long that what comes is marked, a worker may need a while to do so. */
const MARKING_MS = 15 * MINUTE_MS;

interface GcCommandOptions extends PipelineOptions {
  readonly json?: true;
  readonly dryRun?: true;
}

/** What was done with a stream, or would be. */
interface GcReport extends Collected {
  readonly plan: GcPlan;
}

export function gcCommand(): Command {
  const command = new Command("gc")
    .summary("remove write-ahead objects whose lines are sealed and signed")
    .description(
      "Removes the write-ahead objects of every stream of the archive whose every line is in a manifest that a digest " +
        "has signed. Removes nothing where the chain of digests, or what it names, is not as it was signed.",
    )
    .argument("[pipeline]", "the pipeline whose archive it is (default: pipelines/local.yaml)")
    .option("--dry-run", "print what would be removed, and remove nothing")
    .option("--json", "print a JSON line for each stream");
  return withPipelineOptions(command).action(async (pipeline: string | undefined, options: GcCommandOptions) => {
    const settings = await loadSettings(pipeline, options);
    const nowMs = SYSTEM_CLOCK.nowMs();
    const plans = await planAll(settings, nowMs);
    const isDryRun = options.dryRun === true;
    const reports = isDryRun ? plans.map(asIfCollected) : await collectAll(settings, plans);
    for (const { altered } of reports) for (const each of altered) tell(alteredText(each));
    if (reports.some(({ altered }) => altered.length > 0)) process.exitCode = EXIT_NOT_RIGHT;
    for (const report of reports) {
      await print(
        options.json ? `${JSON.stringify(asJson(report, nowMs, isDryRun))}\n` : asText(report, nowMs, isDryRun),
      );
    }
    if (reports.length === 0 && options.json !== true) await print("nothing to remove\n");
  });
}

/** All streams are looked at before anything is removed. */
async function planAll({ archive, index }: PipelineSettings, nowMs: number): Promise<GcPlan[]> {
  const store = await openArchiveStore(archive);
  await store.check("read");
  const indexingMs = index === null ? 0 : index.spillAfterMs + MARKING_MS;
  const plans: GcPlan[] = [];
  for (const stream of await listStreams(store)) plans.push(await planGc(stream, { store, nowMs, indexingMs }));
  return plans;
}

async function collectAll({ archive }: PipelineSettings, plans: readonly GcPlan[]): Promise<GcReport[]> {
  const store = await openArchiveStore(archive);
  const remover = await openArchiveRemover(archive);
  const totalBytes = plans.reduce((total, plan) => total + sizeOf(plan), 0);
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
  return { plan, objects: plan.removable.length, bytes: sizeOf(plan), altered: [] };
}

function sizeOf({ removable }: GcPlan): number {
  return removable.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

function alteredText({ said, found }: AlteredObject): string {
  return (
    `"${said.name}" stays: it has ${found.size_bytes} bytes and SHA-256 ${found.sha256}, and was sealed with ` +
    `${said.size_bytes} bytes and ${said.sha256} (hint: two workers share one writer name, or it was altered: keep a copy)`
  );
}

const KEPT_WORDS: Readonly<Record<KeptReason, string>> = {
  not_sealed: "not sealed",
  not_signed: "sealed, not signed",
  not_indexed: "signed, to be indexed",
};

function asText({ plan, objects, bytes, altered }: GcReport, nowMs: number, isDryRun: boolean): string {
  const names = isDryRun ? plan.removable.map(({ name }) => `would remove ${name}\n`).join("") : "";
  const removed = `${formatThings(objects, "object")}, ${formatBytes(bytes)}`;
  const kept = KEPT_REASONS.filter((reason) => plan.kept[reason].objects > 0).map((reason) => {
    const amount = plan.kept[reason];
    return `  kept, ${KEPT_WORDS[reason]}: ${formatThings(amount.objects, "object")}, ${formatBytes(amount.bytes)}\n`;
  });
  if (altered.length > 0) kept.push(`  kept, altered: ${formatThings(altered.length, "object")}\n`);
  const oldest =
    plan.oldestUnsealedMs === null ? "" : `  oldest not sealed: ${ageText(nowMs - plan.oldestUnsealedMs)}\n`;
  return `${names}stream ${plan.stream}: ${isDryRun ? "would remove" : "removed"} ${removed}\n${kept.join("")}${oldest}`;
}

/** `12 minutes old` */
function ageText(ageMs: number): string {
  const [unitMs, unit] = [
    [DAY_MS, "day"],
    [HOUR_MS, "hour"],
    [MINUTE_MS, "minute"],
  ].find(([ms]) => ageMs >= Number(ms)) ?? [SECOND_MS, "second"];
  return `${formatThings(Math.floor(Math.max(ageMs, 0) / Number(unitMs)), String(unit))} old`;
}

function asJson({ plan, objects, bytes, altered }: GcReport, nowMs: number, isDryRun: boolean) {
  const { stream, kept, oldestUnsealedMs, removable } = plan;
  return {
    stream,
    dry_run: isDryRun,
    removed: { objects, bytes },
    kept: {
      ...kept,
      altered: { objects: altered.length, bytes: altered.reduce((sum, each) => sum + each.found.size_bytes, 0) },
    },
    oldest_unsealed_s:
      oldestUnsealedMs === null ? null : Math.max(0, Math.floor((nowMs - oldestUnsealedMs) / SECOND_MS)),
    ...(isDryRun ? { would_remove: removable.map(({ name }) => name) } : {}),
  };
}
