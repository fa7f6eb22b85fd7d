import { html, type TemplateResult } from "lit-html";
import type { AvailabilityRow, CoverageReport, LevelRow, PeriodRow } from "../../../counts/coverage/coverage-report.ts";
import { moment } from "../moment.ts";
import { countText, thingsText } from "../quantity.ts";
import { PERIOD_WORDS, SEGMENT_WORDS } from "./counts-question.ts";

/** The guide's three tables, for this archive. */
export function coverageTables(coverage: CoverageReport): TemplateResult {
  const { availability, levels, periods, history, from, to } = coverage;
  const byEvent = [...Map.groupBy(availability, ({ event }) => event)];
  const segments = [...new Set(availability.map(({ segment }) => segment))];
  return html`
    <p>
      ${thingsText(history.lines, "line")}${history.first_day === null ? "" : `, from ${history.first_day} to ${history.last_day}`};
      ${
        history.sealed_through === null
          ? "nothing is sealed"
          : html`sealed is everything before ${moment(history.sealed_through)} (UTC)`
      }.
    </p>
    <h2>How many of an event's lines carry what it is counted by</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Availability">
      <table>
        <caption>
          Lines of ${from.slice(0, 10)} to before ${to.slice(0, 10)}. Less than 100 %: the others count as unknown.
        </caption>
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col" class="number">Events</th>
            ${segments.map((segment) => html`<th scope="col" class="number">${segment}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${byEvent.map(
            ([event, rows]) => html`<tr>
              <th scope="row">${event}</th>
              <td class="number">${countText(rows[0]?.events ?? 0)}</td>
              ${segments.map((segment) => html`<td class="number">${shareText(rows.find((row) => row.segment === segment))}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <h2>What may be reported</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Reporting levels">${levelTable(levels)}</div>
    <h2>Which periods the archive covers</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Periods">${periodTable(periods)}</div>
  `;
}

function shareText(row: AvailabilityRow | undefined): string {
  if (row?.share === undefined || row.share === null) return "–";
  return `${(row.share * 100).toFixed(row.share === 1 || row.share === 0 ? 0 : 2)} %`;
}

const LEVEL_WORDS: Readonly<Record<LevelRow["availability"], string>> = {
  available: "yes",
  widened: "yes, opened by the owner",
  not_possible: "no",
};

function levelTable(levels: readonly LevelRow[]): TemplateResult {
  const bySegment = [...Map.groupBy(levels, ({ segment }) => segment)];
  return html`<table>
    <thead>
      <tr>
        <th scope="col">By</th>
        <th scope="col">Totals</th>
        <th scope="col">One by one</th>
      </tr>
    </thead>
    <tbody>
      ${bySegment.map(
        ([segment, rows]) => html`<tr>
          <th scope="row">${SEGMENT_WORDS[segment]}</th>
          ${(["aggregate", "identifiable"] as const).map((level) => {
            const row = rows.find((each) => each.level === level);
            return html`<td>${row === undefined ? "–" : LEVEL_WORDS[row.availability]}${row?.rule ? ` (${row.rule})` : ""}</td>`;
          })}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

const PERIOD_STATES: Readonly<Record<PeriodRow["availability"], string>> = {
  available: "every day has lines",
  in_progress: "the first days have none: the archive begins within it",
  in_part: "some days have no lines",
  not_seen: "no day has lines",
};

function periodTable(periods: readonly PeriodRow[]): TemplateResult {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Period</th>
        <th scope="col">From</th>
        <th scope="col">To before</th>
        <th scope="col" class="number">Days with lines</th>
        <th scope="col">State</th>
      </tr>
    </thead>
    <tbody>
      ${periods.map(
        ({ period, from, to, days, days_with_lines, availability }) => html`<tr>
          <th scope="row">${PERIOD_WORDS[period]}</th>
          <td>${from.slice(0, 10)}</td>
          <td>${to.slice(0, 10)}</td>
          <td class="number">${days_with_lines} of ${days}</td>
          <td>${PERIOD_STATES[availability]}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}
