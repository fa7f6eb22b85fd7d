import type { CountsAnswer } from "../../answers.ts";
import type { ChartSeries, ChartSpec } from "../chart-spec.ts";
import { type CountsQuestion, chartDays } from "./counts-question.ts";

const DAY_MS = 86_400_000;
const HEIGHT_PX = 220;
/** As many as can be told apart; the rest is one. */
const MOST_SERIES = 5;

/**
 * The days before the as-of day: a colour for each key of one event, or for each of several events. Days before the archive
 * begins have nothing that might change; `firstDay` is null where it has no line.
 */
export function dailyChart(answer: CountsAnswer, question: CountsQuestion, firstDay: string | null): ChartSpec {
  const { rows, as_of } = answer.counts;
  const endMs = Date.parse(as_of);
  const days = chartDays(question);
  const times = Array.from({ length: days }, (_, day) => endMs - (days - day) * DAY_MS);
  const series = new Map<string, number[]>();
  for (const row of rows) {
    const label = question.event === "" ? row.event : (row.key ?? "all");
    const values = series.get(label) ?? times.map(() => 0);
    const at = (Date.parse(row.from) - endMs) / DAY_MS + days;
    values[at] = (values[at] ?? 0) + row.count;
    series.set(label, values);
  }
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const largest = [...series].toSorted(([, a], [, b]) => total(b) - total(a));
  const open = answer.unsealed_days.filter((day) => firstDay !== null && day >= firstDay);
  return {
    label: `Counts of each day, ${days} days before ${as_of}; the table below has the figures`,
    times,
    stepMs: DAY_MS,
    series: withOthers(largest.map(([label, values]) => ({ label, values }))),
    openTimes: open.map((day) => Date.parse(day)).toSorted((a, b) => a - b),
    heightPx: HEIGHT_PX,
  };
}

function withOthers(series: readonly ChartSeries[]): ChartSeries[] {
  if (series.length <= MOST_SERIES + 1) return [...series];
  const others = series.slice(MOST_SERIES);
  const values = (others[0]?.values ?? []).map((_, at) =>
    others.reduce((sum, each) => sum + (each.values[at] ?? 0), 0),
  );
  return [...series.slice(0, MOST_SERIES), { label: `${others.length} others`, values }];
}
