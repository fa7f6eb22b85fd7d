import { relative } from "node:path";
import { Command } from "commander";
import { createFolderStore } from "../backends/files/folder-store.ts";
import { listSegments, totalOf } from "./archive-ls.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { formatBytes, formatCount, formatRatio, formatThings } from "./quantity.ts";
import { runAll } from "./run.ts";
import { runSummaryText } from "./run-summary.ts";
import { loadSettings } from "./settings.ts";

const nextCommands = (folder: string): string => `
Three commands worth typing next:

  npx logtally counts --by group --event git_push git_fetch      the same numbers, by another segment
  npx logtally archive find --event git_push                     the raw lines behind a number, byte for byte
  find ${folder}/wal -name '*.zst' | xargs zstdcat | head -n 1     the archive, read without logtally
`;

/** What `npm start` runs. */
export function demoCommand(): Command {
  return new Command("demo")
    .summary("the main job on bundled sample traffic, from lines to counts")
    .description("Runs pipelines/local.yaml on the bundled sample traffic, and shows what came of it.")
    .action(demo);
}

async function demo(): Promise<void> {
  const { summaries, failure } = await runAll([undefined], {});
  if (failure !== null) throw failure;
  process.stdout.write(`${summaries.map(runSummaryText).join("\n")}\n`);
  const { countsText } = await import("./counts-text.ts");
  process.stdout.write(await countsText(undefined, { by: "instance", days: 28, format: "table" }));
  const { archive } = await loadSettings(undefined, {});
  const folder = relative(process.cwd(), archive.path);
  const segments = await listSegments(createFolderStore(archive.path, SYSTEM_CLOCK.nowMs));
  const { lines, raw_bytes: raw, stored_bytes: stored } = totalOf(segments);
  process.stdout.write(
    `\narchive "${folder}": ${formatCount(lines)} lines in ${formatThings(segments.length, "segment")}, ` +
      `${formatBytes(raw)} raw, ${formatBytes(stored)} stored (${formatRatio(raw, stored)})\n${nextCommands(folder)}`,
  );
}
