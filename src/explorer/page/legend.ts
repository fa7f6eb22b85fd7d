import { html, type TemplateResult } from "lit-html";
import type { ChartSeries } from "./chart-spec.ts";

/** Which colour of a chart is what. */
export function legend(series: readonly ChartSeries[]): TemplateResult {
  return html`<ul class="legend">
    ${series.map(
      ({ label }, at) => html`<li>
        <svg viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" class="series-${(at % 6) + 1}"></rect></svg
        ><span class="logged">${label}</span>
      </li>`,
    )}
  </ul>`;
}
