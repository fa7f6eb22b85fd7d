import { html, nothing, type TemplateResult } from "lit-html";
import type { CountsAnswer } from "../../answers.ts";
import { linkWith, type Place } from "../address.ts";
import type { Chart } from "../chart.ts";
import type { ChartSpec } from "../chart-spec.ts";
import { legend } from "../legend.ts";
import type { Loaded } from "../loading.ts";
import { countText } from "../quantity.ts";
import { emptyBox, problemBox, remarksBox, shown } from "../states.ts";
import { comparedRows, SORTS } from "./counted-rows.ts";
import { type CountsQuestion, PERIOD_WORDS } from "./counts-question.ts";
import { countsTable, MOST_SHOWN } from "./counts-table.ts";
import { dailyChart } from "./daily-chart.ts";

export interface Counted {
  readonly answer: CountsAnswer;
  /** What it is compared with; null for nothing. */
  readonly earlier: Loaded<CountsAnswer> | null;
  /** The days of the chart, which come later than the table. */
  readonly daily: Loaded<CountsAnswer>;
  readonly question: CountsQuestion;
  readonly place: Place;
  readonly chart: Chart;
}

const MORE = 5;

/** The counts of a question: over the days as a chart, and by key as a table. */
export function counted({ answer, earlier, daily, question, place, chart }: Counted): TemplateResult {
  const { counts, remarks } = answer;
  const before = earlier?.kind === "ready" ? earlier.value.counts.rows : null;
  const sort = SORTS.find((each) => each === place.params.get("sort")) ?? "count";
  const rows = comparedRows(counts.rows, question.period, before, sort);
  const isSealed = rows.length > 0 && rows.every(({ row }) => row.sealed);
  const most = Math.max(MOST_SHOWN, Number(place.params.get("rows")) || 0);
  return html`
    ${remarksBox(remarks)} ${earlierState(earlier)}
    <div class="days">
      ${shown(daily, "Counting the days", (known) => daysOf(dailyChart(known.counts, question, isSealed), chart))}
    </div>
    ${
      rows.length === 0
        ? emptyBox(
            `No such event over ${PERIOD_WORDS[question.period]} before ${counts.as_of}. Ask for a longer time, or another day.`,
          )
        : countsTable(rows, { question, counts, place, sort, most })
    }
    ${
      rows.length <= most
        ? nothing
        : html`<p>
            ${countText(rows.length)} rows, of which ${countText(most)} are shown.
            <a href=${linkWith(place, { rows: String(most * MORE) })}>Show more</a>
          </p>`
    }
  `;
}

function daysOf(spec: ChartSpec, chart: Chart): TemplateResult {
  return html`${legend(spec.series)} ${chart.show(spec)}
  ${
    spec.openFromMs === null
      ? nothing
      : html`<p class="note">Paler days have hours that are not sealed yet: late lines may still change them.</p>`
  }`;
}

function earlierState(earlier: Loaded<CountsAnswer> | null): TemplateResult | typeof nothing {
  if (earlier?.kind === "failed") return problemBox(earlier.problem);
  if (earlier?.kind !== "loading") return nothing;
  return html`<p class="waiting" role="status">Counting what it is compared with …</p>`;
}
