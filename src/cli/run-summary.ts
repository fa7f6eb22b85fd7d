import { SECOND_MS } from "../core/units.ts";
import { formatBytes, formatCount, formatRatio } from "./quantity.ts";
import { formatTable } from "./table.ts";
import type { RunSummary } from "./worker.ts";

/** The summary for people: what came in, what became of it, how fast. */
export function runSummaryText(summary: RunSummary): string {
  const quarantined = Object.entries(summary.quarantined);
  const events = Object.entries(summary.events);
  const stored = `${formatBytes(summary.rawBytes)} raw, ${formatBytes(summary.storedBytes)} stored`;
  const ratio = formatRatio(summary.rawBytes, summary.storedBytes);
  const lines: readonly (readonly [string, number, string])[] = [
    ["lines in", summary.linesIn, rateText(summary)],
    ["archived", summary.archived, `${stored} (${ratio}) in ${formatCount(summary.objects)} objects`],
    ["duplicates", summary.duplicates, "of lines that the archive held, or that came twice"],
    [
      "quarantined",
      sum(quarantined),
      quarantined.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(", "),
    ],
    ["eventless", summary.eventless, "archived, and nothing in them to count"],
  ];
  const about = formatTable(
    [
      { head: summary.pipeline, align: "left", cell: ([name]) => name },
      { head: "lines", align: "right", cell: ([, count]) => formatCount(count) },
      { head: "", align: "left", cell: ([, , remark]) => remark },
    ],
    lines,
  );
  if (events.length === 0) return about;
  const counted = formatTable(
    [
      { head: "event", align: "left", cell: ([name]) => name },
      { head: "count", align: "right", cell: ([, count]) => formatCount(count) },
    ],
    events,
  );
  return `${about}\n${counted}`;
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
    elapsed_s: Number((summary.elapsedMs / SECOND_MS).toFixed(3)),
    lines_per_s: linesPerSecond(summary),
    interrupted: summary.isInterrupted,
  };
  return `${JSON.stringify(json)}\n`;
}

function rateText(summary: RunSummary): string {
  const seconds = (summary.elapsedMs / SECOND_MS).toFixed(1);
  return `in ${seconds} s, ${formatCount(linesPerSecond(summary))} a second`;
}

function linesPerSecond({ linesIn, elapsedMs }: RunSummary): number {
  return elapsedMs === 0 ? 0 : Math.round((linesIn * SECOND_MS) / elapsedMs);
}

function sum(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}
