import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { LineVariant, TraceAnswer, TraceSpan } from "../../logs-answers.ts";
import { linkWith, type Place } from "../address.ts";
import { exactMoment, moment } from "../moment.ts";
import { thingsText } from "../quantity.ts";
import { emptyBox, remarksBox } from "../states.ts";
import { statusCell, tookText } from "./columns.ts";
import { timeText } from "./question.ts";
import { logged } from "./visible-text.ts";
import { type Bar, barsOf, inOrderOfStart } from "./waterfall.ts";

/** How far from one line of a request others are looked for. */
const AROUND_MS = 3_600_000;
const MOST_SHOWN = 500;
const MOST_CHARS = 120;
const VAGUE =
  "Where a line gives its time in whole seconds, its start is known to the second only: its bar is drawn paler, from " +
  "where the first of the others began if that lies within this second.";

/** The lines of the same request, around this one; null where it names none. */
export function traceParams({ row }: Pick<LineVariant, "row">): URLSearchParams | null {
  if (row.correlation_id === null) return null;
  const params = new URLSearchParams({ correlation_id: row.correlation_id });
  if (row.time === null) return params;
  const timeMs = Date.parse(row.time);
  params.set("since", timeText(timeMs - AROUND_MS));
  params.set("until", timeText(timeMs + AROUND_MS));
  return params;
}

/** The request over its components: a bar for each line, which is written when its work is done. */
export function tracePart({ spans, remarks }: TraceAnswer, place: Place): TemplateResult {
  if (spans.length === 0) return emptyBox("No line of this request was found within an hour of this one.");
  const shown = inOrderOfStart(spans.slice(0, MOST_SHOWN));
  const bars = barsOf(shown);
  const first = shown[0]?.start_ms ?? 0;
  const logs = [...new Set(shown.map(({ log }) => log))];
  return html`
    ${remarksBox(remarks)}
    ${spans.length > MOST_SHOWN ? remarksBox([`${thingsText(spans.length, "line")}; the first ${MOST_SHOWN} are shown`]) : nothing}
    <p class="note">
      ${thingsText(spans.length, "line")} of ${thingsText(logs.length, "component")}. A line is written when its work is
      done; how long it took, it says itself. ${shown.some(({ is_to_the_second: isVague }) => isVague) ? VAGUE : nothing}
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="The whole request">
      <table class="trace">
        <caption>By when their work began</caption>
        <thead>
          <tr>
            <th scope="col">Began at (UTC)</th><th scope="col">Component</th><th scope="col">What</th>
            <th scope="col">Status</th><th scope="col" class="number">After</th><th scope="col" class="number">Took</th>
            <th scope="col" class="waterfall">When</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((span, at) => spanRow(span, bars[at] ?? null, first, logs.indexOf(span.log), place))}
        </tbody>
      </table>
    </div>
  `;
}

function spanRow(span: TraceSpan, bar: Bar | null, firstMs: number, log: number, place: Place): TemplateResult {
  const { start_ms: start, duration_ms: ms, is_to_the_second: isVague, what, path, method, events } = span;
  const isOpened = place.params.get("line") === span.id;
  return html`<tr class=${isOpened ? "opened" : ""}>
    <th scope="row">
      <a href=${linkWith(place, { line: span.id })} aria-current=${isOpened ? "true" : "false"}
        >${start === null ? "without time" : isVague ? html`about ${moment(start)}` : exactMoment(start)}</a
      >
      ${isVague ? html`<span class="note">start known to the second only</span>` : nothing}
    </th>
    <td>${logged(span.log, MOST_CHARS)}</td>
    <td class="what">
      ${method === null ? nothing : html`<span class="note">${logged(method, MOST_CHARS)}</span>`}
      ${logged(what ?? path ?? "", MOST_CHARS)} ${events.length === 0 ? nothing : html`<span class="note">${events.join(", ")}</span>`}
    </td>
    <td>${statusCell(span)}</td>
    <td class="number after">${start === null || isVague ? nothing : tookText(start - firstMs)}</td>
    <td class="number took">${ms === null ? nothing : tookText(ms)}</td>
    <td class="waterfall">${bar === null ? nothing : barPicture(bar, log, isVague)}</td>
  </tr>`;
}

/** What it shows stands in the cells before it. */
function barPicture({ x, width }: Bar, log: number, isVague: boolean): TemplateResult {
  return html`<svg class="bar" aria-hidden="true" width="100%" height="14">
    ${svg`<rect class="series-${(log % 6) + 1} ${isVague ? "vague" : ""}" x="${x.toFixed(2)}%" width="${width.toFixed(2)}%" y="1" height="12" rx="2"></rect>`}
  </svg>`;
}
