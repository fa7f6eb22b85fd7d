import { Command } from "commander";
import type { PipelineSettings } from "../../config/pipeline.ts";
import type { LedgerReport } from "../../counts/ledger/ledger-report.ts";
import { openArchiveStore } from "../open/archive-store.ts";
import { instantBefore } from "../options/instant.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan, isBordered } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { givingUp, proveUnlessStopped } from "../process/interruptible.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import { balanceBooks } from "./ledger-balance.ts";
import { ledgerTable } from "./ledger-table.ts";

interface LedgerOptions extends PipelineOptions {
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
  return withPipelineOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (pipeline: string | undefined, options: LedgerOptions) => {
      checkSpan(options, "balance hours");
      const settings = await loadSettings(pipeline, options);
      await proveUnlessStopped(async (signal) => {
        const report = await balance(settings, options, signal);
        await print(
          options.json === true ? `${JSON.stringify(report, null, 2)}\n` : ledgerTable(report, isBordered(options)),
        );
        if (!report.balances) process.exitCode = EXIT_NOT_RIGHT;
      });
    });
}

async function balance(settings: PipelineSettings, options: LedgerOptions, signal: AbortSignal): Promise<LedgerReport> {
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
