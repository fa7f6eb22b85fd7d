import { type Difference, differenceText } from "../../archive/audit/difference.ts";
import { SECOND_MS } from "../../core/units.ts";
import type { NotCompared } from "../../counts/recount/not-compared.ts";
import type { RecountReport } from "../../counts/recount/recount.ts";
import { recount } from "../../counts/recount/recount.ts";
import { openRecount } from "../open/counts/recount.ts";
import { isBordered, type TimeSpan } from "../options/time-span.ts";
import { SYSTEM_CLOCK } from "../process/clock.ts";
import { EXIT_NOT_RIGHT } from "../process/exit-code.ts";
import { givingUp } from "../process/interruptible.ts";
import { loadCatalogue, loadSettings } from "../settings.ts";
import { print } from "../terminal/print.ts";
import { formatCount, formatThings } from "../terminal/quantity.ts";
import { asLine } from "../terminal/tell.ts";
import type { RecountCommandOptions } from "./recount.ts";

/** Prints every difference and a summary. Rejects with `UsageError` or `IoError`. */
export async function recountArchive(
  pipeline: string | undefined,
  options: RecountCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const settings = await loadSettings(pipeline, options);
  const opened = await openRecount(settings, await loadCatalogue(settings.cataloguePath), options);
  const startedMs = SYSTEM_CLOCK.monotonicMs();
  const differences: Difference[] = [];
  let lost = 0;
  let printed = Promise.resolve();
  const onDifference = (difference: Difference): void => {
    if (options.json === true) differences.push(difference);
    else printed = printed.then(() => print(`${asLine(differenceText(difference))}\n`));
  };
  const progress = opened.startProgress("recounting");
  try {
    for (const difference of await opened.findLost()) {
      lost += 1;
      onDifference(difference);
    }
    const recounted = await recount({
      ...opened.options,
      onBytes: givingUp(signal, progress.add),
      onDifference,
      onDay: () => undefined,
    });
    const report = { ...recounted, differences: recounted.differences + lost };
    progress.stop();
    await printed;
    const seconds = (SYSTEM_CLOCK.monotonicMs() - startedMs) / SECOND_MS;
    await print(options.json === true ? reportJson(report, seconds, differences) : summary(report, seconds, options));
    if (report.differences > 0) process.exitCode = EXIT_NOT_RIGHT;
  } finally {
    progress.stop();
  }
}

function reportJson(report: RecountReport, seconds: number, differences: readonly Difference[]): string {
  const { lines, events, plans, otherBasis, notCompared } = report;
  const json = {
    lines,
    events,
    plans,
    plans_of_other_basis: otherBasis,
    plans_not_compared: notCompared.plans,
    days_not_compared: [...notCompared.days],
    elapsed_s: Number(seconds.toFixed(3)),
    agrees: report.differences === 0,
    differences,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function summary(report: RecountReport, seconds: number, span: TimeSpan): string {
  const { lines, events, plans, otherBasis, notCompared } = report;
  const rate = formatCount(lines / Math.max(seconds, 0.001));
  const others =
    otherBasis === 0
      ? ""
      : `${formatThings(otherBasis, "plan")} of another catalogue, pseudonym key or instance: there are no facts to compare\n`;
  return (
    `${formatThings(lines, "line")}, ${formatThings(events, "event")}, ${formatThings(plans, "plan")} recounted in ` +
    `${seconds.toFixed(1)} s, ${rate} lines a second\n${others}${leftOut(notCompared)}` +
    `${verdict(report, span)}\n`
  );
}

function verdict({ lines, differences }: RecountReport, span: TimeSpan): string {
  if (differences > 0) return formatThings(differences, "difference");
  if (lines > 0) return "no difference";
  return isBordered(span) ? "no lines in this span, nothing to compare" : "no lines, nothing to compare";
}

function leftOut({ plans, days }: NotCompared): string {
  if (plans === 0 && days.size === 0) return "";
  const ofPlans = plans === 0 ? [] : [`figures and facts of ${formatThings(plans, "plan")}`];
  const ofDays = days.size === 0 ? [] : [`counts of ${formatThings(days.size, "day")} (${daysText([...days])})`];
  return `not compared, since bytes that they rest on cannot be read: ${[...ofPlans, ...ofDays].join("; ")}\n`;
}

/** Days that are named one by one. */
const MOST_DAYS = 5;

function daysText(days: readonly string[]): string {
  const more = days.length > MOST_DAYS ? [`and ${formatCount(days.length - MOST_DAYS)} more`] : [];
  return [...days.slice(0, MOST_DAYS), ...more].join(", ");
}
