import type { Difference } from "../../archive/audit/difference.ts";
import { hourText } from "../../core/hour.ts";
import { addFigures, addsUp, type Figures, noFigures } from "./figures.ts";
import type { IndexLedger } from "./index-figures.ts";
import type { StreamLedger } from "./ledger.ts";

/** All hours as one in `ledger --json`, in its words. */
export interface LedgerTotal extends Readonly<Figures> {
  /** Documents in the index; null without one, as the next two. */
  readonly indexed: number | null;
  /** Lines of days for which there is no index, or none any more. */
  readonly outside: number | null;
  /** Lines that wait to be indexed. */
  readonly not_yet: number | null;
  /** False while a line that was received is not sealed. */
  readonly sealed: boolean;
  readonly balances: boolean;
}

/** An hour of a stream. */
export interface LedgerRow extends LedgerTotal {
  readonly stream: string;
  /** The hour's start in RFC 3339, or `undated`. */
  readonly hour: string;
}

export interface LedgerReport {
  readonly hours: readonly LedgerRow[];
  readonly total: LedgerTotal;
  readonly balances: boolean;
  readonly problems: readonly Difference[];
}

/** `index` is null for a stream without one. */
export interface ReportedStream {
  readonly ledger: StreamLedger;
  readonly index: IndexLedger | null;
}

/** `lost`: what is missing of the plans of all streams. */
export function ledgerReport(streams: readonly ReportedStream[], lost: readonly Difference[] = []): LedgerReport {
  const ofStreams = streams.flatMap(({ ledger, index }) => [...ledger.differences, ...(index?.differences ?? [])]);
  const problems = [...lost, ...ofStreams];
  const hours = streams.flatMap(({ ledger, index }) =>
    ledger.hours.map(({ stream, hour, figures }): LedgerRow => {
      const text = hourText(hour);
      const documents = index?.hours.get(hour);
      return {
        stream,
        hour: text,
        ...figures,
        indexed: documents?.indexed ?? null,
        outside: documents?.outside ?? null,
        not_yet: documents?.notYet ?? null,
        sealed: figures.unsealed === 0,
        balances: addsUp(figures) && !problems.some((problem) => problem.stream === stream && problem.hour === text),
      };
    }),
  );
  const balances = problems.length === 0 && hours.every((row) => row.balances);
  return { hours, total: totalOf(hours, balances), balances, problems };
}

function totalOf(hours: readonly LedgerRow[], balances: boolean): LedgerTotal {
  const sum = noFigures();
  for (const hour of hours) addFigures(sum, hour);
  const withIndex = hours.filter(({ indexed }) => indexed !== null);
  const ofIndex = (name: "indexed" | "outside" | "not_yet"): number | null =>
    withIndex.length === 0 ? null : withIndex.reduce((total, row) => total + (row[name] ?? 0), 0);
  return {
    ...sum,
    indexed: ofIndex("indexed"),
    outside: ofIndex("outside"),
    not_yet: ofIndex("not_yet"),
    sealed: sum.unsealed === 0,
    balances,
  };
}
