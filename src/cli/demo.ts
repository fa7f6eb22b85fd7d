import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Command } from "commander";
import { createFolderStore } from "../backends/files/folder-store.ts";
import type { PipelineSettings } from "../config/pipeline.ts";
import { DAY_MS, SECOND_MS } from "../core/units.ts";
import { planTraffic } from "../generate/plan.ts";
import { createTruth } from "../generate/truth.ts";
import { type TruthReport, truthReport } from "../generate/truth-report.ts";
import { listSegments, totalOf } from "./archive-ls.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { EXIT_INTERRUPTED, EXIT_NOT_RIGHT } from "./exit-code.ts";
import { formatBytes, formatCount, formatRatio, formatThings } from "./quantity.ts";
import { runAll } from "./run.ts";
import { runSummaryText } from "./run-summary.ts";
import { loadSettings } from "./settings.ts";
import { stopOnSignals } from "./stop-signal.ts";
import { openOutput, type SentTotals, sendTraffic } from "./traffic-output.ts";
import { trafficProgress } from "./traffic-progress.ts";

/** Tuesday, 22 December 2020, on an instance of this size; the same lines each time. */
const DAY = planTraffic({
  seed: 1,
  fromMs: Date.UTC(2020, 11, 22),
  users: 120,
  lines: null,
  seconds: DAY_MS / SECOND_MS,
  rate: null,
  form: "fluentd",
  batch: null,
  redelivered: 0,
  republished: 0.001,
  poisoned: 0.001,
});

const nextCommands = (folder: string): string => `
Four commands worth typing next:

  npx logtally counts --by group --event git_push git_fetch    the same numbers, by another segment
  npx logtally archive find --event git_push > pushes.ndjson   the raw lines behind a number, byte for byte
  npx logtally explain pushes.ndjson | head -n 20              why they count, and what others lack
  find ${folder}/wal -name '*.zst' | xargs zstdcat | head -n 1   the archive, read without logtally
`;

/** What `npm start` runs. */
export function demoCommand(): Command {
  return new Command("demo")
    .summary("the main job on a simulated day, from lines to counts")
    .description(
      "Simulates a day of a GitLab instance, runs its lines through pipelines/local.yaml, counts them from the archive, " +
        "and holds the counts against what was done.",
    )
    .action(demo);
}

async function demo(): Promise<void> {
  const settings = await loadSettings(undefined, {});
  const folder = await mkdtemp(join(tmpdir(), "logtally-demo-"));
  try {
    const file = join(folder, "day.ndjson");
    const truth = await generateDay(file);
    if (truth === null || !(await runDay(file))) {
      process.exitCode = EXIT_INTERRUPTED;
      return;
    }
    const { demoCounts } = await import("./demo-counts.ts");
    const { text, isRight } = await demoCounts(settings, truth);
    process.stdout.write(`${text}${await archiveText(settings)}`);
    if (!isRight) process.exitCode = EXIT_NOT_RIGHT;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Null where a signal stopped it. */
async function generateDay(file: string): Promise<TruthReport | null> {
  const truth = createTruth(DAY.fromMs);
  const output = await openOutput(file);
  const stop = new AbortController();
  const releaseSignals = stopOnSignals(stop, "the demonstration ends");
  const progress = trafficProgress(DAY);
  const sending = { rate: null, signal: stop.signal, onSent: progress.set };
  let sent: SentTotals;
  try {
    sent = await sendTraffic(DAY, truth, output, sending);
    await output.close();
  } finally {
    progress.stop();
    releaseSignals();
  }
  if (stop.signal.aborted) return null;
  const size = `${formatCount(sent.lines)} lines, ${formatBytes(sent.bytes)}`;
  process.stdout.write(`a simulated day of a GitLab instance with ${DAY.users} users: ${size}\n\n`);
  return truthReport(truth);
}

/** False where a signal stopped it. */
async function runDay(file: string): Promise<boolean> {
  const { summaries, failure } = await runAll([undefined], { from: [file] });
  if (failure !== null) throw failure;
  process.stdout.write(`${summaries.map(runSummaryText).join("\n")}\n`);
  return !summaries.some(({ isInterrupted }) => isInterrupted);
}

async function archiveText({ archive }: PipelineSettings): Promise<string> {
  const folder = relative(process.cwd(), archive.path);
  const segments = await listSegments(createFolderStore(archive.path, SYSTEM_CLOCK.nowMs));
  const { lines, raw_bytes: raw, stored_bytes: stored } = totalOf(segments);
  const size = `${formatBytes(raw)} raw, ${formatBytes(stored)} stored (${formatRatio(raw, stored)})`;
  const what = `${formatCount(lines)} lines in ${formatThings(segments.length, "segment")}, ${size}`;
  return `archive "${folder}": ${what}\n${nextCommands(folder)}`;
}
