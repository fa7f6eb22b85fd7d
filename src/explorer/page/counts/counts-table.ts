import { html, nothing, type TemplateResult } from "lit-html";
import type { CountRow } from "../../../counts/cube.ts";
import type { CountsAnswer } from "../../answers.ts";
import { linkTo, linkWith, type Place } from "../address.ts";
import { moment } from "../moment.ts";
import { changeText, countText } from "../quantity.ts";
import { type CountedLines, countedLines, keysOf } from "./counted-lines.ts";
import type { ComparedRow, Sort } from "./counted-rows.ts";
import { type CountsQuestion, PERIOD_WORDS, SEGMENT_WORDS } from "./counts-question.ts";

/** A table of rows so long is hard to read, and slow to make. */
export const MOST_SHOWN = 200;

export interface TableOptions {
  readonly question: CountsQuestion;
  readonly answer: CountsAnswer;
  /** Whether what it is compared with lies before all that the archive has. */
  readonly isBeforeArchive: boolean;
  readonly place: Place;
  readonly sort: Sort;
  /** How many rows are shown. */
  readonly most: number;
}

/** A row for each event and key, with where it leads: to the lines, and to what proves them. */
export function countsTable(rows: readonly ComparedRow[], options: TableOptions): TemplateResult {
  const { question, answer, most, isBeforeArchive } = options;
  const { counts, details } = answer;
  const { by, withSessions, period } = question;
  const isCompared = isBeforeArchive || rows.some(({ before }) => before !== null);
  const hasKey = by !== "instance" || counts.instance === null;
  const hasSpread = rows.some(({ row }) => row.per_user !== undefined);
  const largest = Math.max(1, ...rows.map(({ row }) => row.count));
  const keys = keysOf(counts.rows);
  const seen = rows.slice(0, most).map((each) => ({ ...each, lines: countedLines(each.row, keys(each.row), details) }));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Counts">
    <table class="counts">
      <caption>
        ${totalText(rows)}over ${PERIOD_WORDS[period]}${period === "daily" ? ` before ${counts.as_of} (UTC)` : spanOf(rows)}
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
        ${seen.map(
          ({ row, before, lines }) => html`<tr>
            <th scope="row">${row.event}</th>
            ${hasKey ? html`<td class="key logged">${row.key ?? "all"}</td>` : nothing}
            ${period === "daily" ? html`<td>${row.from.slice(0, 10)}</td>` : nothing}
            <td class="number">${countText(row.count)}</td>
            <td class="bar">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="series-1" height="10" width=${(100 * row.count) / largest}></rect>
              </svg>
            </td>
            ${isCompared ? changeCells(row.count, isBeforeArchive ? null : (before ?? 0)) : nothing}
            <td class="number">${countText(row.unique_users)}</td>
            ${withSessions ? html`<td class="number">${countText(row.sessions ?? 0)}</td>` : nothing}
            ${hasSpread ? html`<td class="number">${spreadText(row)}</td>` : nothing}
            <td>${row.sealed ? html`<span class="good">sealed</span>` : html`<span class="warn">not all sealed</span>`}</td>
            <td>${evidenceLinks(row, lines, options)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>
  ${moreLinesNote(seen.flatMap(({ lines }) => (lines.because === null ? [] : [lines.because])))}`;
}

/** Of what is not daily all rows have one span. */
function spanOf([first]: readonly ComparedRow[]): TemplateResult | typeof nothing {
  if (first === undefined) return nothing;
  return html`, ${moment(first.row.from)} to before ${moment(first.row.to)} (UTC)`;
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

/** `before` is null where the archive has nothing that could be compared. */
function changeCells(count: number, before: number | null): TemplateResult {
  if (before === null) return html`<td class="number">no archive</td><td class="number">–</td>`;
  return html`<td class="number">${countText(before)}</td>
    <td class="number">${changeText(count, before) ?? "new"}</td>`;
}

function spreadText({ per_user: spread }: CountRow): string {
  return spread === undefined || spread === null ? "–" : `${spread.mean}, ${spread.median}, ${spread.max}`;
}

/** The lines of the number, as far as lines can be asked for by its key; and its proof. */
function evidenceLinks({ from, to }: CountRow, { conditions, because }: CountedLines, { place }: TableOptions) {
  const lines = linkTo("logs", conditions);
  return html`<a href=${lines} title=${because ?? nothing}>${because === null ? "lines" : "lines of the event"}</a>,
    <a href=${linkWith(place, { proof: `${from}/${to}` })}>proof</a>`;
}

/** Why some links lead to more lines than their number counts. */
function moreLinesNote(reasons: readonly string[]): TemplateResult | typeof nothing {
  if (reasons.length === 0) return nothing;
  return html`<p class="note">
    “Lines of the event” are all of that event, more than the number counts: ${[...new Set(reasons)].join("; ")}.
  </p>`;
}
