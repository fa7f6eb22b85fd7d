import { html, type TemplateResult } from "lit-html";
import type { HistogramAnswer } from "../../logs-answers.ts";
import type { Place } from "../address.ts";
import type { Chart } from "../chart.ts";
import { moment, utcText } from "../moment.ts";
import { countText, thingsText } from "../quantity.ts";
import type { Page } from "../view.ts";
import { linkWithSpan, neighbours, type Span, wholeSteps } from "./question.ts";

const HEIGHT_PX = 150;
const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1000, "second"],
];

/** Lines over time: to drag on, to step through by buttons, and as a table. */
export function histogram(chart: Chart, answer: HistogramAnswer, place: Place, page: Page): TemplateResult {
  const { step_ms: stepMs, counts } = answer;
  if (counts.length === 0) return html`<p class="note">No lines with a time lie there.</p>`;
  const startMs = Date.parse(answer.from);
  const span: Span = { fromMs: startMs, toMs: startMs + counts.length * stepMs };
  const times = counts.map((_, at) => startMs + at * stepMs);
  const label = `Lines per ${stepText(stepMs)}, from ${utcText(span.fromMs)} to ${utcText(span.toMs)} (UTC)`;
  return html`
    <section class="histogram" aria-label="Lines over time">
      <div class="row">
        <span class="note">${label}. Drag over it to look closer.</span>
        ${neighbours(span).map(
          ([name, to]) => html`<button type="button" @click=${() => page.go(linkWithSpan(place, to))}>${name}</button>`,
        )}
      </div>
      ${chart.show({
        label,
        times,
        stepMs,
        series: [{ label: "Lines", values: counts }],
        heightPx: HEIGHT_PX,
        onSelect: (fromMs, toMs) => page.go(linkWithSpan(place, wholeSteps({ fromMs, toMs }, stepMs))),
      })}
      <details>
        <summary>The same as a table</summary>
        <div class="scroll" tabindex="0" role="region" aria-label="Lines over time, as a table">
          <table>
            <caption>Lines per ${stepText(stepMs)}; spans without lines are left out</caption>
            <thead><tr><th scope="col">From (UTC)</th><th scope="col" class="number">Lines</th></tr></thead>
            <tbody>
              ${times.map((time, at) =>
                (counts[at] ?? 0) === 0
                  ? ""
                  : html`<tr><td>${moment(time)}</td><td class="number">${countText(counts[at] ?? 0)}</td></tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  `;
}

/** `5 minutes`, `hour` */
export function stepText(stepMs: number): string {
  const [unitMs, name] = UNITS.find(([ms]) => stepMs >= ms) ?? [1, "millisecond"];
  const count = stepMs / unitMs;
  return count === 1 ? name : thingsText(count, name);
}
