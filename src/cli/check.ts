import { stat } from "node:fs/promises";
import { Command } from "commander";
import { createFolderStore } from "../backends/files/folder-store.ts";
import { expandPaths } from "../backends/files/paths.ts";
import type { SourceSettings } from "../config/pipeline.ts";
import { withPipelineOptions } from "./options.ts";
import { checkPseudonymKey } from "./pseudonym-key.ts";
import { formatBytes, formatCount } from "./quantity.ts";
import { loadCatalogue, loadSettings, type PipelineOptions } from "./settings.ts";
import { SYSTEM_CLOCK } from "./worker.ts";

export function checkCommand(): Command {
  const command = new Command("check")
    .summary("validate pipelines and reach what they need")
    .description("Validates every field of pipelines and reaches every service along its real path; writes nothing.")
    .argument("[pipeline...]", "pipeline files (default: pipelines/local.yaml)");
  return withPipelineOptions(command).action(async (pipelines: readonly string[], options: PipelineOptions) => {
    for (const pipeline of pipelines.length === 0 ? [undefined] : pipelines) await checkPipeline(pipeline, options);
  });
}

/** Prints a line for each part that is right; the first that is not is thrown. */
async function checkPipeline(pipeline: string | undefined, options: PipelineOptions): Promise<void> {
  const say = (part: string, what: string): boolean => process.stdout.write(`ok  ${part.padEnd(13)}  ${what}\n`);
  const settings = await loadSettings(pipeline, options);
  say("pipeline", `"${settings.name}", ${settings.deployment}`);
  const catalogue = await loadCatalogue(settings.cataloguePath);
  say("catalogue", `${catalogue.events.length} events, ${catalogue.digest}`);
  say("source", await describeSource(settings.source));
  await createFolderStore(settings.archive.path, SYSTEM_CLOCK.nowMs).check("write");
  say("archive", `folder "${settings.archive.path}" can be written`);
  say("pseudonym key", await checkPseudonymKey(settings));
}

async function describeSource(source: SourceSettings): Promise<string> {
  if (source.kind === "stdin") return "standard input";
  const files = await expandPaths(source.paths);
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return `${formatCount(files.length)} files, ${formatBytes(bytes)}`;
}
