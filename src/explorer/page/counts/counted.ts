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
import { type CountsQuestion, chartDays, dayBefore, PERIOD_WORDS } from "./counts-question.ts";
import { countsTable, MOST_SHOWN } from "./counts-table.ts";
import { dailyChart } from "./daily-chart.ts";

export interface Counted {
  readonly answer: CountsAnswer;
  /** What it is compared with, and up to which day; null for nothing. */
  readonly earlier: { readonly asOf: string; readonly loaded: Loaded<CountsAnswer> } | null;
  /** The days of the chart, which come later than the table. */
  readonly daily: Loaded<CountsAnswer>;
  readonly question: CountsQuestion;
  /** `YYYY-MM-DD`: the first day that the archive has lines of; null without any. */
  readonly firstDay: string | null;
  readonly place: Place;
  readonly chart: Chart;
}

const MORE = 5;

/** The counts of a question: over the days as a chart, and by key as a table. */
export function counted({ answer, earlier, daily, question, firstDay, place, chart }: Counted): TemplateResult {
  const { counts, remarks } = answer;
  const isBeforeArchive = earlier !== null && firstDay !== null && earlier.asOf <= firstDay;
  const before = earlier?.loaded.kind === "ready" ? earlier.loaded.value.counts.rows : null;
  const sort = SORTS.find((each) => each === place.params.get("sort")) ?? "count";
  const rows = comparedRows(counts.rows, question.period, before, sort);
  const most = Math.max(MOST_SHOWN, Number(place.params.get("rows")) || 0);
  return html`
    ${remarksBox(remarks)} ${beginningNote(question, counts.as_of, earlier?.asOf ?? null, firstDay)} ${earlierState(earlier?.loaded ?? null)}
    <div class="days">${shown(daily, "Counting the days", (known) => daysOf(dailyChart(known, question, firstDay), chart))}</div>
    ${
      rows.length === 0
        ? emptyBox(
            `No such event over ${PERIOD_WORDS[question.period]} before ${counts.as_of}. Ask for a longer time, or another day.`,
          )
        : countsTable(rows, { question, answer, isBeforeArchive, place, sort, most })
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
    spec.openTimes === undefined || spec.openTimes.length === 0
      ? nothing
      : html`<p class="note">Of paler days some hours are not sealed yet: late lines may still change these days.</p>`
  }`;
}

/** Where what is shown goes back to before all that the archive has, zeros mean nothing. */
function beginningNote(
  question: CountsQuestion,
  shownAsOf: string,
  comparedAsOf: string | null,
  firstDay: string | null,
): TemplateResult | typeof nothing {
  if (firstDay === null) return nothing;
  const isBefore = (asOf: string): boolean => dayBefore(asOf, chartDays(question)) < firstDay;
  const isShown = isBefore(shownAsOf);
  const isCompared = comparedAsOf !== null && isBefore(comparedAsOf);
  if (!isShown && !isCompared) return nothing;
  return html`<p class="note">
    The archive begins on ${firstDay} (UTC): there is nothing before it to count${isCompared ? " or to compare with" : ""}.
  </p>`;
}

function earlierState(earlier: Loaded<CountsAnswer> | null): TemplateResult | typeof nothing {
  if (earlier?.kind === "failed") return problemBox(earlier.problem);
  if (earlier?.kind !== "loading") return nothing;
  return html`<p class="waiting" role="status">Counting what it is compared with …</p>`;
}
