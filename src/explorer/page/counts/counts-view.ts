import { html, nothing, type TemplateResult } from "lit-html";
import type { CountsAnswer, CoverageAnswer } from "../../answers.ts";
import { linkWith, type Place } from "../address.ts";
import { createChart } from "../chart.ts";
import { ask, download } from "../connection.ts";
import { legend } from "../legend.ts";
import { createLoading, problemText } from "../loading.ts";
import { countText } from "../quantity.ts";
import { emptyBox, problemBox, remarksBox, shown } from "../states.ts";
import type { Page, View } from "../view.ts";
import { comparedRows, SORTS } from "./counted-rows.ts";
import { countsControls, oftenAsked } from "./counts-controls.ts";
import {
  type CountsQuestion,
  comparedQuestion,
  countsParams,
  countsQuestion,
  PERIOD_WORDS,
} from "./counts-question.ts";
import { countsTable, MOST_SHOWN } from "./counts-table.ts";
import { coverageTables } from "./coverage-tables.ts";
import { dailyChart } from "./daily-chart.ts";
import { evidenceList } from "./evidence-list.ts";

/** How often which event was, by what, over which days; and what the numbers rest on. */
export function createCountsView({ about, update, go }: Page): View {
  const answer = createLoading<CountsAnswer>(update);
  const earlier = createLoading<CountsAnswer>(update);
  const proof = createLoading<CountsAnswer>(update);
  const coverage = createLoading<CoverageAnswer>(update);
  const chart = createChart();
  let saving: string | null = null;

  const counts = (loading: typeof answer, params: URLSearchParams) =>
    loading.of(String(params), (signal) => ask<CountsAnswer>("/api/counts", params, signal));

  const save = async (question: CountsQuestion, format: string): Promise<void> => {
    const params = countsParams(question);
    params.set("format", format);
    params.delete("period");
    params.set("period", question.period);
    try {
      saving = null;
      await download("/api/counts", params, `counts-by-${question.by}.${format}`);
    } catch (error) {
      saving = problemText(error);
    }
    update();
  };

  const answered = (
    { counts: document, remarks }: CountsAnswer,
    question: CountsQuestion,
    place: Place,
  ): TemplateResult => {
    const compared = comparedQuestion(question, document.as_of);
    const before = compared === null ? null : counts(earlier, countsParams(compared));
    const sort = SORTS.find((each) => each === place.params.get("sort")) ?? "count";
    const most = Math.max(MOST_SHOWN, Number(place.params.get("rows")) || 0);
    const beforeRows = before?.kind === "ready" ? before.value.counts.rows : null;
    const rows = comparedRows(document.rows, question.period, beforeRows, sort);
    const spec = dailyChart(document, question);
    return html`
      ${remarksBox(remarks)} ${before?.kind === "failed" ? problemBox(before.problem) : nothing}
      ${before?.kind === "loading" ? html`<p class="waiting" role="status">Counting what it is compared with …</p>` : nothing}
      ${legend(spec.series)} ${chart.show(spec)}
      ${spec.openFromMs === null ? nothing : html`<p class="note">Paler days have hours that are not sealed yet: late lines may still change them.</p>`}
      ${
        rows.length === 0
          ? emptyBox(
              `No such event over ${PERIOD_WORDS[question.period]} before ${document.as_of}. Ask for a longer time, or another day.`,
            )
          : countsTable(rows, { question, counts: document, place, sort, most })
      }
      ${
        rows.length > most
          ? html`<p>${countText(rows.length)} rows, of which ${countText(most)} are shown. <a href=${linkWith(place, { rows: String(most * 5) })}>Show more</a></p>`
          : nothing
      }
    `;
  };

  const proofOf = (question: CountsQuestion, place: Place): TemplateResult | typeof nothing => {
    const span = place.params.get("proof");
    if (span === null) return nothing;
    const params = countsParams({ ...question, withSessions: false });
    params.set("evidence", "true");
    return shown(counts(proof, params), "Looking up what it rests on", (known) =>
      evidenceList(known.counts, span, place),
    );
  };

  return {
    title: "Counts",
    show(place) {
      if (place.params.get("show") === "coverage") {
        const loaded = coverage.of("coverage", (signal) => ask("/api/coverage", new URLSearchParams(), signal));
        return html`${oftenAsked()}
        ${shown(loaded, "Looking at what the lines carry", (known) => html`${remarksBox(known.remarks)} ${coverageTables(known.coverage)}`)}`;
      }
      const question = countsQuestion(place.params);
      const change = (name: string, value: string): void =>
        go(linkWith(place, { [name]: value, proof: null, rows: null, ...(name === "by" ? { level: null } : {}) }));
      const again = (): void => {
        answer.forget();
        update();
      };
      return html`
        ${oftenAsked()} ${countsControls(about, question, change)}
        ${saving === null ? nothing : problemBox(saving)}
        <div class="row">
          ${["csv", "json", "parquet"].map(
            (format) =>
              html`<button type="button" @click=${() => save(question, format)}>Download ${format.toUpperCase()}</button>`,
          )}
        </div>
        ${proofOf(question, place)}
        ${shown(counts(answer, countsParams(question)), "Counting", (known) => answered(known, question, place), again)}
      `;
    },
    leave() {
      for (const loading of [answer, earlier, proof, coverage]) loading.leave();
    },
  };
}
