import { type Difference, differenceText } from "../archive/audit/difference.ts";
import { SECOND_MS } from "../core/units.ts";
import type { RecountReport } from "../counts/recount/recount.ts";
import { recount } from "../counts/recount/recount.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { EXIT_NOT_RIGHT } from "./exit-code.ts";
import { openRecount } from "./open/recount.ts";
import { print } from "./print.ts";
import { formatCount, formatThings } from "./quantity.ts";
import type { RecountCommandOptions } from "./recount.ts";
import { loadCatalogue, loadSettings } from "./settings.ts";

/** Prints every difference and a summary. Rejects with `UsageError` or `IoError`. */
export async function recountArchive(pipeline: string | undefined, options: RecountCommandOptions): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const opened = await openRecount(settings, await loadCatalogue(settings.cataloguePath), options);
  const startedMs = SYSTEM_CLOCK.monotonicMs();
  const differences: Difference[] = [];
  const onDifference = (difference: Difference): void => {
    if (options.json === true) differences.push(difference);
    else process.stdout.write(`${differenceText(difference)}\n`);
  };
  const progress = opened.startProgress("recounting");
  try {
    const report = await recount({ ...opened.options, onBytes: progress.add, onDifference, onDay: () => undefined });
    progress.stop();
    const seconds = (SYSTEM_CLOCK.monotonicMs() - startedMs) / SECOND_MS;
    await print(options.json === true ? reportJson(report, seconds, differences) : summary(report, seconds));
    if (report.differences > 0) process.exitCode = EXIT_NOT_RIGHT;
  } finally {
    progress.stop();
  }
}

function reportJson(report: RecountReport, seconds: number, differences: readonly Difference[]): string {
  const { lines, events, plans, otherBasis } = report;
  const json = {
    lines,
    events,
    plans,
    plans_of_other_basis: otherBasis,
    elapsed_s: Number(seconds.toFixed(3)),
    agrees: report.differences === 0,
    differences,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function summary({ lines, events, plans, otherBasis, differences }: RecountReport, seconds: number): string {
  const rate = formatCount(lines / Math.max(seconds, 0.001));
  const others =
    otherBasis === 0
      ? ""
      : `${formatThings(otherBasis, "plan")} of another catalogue, pseudonym key or instance: there are no facts to compare\n`;
  return (
    `${formatThings(lines, "line")}, ${formatThings(events, "event")}, ${formatThings(plans, "plan")} recounted in ` +
    `${seconds.toFixed(1)} s, ${rate} lines a second\n${others}` +
    `${differences === 0 ? "no difference" : formatThings(differences, "difference")}\n`
  );
}
