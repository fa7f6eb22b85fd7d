import { html, type TemplateResult } from "lit-html";
import type { Lag, LiveReport } from "../../live-answers.ts";
import { agoText, rateText, shortDurationText } from "../duration.ts";
import { moment } from "../moment.ts";
import { bytesText, countText, thingsText } from "../quantity.ts";

const DAY_MS = 86_400_000;

/** What is to be seen from afar. */
export function figures(report: LiveReport, now: string): TemplateResult {
  const { totals, minutes, lag, last_written: last, lines_per_second: rate, raw_bytes_per_second: bytes } = report;
  return html`<dl class="figures">
    ${figure("Lines a second", rateText(rate), html`${bytesText(Math.round(bytes))} a second, over the last minute`)}
    ${figure("Delay", lag === null ? "–" : shortDurationText(lag.median_ms), lagNote(lag))}
    ${figure(
      "In quarantine",
      countText(totals.quarantined),
      html`of ${thingsText(totals.looked_lines, "line")} of the last ${minutes} minutes; kept, but not readable as a record`,
    )}
    ${figure(
      "Last written",
      last === null ? "never" : agoText(last, now),
      last === null ? html`the archive is empty` : html`at ${moment(last)} UTC`,
    )}
    ${backlogFigures(report)}
  </dl>`;
}

function figure(name: string, value: string, note: TemplateResult): TemplateResult {
  return html`<div>
    <dt>${name}</dt>
    <dd class="value">${value}</dd>
    <dd class="note">${note}</dd>
  </div>`;
}

function lagNote(lag: Lag | null): TemplateResult {
  if (lag === null) return html`no line with a time was written`;
  const worst = shortDurationText(lag.worst_ms);
  if (lag.median_ms > DAY_MS)
    return html`these lines are old, as when files are read in later; the oldest is ${worst} old`;
  return html`between a line’s own time and its writing, in the newest batch; at most ${worst}`;
}

function backlogFigures({ backlog }: LiveReport): TemplateResult {
  if (backlog === null) return html``;
  const { unsealed_objects: objects, unsealed_lines: lines, unindexed_objects: waiting } = backlog;
  return html`
    ${figure("Not sealed yet", thingsText(lines, "line"), html`in ${thingsText(objects, "object")}; counted already, and sealed once their hours are over`)}
    ${waiting === 0 ? html`` : figure("Wait for the index", thingsText(waiting, "object"), html`the search index could not take them when they were written`)}
  `;
}
