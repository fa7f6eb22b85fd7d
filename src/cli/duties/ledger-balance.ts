import { listStreams } from "../../archive/sealed-plan.ts";
import type { PipelineSettings } from "../../config/pipeline.ts";
import type { ArchivedLine } from "../../core/archived-line.ts";
import type { ObjectStore } from "../../core/object-store.ts";
import { findLostPlans } from "../../counts/books/lost-plans.ts";
import { readLedger } from "../../counts/ledger/ledger.ts";
import { type LedgerReport, ledgerReport, type ReportedStream } from "../../counts/ledger/ledger-report.ts";
import { lookAgain } from "../../counts/second-look.ts";
import { readIndexLedger } from "../open/cluster/index-ledger.ts";
import { openEventReader } from "../open/counts/event-reader.ts";
import { daysBetween, hoursBetween, type TimeSpan } from "../options/time-span.ts";

interface BalanceOptions {
  readonly settings: PipelineSettings;
  readonly store: ObjectStore;
  /** Hours that overlap it are balanced. */
  readonly span: TimeSpan;
  /** Also reads every byte of the segments. */
  readonly isDeep: boolean;
  readonly withIndex: boolean;
  /** Is told of stored bytes that were read, and of none before the index is asked; may throw. */
  readonly onBytes: (bytes: number) => void;
}

/** Balances the books of all streams of an archive. Rejects with `UsageError` or `IoError`. */
export async function balanceBooks(options: BalanceOptions): Promise<LedgerReport> {
  const { settings, store, span } = options;
  const eventsOf = await openEventReader(settings);
  const streams: ReportedStream[] = [];
  for (const stream of await listStreams(store)) {
    streams.push(await balanceStream({ ...options, eventsOf }, stream));
  }
  const books = streams.map(({ ledger }) => ledger);
  const lost = await findLostPlans(store, books, daysBetween(span));
  return ledgerReport(streams, lost);
}

interface Balancing extends BalanceOptions {
  readonly eventsOf: (line: ArchivedLine) => readonly string[];
}

/** The lines that the index lacks are looked for after the rest, and may be removed by then. */
function balanceStream(parts: Balancing, stream: string): Promise<ReportedStream> {
  return lookAgain(parts.store, (store) => balanceOnce({ ...parts, store }, stream));
}

async function balanceOnce(parts: Balancing, stream: string): Promise<ReportedStream> {
  const { settings, store, span, isDeep, withIndex, eventsOf, onBytes } = parts;
  const ledger = await readLedger({ store, stream, takes: hoursBetween(span), isDeep, eventsOf, onBytes });
  const isIndexed = withIndex && stream === settings.name && settings.index !== null;
  // Nothing is read while the index answers, and of a large archive it is asked for long.
  const onRequest = (): void => onBytes(0);
  return { ledger, index: isIndexed ? await readIndexLedger(settings.index, store, stream, ledger, onRequest) : null };
}
