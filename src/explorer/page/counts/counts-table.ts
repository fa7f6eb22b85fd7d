import { html, nothing, type TemplateResult } from "lit-html";
import type { CountRow } from "../../../counts/cube.ts";
import type { CountsDocument } from "../../../counts/formats/json.ts";
import { linkTo, linkWith, type Place } from "../address.ts";
import { utcText } from "../moment.ts";
import { changeText, countText } from "../quantity.ts";
import type { ComparedRow, Sort } from "./counted-rows.ts";
import { type CountsQuestion, PERIOD_WORDS, SEGMENT_WORDS } from "./counts-question.ts";

/** A table of rows so long is hard to read, and slow to make. */
export const MOST_SHOWN = 200;

export interface TableOptions {
  readonly question: CountsQuestion;
  readonly counts: CountsDocument;
  readonly place: Place;
  readonly sort: Sort;
  /** How many rows are shown. */
  readonly most: number;
}

/** A row for each event and key, with where it leads: to the lines, and to what proves them. */
export function countsTable(rows: readonly ComparedRow[], options: TableOptions): TemplateResult {
  const { question, counts, most } = options;
  const { by, withSessions, period } = question;
  const isCompared = rows.some(({ before }) => before !== null);
  const hasKey = by !== "instance" || counts.instance === null;
  const hasSpread = rows.some(({ row }) => row.per_user !== undefined);
  const largest = Math.max(1, ...rows.map(({ row }) => row.count));
  const first = rows[0]?.row;
  const span = first === undefined ? "" : `, ${utcText(first.from)} to before ${utcText(first.to)} (UTC)`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Counts">
    <table class="counts">
      <caption>
        ${totalText(rows)}over ${PERIOD_WORDS[period]}${period === "daily" ? ` before ${counts.as_of} (UTC)` : span}
      </caption>
      <thead>
        <tr>
          ${head("event", "Event", options)} ${hasKey ? head("key", SEGMENT_WORDS[by], options) : nothing}
          ${period === "daily" ? html`<th scope="col">Day</th>` : nothing} ${head("count", "Count", options)}
          <th scope="col" class="bar"><span class="unseen">Share</span></th>
          ${
            isCompared
              ? html`<th scope="col" class="number">Before</th>
                  <th scope="col" class="number">Change</th>`
              : nothing
          }
          ${head("unique_users", "Users", options)} ${withSessions ? head("sessions", "Sessions", options) : nothing}
          ${hasSpread ? html`<th scope="col" class="number">Per user: mean, median, most</th>` : nothing}
          <th scope="col">State</th>
          <th scope="col">Rests on</th>
        </tr>
      </thead>
      <tbody>
        ${rows.slice(0, most).map(
          ({ row, before }) => html`<tr>
            <th scope="row">${row.event}</th>
            ${hasKey ? html`<td class="key logged">${row.key ?? "all"}</td>` : nothing}
            ${period === "daily" ? html`<td>${row.from.slice(0, 10)}</td>` : nothing}
            <td class="number">${countText(row.count)}</td>
            <td class="bar">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="series-1" height="10" width=${(100 * row.count) / largest}></rect>
              </svg>
            </td>
            ${isCompared ? changeCells(row.count, before ?? 0) : nothing}
            <td class="number">${countText(row.unique_users)}</td>
            ${withSessions ? html`<td class="number">${countText(row.sessions ?? 0)}</td>` : nothing}
            ${hasSpread ? html`<td class="number">${spreadText(row)}</td>` : nothing}
            <td>${row.sealed ? html`<span class="good">sealed</span>` : html`<span class="warn">not all sealed</span>`}</td>
            <td>${evidenceLinks(row, options)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Only events of one kind can be added up. */
function totalText(rows: readonly ComparedRow[]): string {
  const events = new Set(rows.map(({ row }) => row.event));
  if (events.size !== 1) return "";
  return `${countText(rows.reduce((sum, { row }) => sum + row.count, 0))} in all, `;
}

function head(sort: Sort, words: string, options: TableOptions): TemplateResult {
  const isNumber = sort !== "event" && sort !== "key";
  const isSorted = options.sort === sort;
  return html`<th scope="col" class=${isNumber ? "number" : ""} aria-sort=${isSorted ? (isNumber ? "descending" : "ascending") : "none"}>
    <a href=${linkWith(options.place, { sort })}>${words}${isSorted ? (isNumber ? " ↓" : " ↑") : ""}</a>
  </th>`;
}

function changeCells(count: number, before: number): TemplateResult {
  return html`<td class="number">${countText(before)}</td>
    <td class="number">${changeText(count, before) ?? "new"}</td>`;
}

function spreadText({ per_user: spread }: CountRow): string {
  return spread === undefined || spread === null ? "–" : `${spread.mean}, ${spread.median}, ${spread.max}`;
}

/** The lines of the number, as far as lines can be asked for by its key; and its proof. */
function evidenceLinks(row: CountRow, { place }: TableOptions): TemplateResult {
  const { event, from, to, segment, key } = row;
  const isNamed = (segment === "group" || segment === "project") && key !== null && !key.startsWith("(");
  const narrowed = isNamed ? { [segment]: key } : {};
  const isWhole = segment === "instance" || isNamed;
  const lines = linkTo("logs", { since: from, until: to, event, ...narrowed });
  return html`<a href=${lines}>${isWhole ? "lines" : "lines of the event"}</a>,
    <a href=${linkWith(place, { proof: `${from}/${to}` })}>proof</a>`;
}
