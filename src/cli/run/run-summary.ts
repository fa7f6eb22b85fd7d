import { SECOND_MS } from "../../core/units.ts";
import { formatBytes, formatCount, formatRatio, formatThings } from "../terminal/quantity.ts";
import { formatTable } from "../terminal/table.ts";
import type { IndexSummary, RunSummary } from "./worker.ts";

const NOT_KNOWN = "not known: too many to compare, or sealed and removed by now; no count changes by them";

/** Name, lines, remark. */
type Row = readonly [string, number, string];

/** What came in, what became of it, how fast. */
export function runSummaryText(summary: RunSummary): string {
  const { rawBytes, storedBytes } = summary;
  const quarantined = Object.entries(summary.quarantined);
  const reasons = quarantined.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(", ");
  const seconds = (summary.elapsedMs / SECOND_MS).toFixed(1);
  const objects = formatThings(summary.objects, "object");
  const ratio = formatRatio(rawBytes, storedBytes);
  const rows: readonly Row[] = [
    rowOf(
      "lines in",
      summary.linesIn,
      `${formatBytes(rawBytes)}, written as ${formatBytes(storedBytes)} (${ratio}) in ${objects}`,
    ),
    rowOf("archived", summary.archived, "new to the archive"),
    ["duplicates", summary.duplicates ?? 0, duplicatesText(summary)],
    rowOf("quarantined", sum(quarantined), `kept whole, no event: ${reasons}`),
    rowOf("eventless", summary.eventless, "kept, nothing in them to count"),
    ...(summary.index === null ? [] : [["indexed", summary.index.indexed, indexText(summary.index)] as const]),
  ];
  return formatTable(
    [
      { head: `pipeline ${summary.pipeline}`, align: "left", cell: ([name]) => name },
      { head: "lines", align: "right", cell: ([, count]) => formatCount(count) },
      {
        head: `in ${seconds} s, ${formatCount(perSecond(summary))} a second`,
        align: "left",
        cell: ([, , remark]) => remark,
      },
    ],
    rows,
  );
}

/** Of no line there is nothing to remark. */
function rowOf(name: string, count: number, remark: string): Row {
  return [name, count, count === 0 ? "" : remark];
}

function indexText({ indexed, rejected, repeats, masked, maskedKinds, spilled }: IndexSummary): string {
  const kinds = sortedKinds(maskedKinds).map(([kind, count]) => `${kind} ${formatCount(count)}`);
  const remarks = [
    ...(indexed === 0 ? [] : [`${formatCount(rejected)} of them in the quarantine of the index`]),
    ...(repeats === 0 ? [] : [`${formatCount(repeats)} were there already`]),
    ...(masked === 0 ? [] : [`something masked in ${formatCount(masked)}: ${kinds.join(", ")}`]),
    ...(spilled === 0 ? [] : [`${formatThings(spilled, "object")} had to wait in the archive`]),
  ];
  return remarks.join("; ");
}

function sortedKinds(kinds: IndexSummary["maskedKinds"]): (readonly [string, number])[] {
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
}

function duplicatesText({ linesIn, duplicates }: RunSummary): string {
  if (duplicates === null) return NOT_KNOWN;
  if (duplicates === 0) return "";
  return duplicates === linesIn ? "all came before: no count changes" : "came before or twice; kept, counted once";
}

/** The events of the lines that were new. */
export function runEventsText(summary: RunSummary): string {
  const events = Object.entries(summary.events);
  if (events.length === 0) return "no events\n";
  return formatTable(
    [
      { head: "event", align: "left", cell: ([name]) => name },
      { head: "count", align: "right", cell: ([, count]) => formatCount(count) },
    ],
    events,
  );
}

/** One line of JSON. */
export function runSummaryJson(summary: RunSummary): string {
  const json = {
    pipeline: summary.pipeline,
    lines_in: summary.linesIn,
    archived: summary.archived,
    duplicates: summary.duplicates,
    quarantined: summary.quarantined,
    eventless: summary.eventless,
    events: summary.events,
    objects: summary.objects,
    raw_bytes: summary.rawBytes,
    stored_bytes: summary.storedBytes,
    ...(summary.index === null ? {} : indexJson(summary.index)),
    elapsed_s: Number((summary.elapsedMs / SECOND_MS).toFixed(3)),
    lines_per_s: perSecond(summary),
    interrupted: summary.isInterrupted,
  };
  return `${JSON.stringify(json)}\n`;
}

function indexJson({ indexed, rejected, repeats, masked, maskedKinds, spilled, isComplete }: IndexSummary) {
  return {
    indexed,
    index_rejected: rejected,
    index_repeats: repeats,
    index_masked: masked,
    index_masked_kinds: Object.fromEntries(sortedKinds(maskedKinds)),
    index_spilled_objects: spilled,
    index_complete: isComplete,
  };
}

function perSecond({ linesIn, elapsedMs }: RunSummary): number {
  return elapsedMs === 0 ? 0 : Math.round((linesIn * SECOND_MS) / elapsedMs);
}

function sum(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}
