import { Command } from "commander";
import { differenceText } from "../../archive/audit/difference.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import type { LedgerReport } from "../../counts/ledger/ledger-report.ts";
import type { Sample } from "../../observe/metrics.ts";
import { openArchiveStore } from "../open/archive/archive-store.ts";
import { instantBefore } from "../options/instant.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan, isBordered, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { givingUp, proveUnlessStopped } from "../process/interruptible.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { notify } from "../terminal/tell.ts";
import { type DutyOptions, goesOn, type Pass, repeatDuty, withDutyOptions } from "./duty.ts";
import { balanceBooks } from "./ledger-balance.ts";
import { ledgerTable } from "./ledger-table.ts";

interface LedgerOptions extends PipelineOptions, DutyOptions {
  readonly since?: number;
  readonly until?: number;
  readonly deep?: true;
  readonly index: boolean;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  logtally ledger --since 2020-12-22 --until 2020-12-23
  logtally ledger --since 7d --deep
  logtally ledger --since 7d --every 1h --listen 9464   # the last seven days, whenever it looks
  logtally ledger --json | jq '.hours[] | select(.balances | not)'
`;

export function ledgerCommand(): Command {
  const instant = instantBefore(SYSTEM_CLOCK.nowMs());
  const command = new Command("ledger")
    .description(
      "Balances the books of an archive, for each hour of each stream: received = archived + duplicates; archived = " +
        "counted + eventless + quarantined; indexed = archived - outside - not yet. What was received comes from the " +
        "write-ahead objects while they are there, what is archived from the segments, the rest from the manifests. " +
        "What does not balance is named, down to segment and line. Exits with 1 then.",
    )
    .argument("[pipeline]", "the pipeline whose archive and index it is (default: pipelines/local.yaml)")
    .option("--since <time>", "hours from this time on: RFC 3339, a day, or so long ago (30m, 2h, 7d)", instant)
    .option("--until <time>", "hours before this time, written likewise; an hour without time is in no span", instant)
    .option("--deep", "also read every byte of the segments, and look for every received line in them")
    .option("--no-index", "do not ask the index")
    .option("--json", "print JSON");
  return withDutyOptions(withPipelineOptions(command))
    .addHelpText("after", EXAMPLES)
    .action(async (pipeline: string | undefined, options: LedgerOptions) => {
      checkSpan(options, "balance hours");
      if (goesOn(options)) return repeatDuty("ledger", options, ledgerPass(pipeline, options));
      const settings = await loadSettings(pipeline, options);
      await proveUnlessStopped(async (signal) => {
        const report = await balance(settings, options, signal);
        await print(reportText(report, options));
        if (!report.balances) process.exitCode = EXIT_NOT_RIGHT;
      });
    });
}

function reportText(report: LedgerReport, options: LedgerOptions): string {
  return options.json === true ? `${JSON.stringify(report, null, 2)}\n` : ledgerTable(report, isBordered(options));
}

/** The span moves on with the time: the last seven days stay the last seven days. Prints what does not balance. */
function ledgerPass(pipeline: string | undefined, options: LedgerOptions): Pass {
  const beganMs = SYSTEM_CLOCK.nowMs();
  return async (signal) => {
    const elapsedMs = SYSTEM_CLOCK.nowMs() - beganMs;
    const moved = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms + elapsedMs);
    const settings = await loadSettings(pipeline, options);
    const span = { since: moved(options.since), until: moved(options.until) };
    const report = await unlessStopped(balance(settings, { ...options, ...span }, signal), signal);
    if (report === null) return { isRight: true };
    if (!report.balances) {
      notify("ledger_unbalanced", report.problems.map(differenceText));
      // Of many passes each is a line, for what collects them.
      await print(options.json === true ? `${JSON.stringify(report)}\n` : reportText(report, options));
    }
    return { isRight: report.balances, found: hourSamples(report) };
  };
}

/** Null where the signal has cut it short. */
async function unlessStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  }
}

function hourSamples({ hours }: LedgerReport): readonly Sample[] {
  return [...Map.groupBy(hours, ({ stream }) => stream)].flatMap(([stream, ofStream]) =>
    [true, false].map((balances) => ({
      name: "logtally_ledger_hours" as const,
      labels: { stream, balances: String(balances) },
      value: ofStream.filter((row) => row.balances === balances).length,
    })),
  );
}

async function balance(
  settings: PipelineSettings,
  options: Pick<LedgerOptions, "deep" | "index"> & TimeSpan,
  signal: AbortSignal,
): Promise<LedgerReport> {
  const store = await openArchiveStore(settings.archive);
  await store.check("read");
  const progress = createProgress("reading", null);
  try {
    return await balanceBooks({
      settings,
      store,
      span: options,
      isDeep: options.deep === true,
      withIndex: options.index,
      onBytes: givingUp(signal, progress.add),
    });
  } finally {
    progress.stop();
  }
}
