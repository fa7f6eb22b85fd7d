import { html, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { SearchRow } from "../../logs-answers.ts";
import { linkWith, type Place } from "../address.ts";
import { exactMoment } from "../moment.ts";
import { columnsOf } from "./columns.ts";

/** Where the table stands in the page. */
export const LINES = "lines";

/** The found lines, the newest first; the time of each opens it. */
export function lineTable(rows: readonly SearchRow[], place: Place): TemplateResult {
  const columns = columnsOf(place);
  const opened = place.params.get("line");
  return html`<div id=${LINES} class="scroll" tabindex="0" role="region" aria-label="Found lines">
    <table class="lines">
      <caption>The newest first; the time of a line opens it</caption>
      <thead>
        <tr>
          <th scope="col">Time (UTC)</th>
          ${columns.map(([, { title, isNumber }]) => html`<th scope="col" class=${isNumber === true ? "number" : ""}>${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${repeat(
          rows,
          ({ id }, at) => `${id} ${at}`,
          (row) => html`<tr class=${row.id === opened ? "opened" : ""}>
            <th scope="row">
              <a href=${linkWith(place, { line: row.id })} data-line=${row.id} aria-current=${row.id === opened ? "true" : "false"}>
                ${row.time === null ? "without time" : exactMoment(row.time)}
              </a>
            </th>
            ${columns.map(([name, { cell, isNumber }]) => html`<td class="${name} ${isNumber === true ? "number" : ""}">${cell(row)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
