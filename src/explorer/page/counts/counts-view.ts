import { html, nothing, type TemplateResult } from "lit-html";
import type { CountsAnswer, CoverageAnswer } from "../../answers.ts";
import { linkWith, type Place } from "../address.ts";
import { createChart } from "../chart.ts";
import { ask } from "../connection.ts";
import { createLoading, type Loaded, type Loading } from "../loading.ts";
import { problemBox, remarksBox, shown } from "../states.ts";
import type { Page, View } from "../view.ts";
import { counted } from "./counted.ts";
import { countsControls, oftenAsked } from "./counts-controls.ts";
import {
  type CountsQuestion,
  comparedQuestion,
  countsParams,
  countsQuestion,
  dailyParams,
  firstDayOf,
  type UnknownWord,
  unknownWord,
} from "./counts-question.ts";
import { coverageTables } from "./coverage-tables.ts";
import { createDownloads } from "./downloads.ts";
import { evidenceList } from "./evidence-list.ts";

/** How often which event was, by what, over which days; and what the numbers rest on. */
export function createCountsView(page: Page): View {
  const { update, go } = page;
  const answer = createLoading<CountsAnswer>(update);
  const earlier = createLoading<CountsAnswer>(update);
  const daily = createLoading<CountsAnswer>(update);
  const proof = createLoading<CountsAnswer>(update);
  const coverage = createLoading<CoverageAnswer>(update);
  const downloads = createDownloads(update);
  const chart = createChart();
  const again = (): void => {
    answer.forget();
    update();
  };

  const askTable = (question: CountsQuestion): Loaded<CountsAnswer> => askCounts(answer, countsParams(question));
  /** The day that is used where none is asked for, once it is known. */
  let usualAsOf = "";

  function countsOf(question: CountsQuestion, place: Place): TemplateResult {
    return shown(
      askTable(question),
      "Counting",
      (known) => {
        const compared = comparedQuestion(question, known.counts.as_of);
        const before =
          compared === null ? null : { asOf: compared.asOf, loaded: askCounts(earlier, countsParams(compared)) };
        // Asked once the table is to be seen, which most are after; the server takes one question after the other.
        const days = askCounts(daily, dailyParams(question), painted);
        const firstDay = firstDayOf(page.about);
        return counted({ answer: known, earlier: before, daily: days, question, firstDay, place, chart });
      },
      again,
    );
  }

  return {
    title: "Counts",
    show(place) {
      if (place.params.get("show") === "coverage") return html`${oftenAsked()} ${coverageOf(coverage)}`;
      const unknown = unknownWord(place.params);
      if (unknown !== null) return html`${oftenAsked()} ${unknownBox(unknown, place)}`;
      const question = countsQuestion(place.params);
      const table = askTable(question);
      if (question.asOf === "" && table.kind === "ready") usualAsOf = table.value.counts.as_of;
      const change = (name: string, value: string): void =>
        go(linkWith(place, { [name]: value, proof: null, rows: null, ...(name === "by" ? { level: null } : {}) }));
      return html`
        ${oftenAsked()} ${countsControls(page.about, { ...question, asOf: question.asOf || usualAsOf }, change)} ${downloads.show(question)}
        ${proofOf(proof, question, place)} ${countsOf(question, place)}
      `;
    },
    leave() {
      for (const loading of [answer, earlier, daily, proof, coverage]) loading.leave();
    },
  };
}

function unknownBox({ name, problem }: UnknownWord, place: Place): TemplateResult {
  return html`${problemBox(problem)}
    <p><a href=${linkWith(place, { [name]: null })}>Count without it</a></p>`;
}

function askCounts(
  loading: Loading<CountsAnswer>,
  params: URLSearchParams,
  after: () => Promise<void> = () => Promise.resolve(),
): Loaded<CountsAnswer> {
  return loading.of(String(params), async (signal) => {
    await after();
    return ask<CountsAnswer>("/api/counts", params, signal);
  });
}

/** Resolves once what is there now is to be seen. */
function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

function coverageOf(loading: Loading<CoverageAnswer>): TemplateResult {
  const loaded = loading.of("coverage", (signal) => ask("/api/coverage", new URLSearchParams(), signal));
  return shown(
    loaded,
    "Looking at what the lines carry",
    ({ coverage, remarks }) => html`${remarksBox(remarks)} ${coverageTables(coverage)}`,
  );
}

/** What the counts of a span rest on, where the address asks for it. */
function proofOf(
  loading: Loading<CountsAnswer>,
  question: CountsQuestion,
  place: Place,
): TemplateResult | typeof nothing {
  const span = place.params.get("proof");
  if (span === null) return nothing;
  const params = countsParams({ ...question, withSessions: false });
  params.set("evidence", "true");
  return shown(askCounts(loading, params), "Looking up what it rests on", ({ counts }) =>
    evidenceList(counts, span, place),
  );
}
