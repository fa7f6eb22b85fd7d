import { html, nothing, type TemplateResult } from "lit-html";
import type { DayAnswer, LedgerAnswer, StreamMonth } from "../../archive-answers.ts";
import { linkTo } from "../address.ts";
import type { Loaded } from "../loading.ts";
import { moment } from "../moment.ts";
import { bytesText, countText, thingsText } from "../quantity.ts";
import { emptyBox, shown } from "../states.ts";
import { signedText } from "./calendar.ts";
import { findingsTable } from "./findings-table.ts";
import { nextDay } from "./month.ts";

interface DayDetails {
  readonly day: string;
  readonly streams: readonly StreamMonth[];
  /** Null for lines without time: books are kept by hours. */
  readonly ledger: Loaded<LedgerAnswer> | null;
  readonly onVerify: () => void;
  readonly onAgain: () => void;
}

/** All that is known of a day. */
export function dayDetails({ day, streams, ledger, onVerify, onAgain }: DayDetails): TemplateResult {
  const known = streams.flatMap(({ stream, days }) =>
    days.filter((each) => each.day === day).map((each) => [stream, each] as const),
  );
  const name = day === "undated" ? "Lines without time" : day;
  if (known.length === 0) return html`<h2>${name}</h2>${emptyBox("No line was filed on this day.")}`;
  return html`
    <h2>${name}</h2>
    ${ledger === null ? nothing : dayLinks(day, onVerify)}
    ${known.map(([stream, each]) => figures(stream, each))}
    ${
      ledger === null
        ? nothing
        : html`<h3>Ledger</h3>
            ${shown(ledger, "Balancing the books of the day", ledgerTable, onAgain)}`
    }
  `;
}

function dayLinks(day: string, onVerify: () => void): TemplateResult {
  const span = { since: `${day}T00:00:00Z`, until: `${nextDay(day)}T00:00:00Z` };
  return html`<div class="row">
    <a class="button" href=${linkTo("logs", span)}>Lines of this day</a>
    <button type="button" @click=${onVerify}>Verify this day</button>
  </div>`;
}

function figures(stream: string, day: DayAnswer): TemplateResult {
  const ratio = day.stored_bytes === 0 ? "–" : `${(day.raw_bytes / day.stored_bytes).toFixed(1)} : 1`;
  const facts: (readonly [string, string])[] = [
    ["Stream", stream],
    ["Sealed lines", countText(day.lines)],
    ["As they came", bytesText(day.raw_bytes)],
    ["Stored", bytesText(day.stored_bytes)],
    ["Compression", ratio],
    ["In quarantine", countText(day.quarantined)],
    ["Objects", countText(day.objects)],
    ["Signed", signedText(day)],
  ];
  return html`<dl class="facts">
      ${facts.map(([what, value]) => html`<div><dt>${what}</dt><dd class="logged">${value}</dd></div>`)}
    </dl>
    ${
      day.open_objects === 0
        ? nothing
        : html`<p class="warn">
            Lines of this day wait in ${thingsText(day.open_objects, "object")} of the write-ahead log: logtally seal puts
            them into the vault.
          </p>`
    }`;
}

const COLUMNS = [
  ["received", "received"],
  ["archived", "archived"],
  ["duplicates", "repeats"],
  ["conflicts", "conflicts"],
  ["counted", "counted"],
  ["eventless", "without event"],
  ["quarantined", "quarantined"],
  ["unsealed", "not sealed"],
] as const;

function ledgerTable({ ledger: { hours, total, problems, balances } }: LedgerAnswer): TemplateResult {
  if (hours.length === 0 && problems.length === 0) return emptyBox("No line of this day is in the books.");
  return html`
    <p class=${balances ? "good" : "bad"}>
      ${
        balances
          ? "✓ The books balance: every line that was received is archived or a repeat, and every archived one is counted, without event, or in quarantine."
          : `✕ The books do not balance: ${thingsText(problems.length, "problem")}.`
      }
    </p>
    ${findingsTable(problems, problems.length, "Problems of the books")}
    <div class="scroll" tabindex="0" role="region" aria-label="Ledger of the day">
      <table>
        <caption>
          received = archived + repeats; archived = counted + without event + quarantined
        </caption>
        <thead>
          <tr>
            <th scope="col">stream</th>
            <th scope="col">hour</th>
            ${COLUMNS.map(([, words]) => html`<th scope="col" class="number">${words}</th>`)}
            <th scope="col">balances</th>
          </tr>
        </thead>
        <tbody>
          ${hours.map(
            (row) => html`<tr>
              <td class="logged">${row.stream}</td>
              <th scope="row">${row.hour === "undated" ? "without time" : moment(row.hour)}</th>
              ${COLUMNS.map(([name]) => html`<td class="number">${countText(row[name])}</td>`)}
              <td class=${row.balances ? "good" : "bad"}>${row.balances ? "yes" : "no"}</td>
            </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            <td></td>
            <th scope="row">in all, ${thingsText(hours.length, "hour")}</th>
            ${COLUMNS.map(([name]) => html`<td class="number">${countText(total[name])}</td>`)}
            <td class=${total.balances ? "good" : "bad"}>${total.balances ? "yes" : "no"}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  `;
}
