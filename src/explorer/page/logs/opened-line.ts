import { html, nothing, type TemplateResult } from "lit-html";
import type { LineAnswer, LineVariant } from "../../logs-answers.ts";
import { linkWith, type Place } from "../address.ts";
import { ask } from "../connection.ts";
import { createLoading } from "../loading.ts";
import { exactMoment } from "../moment.ts";
import { thingsText } from "../quantity.ts";
import { emptyBox, remarksBox, shown } from "../states.ts";
import type { Page } from "../view.ts";
import { statusCell, tookText } from "./columns.ts";
import { createLineParts, PARTS } from "./line-parts.ts";
import { LINES } from "./line-table.ts";
import { linkWithConditions } from "./question.ts";
import { logged } from "./visible-text.ts";

const MOST_CHARS = 300;
const HEADING = "opened-line";

/** The line that is open. */
export interface OpenedLine {
  /** `isPlaced` once all stands above it that pushes it down. */
  readonly show: (id: string, place: Place, isPlaced: boolean) => TemplateResult;
  /** None is open any more. */
  readonly close: () => void;
  readonly leave: () => void;
}

export function createOpenedLine(page: Page): OpenedLine {
  const lines = createLoading<LineAnswer>(page.update);
  const parts = createLineParts(page);
  let arrivedAt = "";
  const closed = (id: string, place: Place): void => {
    page.go(linkWith(place, { line: null, part: null }));
    queueMicrotask(() => goBack(id));
  };
  const again = (): void => {
    lines.forget();
    page.update();
  };
  return {
    show(id, place, isPlaced) {
      const params = new URLSearchParams({ id });
      const loaded = lines.of(id, (signal) => ask<LineAnswer>("/api/line", params, signal));
      const chosen = place.params.get("part") ?? "fields";
      if (arrivedAt !== id && isPlaced) {
        arrivedAt = id;
        // Once lit-html has put it into the page.
        queueMicrotask(goThere);
      }
      return html`<section class="opened-line" aria-label="Opened line">
        <div class="row head">
          <h2 id=${HEADING} tabindex="-1">Line <code>${id}</code></h2>
          <button type="button" @click=${() => closed(id, place)}>Close</button>
        </div>
        ${shown(
          loaded,
          "Opening the line",
          ({ variants, remarks }) => html`
            ${remarksBox(remarks)}
            ${variants.length > 1 ? remarksBox([variantsText(variants.length)]) : nothing}
            ${variants.length === 0 ? emptyBox("The archive has no line with this id.") : nothing}
            ${variants.map(
              (line) => html`
                ${headOf(line, place)}
                <nav class="parts" aria-label="Parts of the line">
                  ${Object.entries(PARTS).map(
                    ([part, title]) =>
                      html`<a href=${linkWith(place, { part })} aria-current=${part === chosen ? "true" : "false"}>${title}</a>`,
                  )}
                </nav>
                <div class="part">${parts.show(chosen, line, place)}</div>
              `,
            )}
          `,
          again,
        )}
      </section>`;
    },
    close() {
      arrivedAt = "";
    },
    leave() {
      lines.leave();
      parts.leave();
    },
  };
}

/** It opens above the table, and may be far from where it was chosen. */
function goThere(): void {
  document.getElementById(HEADING)?.focus();
}

/** To the line in the table; to the table where it is not listed. */
function goBack(id: string): void {
  const row = document.querySelector<HTMLElement>(`[data-line="${CSS.escape(id)}"]`);
  (row ?? document.getElementById(LINES))?.focus();
}

function variantsText(count: number): string {
  return `${thingsText(count, "line")} came with this id and different bytes; the first one is counted, all are kept`;
}

function headOf({ row }: LineVariant, place: Place): TemplateResult {
  const { time, log, what, path, method, correlation_id: request, duration_ms: ms, user, group } = row;
  return html`<p class="summary">
    ${time === null ? "without time" : exactMoment(time)} · ${logged(log, MOST_CHARS)} ·
    ${method === null ? nothing : logged(method, MOST_CHARS)} ${logged(what ?? path ?? "", MOST_CHARS)} ${statusCell(row)}
    ${ms === null ? nothing : `· took ${tookText(ms)}`}
    ${
      request === null
        ? nothing
        : html`· request
            <a href=${linkWithConditions({ ...place, params: new URLSearchParams(spanOf(place)) }, [{ name: "correlation_id", value: request }])}
              >${logged(request, MOST_CHARS)}</a
            >`
    }
    ${user === null ? nothing : html`· user <a href=${linkWithConditions(place, [{ name: "user", value: user }])}>${logged(user, MOST_CHARS)}</a>`}
    ${group === null ? nothing : html`· group <a href=${linkWithConditions(place, [{ name: "group", value: group }])}>${logged(group, MOST_CHARS)}</a>`}
  </p>`;
}

/** The span alone: lines of other components meet no other condition. */
function spanOf({ params }: Place): [string, string][] {
  return [...params].filter(([name]) => ["since", "until", "span", "columns"].includes(name));
}
