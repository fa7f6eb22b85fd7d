import { Command } from "commander";
import { listStreams } from "../../archive/sealed-plan.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { findLostPlans } from "../../counts/books/lost-plans.ts";
import { readLedger } from "../../counts/ledger/ledger.ts";
import { type LedgerReport, ledgerReport, type ReportedStream } from "../../counts/ledger/ledger-report.ts";
import { lookAgain } from "../../counts/second-look.ts";
import { openArchiveStore } from "../open/archive-store.ts";
import { openEventReader } from "../open/event-reader.ts";
import { readIndexLedger } from "../open/index-ledger.ts";
import { instantBefore } from "../options/instant.ts";
import { withPipelineOptions } from "../options/options.ts";
import { checkSpan, daysBetween, hoursBetween, isBordered } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { givingUp, proveUnlessStopped } from "../process/interruptible.ts";
import { loadSettings, type PipelineOptions } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { createProgress, type Progress } from "../terminal/progress.ts";
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
    .summary("the lines of every hour, and whether they balance")
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
  const eventsOf = await openEventReader(settings);
  const progress = createProgress("reading", null);
  try {
    const streams: ReportedStream[] = [];
    for (const stream of await listStreams(store)) {
      streams.push(await balanceStream({ settings, options, store, eventsOf, progress, signal }, stream));
    }
    const books = streams.map(({ ledger }) => ledger);
    const lost = await findLostPlans(store, books, daysBetween(options));
    return ledgerReport(streams, lost);
  } finally {
    progress.stop();
  }
}

interface Balancing {
  readonly settings: PipelineSettings;
  readonly options: LedgerOptions;
  readonly store: ObjectStore;
  readonly eventsOf: (line: ArchivedLine) => readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** The lines that the index lacks are looked for after the rest, and may be removed by then. */
function balanceStream(parts: Balancing, stream: string): Promise<ReportedStream> {
  return lookAgain(parts.store, (store) => balanceOnce({ ...parts, store }, stream));
}

async function balanceOnce(parts: Balancing, stream: string): Promise<ReportedStream> {
  const { settings, options, store, eventsOf, progress, signal } = parts;
  const ledger = await readLedger({
    store,
    stream,
    takes: hoursBetween(options),
    isDeep: options.deep === true,
    eventsOf,
    onBytes: givingUp(signal, progress.add),
  });
  const isIndexed = options.index && stream === settings.name && settings.index !== null;
  return { ledger, index: isIndexed ? await readIndexLedger(settings.index, store, stream, ledger) : null };
}
