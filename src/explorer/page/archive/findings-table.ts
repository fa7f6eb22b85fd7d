import { html, nothing, type TemplateResult } from "lit-html";
import type { Difference } from "../../../archive/audit/difference.ts";
import { moment } from "../moment.ts";
import { countText } from "../quantity.ts";

/**
 * What is not as it should be, each by the name of its object; nothing where all is. `total`: with those that are not here.
 * `label` tells it from other such tables.
 */
export function findingsTable(
  findings: readonly Difference[],
  total: number,
  label: string,
): TemplateResult | typeof nothing {
  if (findings.length === 0) return nothing;
  const untold = total - findings.length;
  return html`<div class="scroll found" tabindex="0" role="region" aria-label=${label}>
    <table class="findings">
      <caption>
        What is not as it should be${untold > 0 ? `; ${countText(untold)} more are not listed` : ""}
      </caption>
      <thead>
        <tr>
          <th scope="col">stream</th>
          <th scope="col">hour</th>
          <th scope="col">what</th>
          <th scope="col">object</th>
        </tr>
      </thead>
      <tbody>
        ${findings.map(
          ({ stream, hour, object, row, what, expected, found }) => html`<tr>
            <td class="logged">${stream}</td>
            <td>${hour === null ? "" : hour === "undated" ? "without time" : moment(hour)}</td>
            <td class="what">
              ${what}${
                expected === null && found === null
                  ? nothing
                  : html`: <span class="logged">${found ?? "nothing"}</span> instead of
                      <span class="logged">${expected ?? "nothing"}</span>`
              }
            </td>
            <td class="key"><code class="logged">${object ?? ""}</code>${row === null ? nothing : html`, row ${row}`}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
