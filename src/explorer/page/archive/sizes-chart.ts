import { html, nothing, type TemplateResult } from "lit-html";
import type { StreamMonth } from "../../archive-answers.ts";
import { type Chart, createChart } from "../chart.ts";
import { daysBetween } from "./month.ts";

const MIB = 1_048_576;
const DAY_MS = 86_400_000;
const HEIGHT_PX = 160;

/** What is stored of each day of a month; nothing for a single day, whose size the table says. */
export function createSizesChart(): (streams: readonly StreamMonth[]) => TemplateResult | typeof nothing {
  const chart = createChart();
  return (streams) => sizesOf(streams, chart);
}

function sizesOf(streams: readonly StreamMonth[], chart: Chart): TemplateResult | typeof nothing {
  const dated = streams.flatMap(({ days }) => days.map(({ day }) => day)).filter((day) => day !== "undated");
  const sorted = dated.toSorted();
  const days = daysBetween(sorted[0], sorted.at(-1));
  if (days.length < 2) return nothing;
  const storedOn = (day: string): number =>
    streams
      .flatMap(({ days: known }) => known.filter((each) => each.day === day))
      .reduce((total, { stored_bytes: bytes }) => total + bytes, 0);
  const series = [{ label: "all streams", values: days.map((day) => storedOn(day) / MIB) }];
  return html`<h3>Stored by day, in MiB</h3>
    ${chart.show({
      label: `Stored bytes by day from ${days[0]} to ${days.at(-1)}; the table above has the same numbers`,
      times: days.map((day) => Date.parse(day)),
      stepMs: DAY_MS,
      series,
      heightPx: HEIGHT_PX,
    })}`;
}
