import type { QuarantineCounts } from "../../backends/elasticsearch/quarantined-lines.ts";
import { formatCount } from "../terminal/quantity.ts";
import { formatTable } from "../terminal/table.ts";
import type { RedriveCounts } from "./redriving.ts";

type Row = readonly [what: string, lines: number, remark: string];

/** What is in quarantine. */
export function waitingText(pipeline: string, { lines, reasons, strange }: QuarantineCounts): string {
  return table(pipeline, [["in quarantine", lines, reasonsText(reasons)], ...strangeRows(strange)]);
}

/** What became of it. */
export function redriveText(pipeline: string, counts: RedriveCounts): string {
  const { redriven, rejected, notFound, refused, strange } = counts;
  const again = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  return table(pipeline, [
    ["redriven", redriven, "in their indices, and no more in quarantine"],
    ["rejected again", again, `stay in quarantine: ${reasonsText(rejected)}`],
    ["not found", notFound, "stay in quarantine: the archive has no such line, or cannot read it"],
    ["refused", refused, "stay in quarantine: their index takes nothing as it is"],
    ...strangeRows(strange),
  ]);
}

function strangeRows(strange: number): Row[] {
  return strange === 0 ? [] : [["strange", strange, "documents that logtally did not put there"]];
}

export function reasonsText(reasons: Readonly<Record<string, number>>): string {
  const byCount = Object.entries(reasons).toSorted(([, a], [, b]) => b - a);
  return byCount.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(", ");
}

function table(pipeline: string, rows: readonly Row[]): string {
  return formatTable(
    [
      { head: `pipeline ${pipeline}`, align: "left", cell: ([what]: Row) => what },
      { head: "lines", align: "right", cell: ([, count]) => formatCount(count) },
      { head: "", align: "left", cell: ([, count, remark]) => (count === 0 ? "" : remark) },
    ],
    rows,
  );
}
