import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { listStreams } from "../../archive/sealed-plan.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import { UsageError } from "../../core/fault.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { DAY_MS, SECOND_MS } from "../../core/units.ts";
import { planTraffic } from "../../generate/plan.ts";
import { createTruth } from "../../generate/truth.ts";
import { type TruthReport, truthReport } from "../../generate/truth-report.ts";
import { listSegments, totalsOf } from "../archive/archive-ls.ts";
import { openArchiveStore } from "../open/archive/archive-store.ts";
import { EXIT_INTERRUPTED, EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { askedFor } from "../run/run.ts";
import { runAll } from "../run/run-all.ts";
import { runSummaryText } from "../run/run-summary.ts";
import { BUNDLED_PIPELINE, loadSettings } from "../settings.ts";
import { ask } from "../terminal/ask.ts";
import { openOutput } from "../terminal/output.ts";
import { print } from "../terminal/print.ts";
import { formatBytes, formatCount, formatRatio } from "../terminal/quantity.ts";
import { sendTraffic } from "./send-traffic.ts";

/** Tuesday, 22 December 2020, on an instance of this size; the same lines each time. */
const DAY = planTraffic({
  seed: 1,
  fromMs: Date.UTC(2020, 11, 22),
  users: 80,
  lines: null,
  seconds: DAY_MS / SECOND_MS,
  rate: null,
  form: "fluentd",
  batch: null,
  redelivered: 0,
  republished: 0.001,
  poisoned: 0.001,
});

const STREAM = "demo";
const ARCHIVE = "archive";
/** The bundled pipeline with a name of its own: what the current folder has is not meant, and not touched. */
const OPTIONS = { archive: ARCHIVE, set: [`name=${STREAM}`] };

const NEXT_COMMANDS = `
Five commands worth typing next:

  npx logtally explore                                         the page: lines, counts, and whether all of it is intact
  npx logtally counts --by group --event git_push git_fetch    the same numbers, by another segment
  npx logtally archive find --event git_push > pushes.ndjson   the raw lines behind a number, byte for byte
  npx logtally explain pushes.ndjson | head -n 20              why they count, and what others lack
  find ${ARCHIVE}/wal -name '*.zst' | xargs zstdcat | head -n 1   the archive, read without logtally
`;

/** What `npm start` runs. */
export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "Simulates a day of a GitLab instance, runs its lines through the bundled pipeline into the folder archive, " +
        "counts them from there, holds the counts against what was done, and seals and signs the archive. On a terminal " +
        "it offers the page to look at it.",
    )
    .action(demo);
}

async function demo(): Promise<void> {
  const settings = await loadSettings(BUNDLED_PIPELINE, OPTIONS);
  const store = await openArchiveStore(settings.archive);
  await refuseOthers(store);
  const isRight = await countDay(settings);
  const { demoProof } = await import("./demo-proof.ts");
  const proof = isRight === null ? null : await demoProof(settings);
  if (proof === null) {
    process.exitCode = EXIT_INTERRUPTED;
    return;
  }
  await print(`${await archiveText(store)}${proof}${NEXT_COMMANDS}`);
  if (isRight === false) process.exitCode = EXIT_NOT_RIGHT;
  await offerPage(settings);
}

/** Whether all counts are what was done; null where a signal stopped it. */
async function countDay(settings: PipelineSettings): Promise<boolean | null> {
  const folder = await mkdtemp(join(tmpdir(), "logtally-demo-"));
  try {
    const file = join(folder, "day.ndjson");
    const truth = await generateDay(file);
    if (truth === null || !(await runDay(file))) return null;
    const { demoCounts } = await import("./demo-counts.ts");
    const { text, isRight } = await demoCounts(settings, truth);
    await print(text);
    return isRight;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Where a person sits there; the others read what to type. */
async function offerPage(settings: PipelineSettings): Promise<void> {
  if (!(process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY)) return;
  const answer = await ask("\nLook at it in the browser now? [Y/n] ");
  if (answer === null || !/^(?:y|yes)?$/i.test(answer.trim())) return;
  const { AT_HOME, servePage } = await import("../explore/explore.ts");
  await print("\nOpen this in a browser: ");
  await servePage(settings, AT_HOME);
}

/** Simulated lines have no place among real ones. Rejects with `UsageError` where there are any. */
async function refuseOthers(store: ObjectStore): Promise<void> {
  for (const stream of await listStreams(store)) {
    if (stream === STREAM) continue;
    throw new UsageError(
      `run the demonstration: "${ARCHIVE}" holds lines of pipeline "${stream}" (hint: run it in another folder)`,
    );
  }
}

/** Null where a signal stopped it. */
async function generateDay(file: string): Promise<TruthReport | null> {
  const truth = createTruth(DAY.fromMs);
  const sending = { rate: null, showsProgress: true, onStop: "the demonstration ends" };
  const { lines, bytes, isInterrupted } = await sendTraffic(DAY, truth, await openOutput(file), sending);
  if (isInterrupted) return null;
  const size = `${formatCount(lines)} lines, ${formatBytes(bytes)}`;
  await print(`a simulated day of a GitLab instance with ${DAY.users} users: ${size}\n\n`);
  return truthReport(truth);
}

/** False where a signal stopped it. */
async function runDay(file: string): Promise<boolean> {
  const { summaries, failure } = await runAll(askedFor([BUNDLED_PIPELINE], { ...OPTIONS, from: [file] }), null, null);
  if (failure !== null) throw failure;
  await print(`${summaries.map(runSummaryText).join("\n")}\n`);
  return !summaries.some(({ isInterrupted }) => isInterrupted);
}

async function archiveText(store: ObjectStore): Promise<string> {
  const totals = totalsOf(await listSegments(store)).map(({ name, lines, raw_bytes: raw, stored_bytes: stored }) => {
    const size = `${formatBytes(raw)} raw, ${formatBytes(stored)} stored (${formatRatio(raw, stored)})`;
    return `archive "${ARCHIVE}": ${formatCount(lines)} lines in ${name}, ${size}\n`;
  });
  return totals.join("");
}
