import { html, nothing, type TemplateResult } from "lit-html";
import { linkWith, type Place } from "../address.ts";
import { createChart } from "../chart.ts";
import { countText, thingsText } from "../quantity.ts";
import { emptyBox, problemBox, remarksBox } from "../states.ts";
import type { Page, View } from "../view.ts";
import { columnChoice } from "./columns.ts";
import { facets } from "./facets.ts";
import { histogram } from "./histogram.ts";
import { LINES, lineTable } from "./line-table.ts";
import { createOpenedLine } from "./opened-line.ts";
import { conditionsOf, presetLinks, searchParams } from "./question.ts";
import { createSearch, type Found } from "./search.ts";
import { searchForm } from "./search-form.ts";

const MOST_ROWS = 1000;

export function createLogsView(page: Page): View {
  const search = createSearch(page.update);
  const chart = createChart();
  const opened = createOpenedLine(page);
  const again = (): void => {
    search.forget();
    page.update();
  };
  return {
    title: "Logs",
    show(place) {
      const found = search.of(searchParams(place, page.about));
      const line = place.params.get("line");
      if (line === null) opened.close();
      return html`<div class="logs">
        ${searchForm(place, page, search.forget)}
        ${found.problem === null ? progress(found) : problemBox(found.problem, again)}
        ${found.last === null ? nothing : html`<div class=${found.isStale ? "stale" : ""}>${histogram(chart, found.last.histogram, place, page)}</div>`}
        ${line === null ? nothing : opened.show(line, place, found.last !== null || found.problem !== null)}
        ${results(found, place, page)}
      </div>`;
    },
    leave() {
      search.leave();
      opened.leave();
    },
  };
}

function progress({ last, isStale }: Found): TemplateResult {
  const isRunning = last === null || isStale || !last.is_done;
  const words =
    last === null || isStale
      ? "Searching …"
      : `${thingsText(last.looked_lines, "line")} looked at, ${countText(last.found)} found${isRunning ? " so far …" : ""}`;
  return html`<p class=${isRunning ? "waiting" : "note"} role="status">${words}</p>
    ${last === null || isStale ? nothing : remarksBox(last.remarks)}`;
}

function results({ rows, last, isStale }: Found, place: Place, page: Page): TemplateResult | typeof nothing {
  if (last === null) return nothing;
  if (last.is_done && last.found === 0 && !isStale) return emptyBox(nothingFound(place, page));
  return html`<div class="results ${isStale ? "stale" : ""}" aria-busy=${isStale ? "true" : "false"}>
    <a class="skip" href=${`#${LINES}`}>Skip to the lines</a>
    ${facets(last, place)}
    <div class="found">
      ${columnChoice(place, page.go)} ${lineTable(rows, place)}
      ${
        last.is_done && rows.length < Math.min(last.found, MOST_ROWS)
          ? html`<p><a class="button" href=${linkWith(place, { limit: String(MOST_ROWS) })}>Show up to ${countText(MOST_ROWS)} lines</a></p>`
          : nothing
      }
      ${
        last.is_done && rows.length < last.found
          ? html`<p class="note">The newest ${countText(rows.length)} of ${thingsText(last.found, "line")} are listed. Narrow the search to see others.</p>`
          : nothing
      }
    </div>
  </div>`;
}

function nothingFound(place: Place, page: Page): TemplateResult {
  const everything = presetLinks(place, page.about).at(-1);
  const conditions = conditionsOf(place);
  return html`Nothing found.
    ${conditions.length === 0 ? nothing : "Take out one of the conditions above, or check its spelling."}
    ${everything === undefined || everything.isCurrent ? nothing : html`Or <a href=${everything.link}>search at all times</a>.`}
    ${page.about.newest_until === null ? "The archive has no lines yet." : nothing}`;
}
