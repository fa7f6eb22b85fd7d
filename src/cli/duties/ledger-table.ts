import { differenceText } from "../../archive/audit/difference.ts";
import type { LedgerReport, LedgerRow, LedgerTotal } from "../../counts/ledger/ledger-report.ts";
import { formatCount, formatThings } from "../terminal/quantity.ts";
import { type Column, formatTable } from "../terminal/table.ts";

type TableRow = LedgerTotal & Partial<Pick<LedgerRow, "stream" | "hour">>;

type Count = Exclude<keyof LedgerTotal, "sealed" | "balances">;

const COUNTS: readonly (readonly [head: string, name: Count])[] = [
  ["received", "received"],
  ["archived", "archived"],
  ["duplicates", "duplicates"],
  ["conflicts", "conflicts"],
  ["counted", "counted"],
  ["eventless", "eventless"],
  ["quarantined", "quarantined"],
  ["not sealed", "unsealed"],
];

const INDEX_COUNTS: typeof COUNTS = [
  ["indexed", "indexed"],
  ["outside", "outside"],
  ["not yet", "not_yet"],
];

/** The hours of all streams, their total, and what does not balance. `isSpan`: only some hours were asked for. */
export function ledgerTable(report: LedgerReport, isSpan: boolean): string {
  const { hours, total, problems, balances } = report;
  if (hours.length === 0 && problems.length === 0) return isSpan ? "no lines in this span\n" : "no lines\n";
  const isOneStream = new Set(hours.map(({ stream }) => stream)).size < 2;
  const counts = total.indexed === null ? COUNTS : [...COUNTS, ...INDEX_COUNTS];
  const columns: Column<TableRow>[] = [
    ...(isOneStream ? [] : [{ head: "stream", align: "left" as const, cell: (row: TableRow) => row.stream ?? "" }]),
    { head: "hour", align: "left", cell: (row) => row.hour ?? `in all, ${formatThings(hours.length, "hour")}` },
    ...counts.map(([head, name]) => ({ head, align: "right" as const, cell: (row: TableRow) => countText(row[name]) })),
    { head: "", align: "left", cell: (row) => (row.balances ? "ok" : "NOT BALANCED") },
  ];
  const lines = problems.map((problem) => `${differenceText(problem)}\n`);
  const verdict = balances ? "every hour balances\n" : `${formatThings(problems.length, "problem")}\n`;
  return `${formatTable<TableRow>(columns, [...hours, total])}\n${lines.join("")}${lines.length === 0 ? "" : "\n"}${verdict}`;
}

function countText(count: number | null): string {
  return count === null ? "–" : formatCount(count);
}
