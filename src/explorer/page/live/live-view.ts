import { html, nothing, type TemplateResult } from "lit-html";
import type { LiveReport, LiveWriter, QuarantinedLine } from "../../live-answers.ts";
import { linkTo, linkWith, type Place } from "../address.ts";
import { agoText } from "../duration.ts";
import { moment } from "../moment.ts";
import { countText, thingsText } from "../quantity.ts";
import { problemBox, remarksBox } from "../states.ts";
import type { Page, View } from "../view.ts";
import { createLiveCharts } from "./live-charts.ts";
import { figures } from "./live-figures.ts";
import { nothingWritten } from "./live-idle.ts";
import { createLiveStream, type LiveState } from "./live-stream.ts";

const SPANS = ["5", "15", "60"];
const DEFAULT_SPAN = "15";

export function createLiveView({ about, update }: Page): View {
  const stream = createLiveStream(update);
  const charts = createLiveCharts();
  return {
    title: "Live",
    show(place) {
      const state = stream.of(place.params);
      const { known, problem, isFinal } = state;
      return html`
        <p class="note">What workers write to this archive, wherever they run.</p>
        ${controls(place, state, stream.pause, stream.resume)}
        ${problem === null ? nothing : isFinal ? problemBox(problem) : lostBox(problem, known !== null)}
        ${known === null ? (problem === null ? html`<p class="waiting" role="status">Looking at what was written …</p>` : nothing) : nothing}
        ${known === null ? nothing : html`<div class=${problem === null ? "answer" : "answer stale"}>${reportOf(known.report, known.now)}</div>`}
      `;
    },
    leave: stream.leave,
  };

  function reportOf(report: LiveReport, now: string): TemplateResult {
    const { totals } = report;
    const isIdle = totals.objects === 0 && totals.unread_objects === 0;
    return html`
      ${remarksBox(report.problems)}
      ${figures(report, now)}
      ${isIdle ? nothingWritten(report, now, about) : html`${lookedNote(report)} ${charts.show(report)} ${writersTable(report.writers, now)} ${quarantineTable(report)}`}
    `;
  }
}

function controls(place: Place, { isPaused }: LiveState, pause: () => void, resume: () => void): TemplateResult {
  const span = place.params.get("minutes") ?? DEFAULT_SPAN;
  return html`<div class="row live-controls">
    <nav aria-label="How far to look back">
      <ul class="chips">
        ${SPANS.map(
          (minutes) => html`<li>
            <a href=${linkWith(place, { minutes })} aria-current=${minutes === span ? "true" : "false"}>${minutes} minutes</a>
          </li>`,
        )}
      </ul>
    </nav>
    <button type="button" @click=${isPaused ? resume : pause}>${isPaused ? "Go on" : "Pause"}</button>
    <p class="note" role="status">${isPaused ? "Paused: this is how it was then." : "Updates by itself."}</p>
  </div>`;
}

function lostBox(problem: string, isBelow: boolean): TemplateResult {
  const rest = isBelow ? "; what is below is from before" : "";
  return problemBox(`${problem}. This page tries again every few seconds and goes on by itself${rest}.`);
}

/** Said where it is less than all: else the counts would look complete. */
function lookedNote({ totals }: LiveReport): TemplateResult | typeof nothing {
  const { lines, looked_lines: looked, unread_objects: unread } = totals;
  if (looked >= lines && unread === 0) return nothing;
  if (lines === 0) return html`<p class="remarks">What was written is being read …</p>`;
  return html`<p class="remarks">
    Events and quarantine are those of ${countText(looked)} of ${thingsText(lines, "line")} so far: much was written, and
    the rest is being read. <a href=${linkTo("counts")}>Counts</a> has them all.
  </p>`;
}

function writersTable(writers: readonly LiveWriter[], now: string): TemplateResult {
  return html`<h2>Workers</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Workers">
      <table>
        <caption>
          Who has written; each start of a worker has a name of its own.
        </caption>
        <thead>
          <tr>
            <th scope="col">Worker</th>
            <th scope="col">Stream</th>
            <th scope="col">Last written</th>
            <th scope="col" class="number">Lines</th>
            <th scope="col" class="number">Batches</th>
          </tr>
        </thead>
        <tbody>
          ${writers.map(
            ({ writer, stream, last_written: last, lines, objects }) => html`<tr>
              <th scope="row" class="mono">${writer}</th>
              <td>${stream}</td>
              <td class="time">${agoText(last, now)} (${moment(last)})</td>
              <td class="number">${countText(lines)}</td>
              <td class="number">${countText(objects)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function quarantineTable({ newest_quarantined: lines, minutes }: LiveReport): TemplateResult {
  return html`<h2>Newest lines in quarantine</h2>
    ${
      lines.length === 0
        ? html`<p class="note">None in the last ${minutes} minutes.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Newest lines in quarantine">
            <table>
              <caption>
                Kept byte for byte, but no event could be read from them.
              </caption>
              <thead>
                <tr>
                  <th scope="col">Written</th>
                  <th scope="col">The line is</th>
                  <th scope="col">Log</th>
                  <th scope="col">Line</th>
                </tr>
              </thead>
              <tbody>
                ${lines.map(quarantineRow)}
              </tbody>
            </table>
          </div>`
    }`;
}

function quarantineRow({ id, log, reason, meaning, written }: QuarantinedLine): TemplateResult {
  return html`<tr>
    <td class="time">${moment(written)}</td>
    <td>${meaning} <span class="note">(${reason})</span></td>
    <td>${log}</td>
    <td><a class="mono" href=${linkTo("logs", { line: id })}>${id}</a></td>
  </tr>`;
}
