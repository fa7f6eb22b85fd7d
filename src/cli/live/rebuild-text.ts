import { formatCount, formatThings } from "../terminal/quantity.ts";
import { formatTable } from "../terminal/table.ts";
import type { RebuildOutcome } from "./rebuilding.ts";
import { reasonsText } from "./redrive-text.ts";

type Row = readonly [what: string, lines: number, remark: string];

/** For people. */
export function rebuildText(pipeline: string, { counts, quarantine, ledger }: RebuildOutcome): string {
  const rejected = Object.values(counts.rejected).reduce((sum, count) => sum + count, 0);
  const { rebuilt, kept, leftOut, gone } = counts;
  const hint = "they are gone, and of days before index.keep_days (hint: --revive makes them again)";
  const rows: readonly Row[] = [
    ["rebuilt", rebuilt, "in their indices, as documents are made today"],
    ["rejected", rejected, `in quarantine: ${reasonsText(counts.rejected)}`],
    ["kept", kept, "rejected as they are made today; their earlier documents stay"],
    ["left quarantine", quarantine.redriven, "in their indices now"],
    ["not found", quarantine.notFound, "stay in quarantine: the archive has no such line, or cannot read it"],
    ["left out", leftOut, `of ${[...gone].join(", ")}: ${hint}`],
  ];
  const table = formatTable(
    [
      { head: `pipeline ${pipeline}`, align: "left", cell: ([what]: Row) => what },
      { head: "lines", align: "right", cell: ([, count]) => formatCount(count) },
      { head: "", align: "left", cell: ([, count, remark]) => (count === 0 ? "" : remark) },
    ],
    rows,
  );
  return `${table}${agreementText(ledger)}`;
}

function agreementText(ledger: RebuildOutcome["ledger"]): string {
  if (ledger === null) return "index and archive were not compared: logtally ledger compares whole hours\n";
  const { archived, indexed, outside, not_yet: notYet, balances } = ledger;
  const parts = [
    `${formatCount(indexed ?? 0)} in the indices of their days or in quarantine`,
    `${formatCount(outside ?? 0)} outside`,
    `${formatCount(notYet ?? 0)} that wait`,
  ];
  const verdict = balances ? "agree" : "do not agree (hint: logtally ledger names the lines)";
  return `index and archive ${verdict}: ${formatThings(archived, "archived line")}, ${parts.join(", ")}\n`;
}

/** One line of JSON. */
export function rebuildJson(pipeline: string, { counts, quarantine, ledger }: RebuildOutcome): string {
  const { rebuilt, rejected, kept, leftOut, gone } = counts;
  const answer = {
    pipeline,
    rebuilt,
    rejected,
    kept,
    left_out: leftOut,
    left_out_indices: [...gone],
    left_quarantine: quarantine.redriven,
    not_found: quarantine.notFound,
    refused: quarantine.refused,
    strange: quarantine.strange,
    archived: ledger?.archived ?? null,
    indexed: ledger?.indexed ?? null,
    outside: ledger?.outside ?? null,
    not_yet: ledger?.not_yet ?? null,
    agrees: ledger?.balances ?? null,
  };
  return `${JSON.stringify(answer)}\n`;
}
