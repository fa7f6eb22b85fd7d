import { html, type TemplateResult } from "lit-html";
import type { LiveReport } from "../../live-answers.ts";
import { linkTo } from "../address.ts";
import { createChart } from "../chart.ts";
import type { ChartSpec } from "../chart-spec.ts";
import { legend } from "../legend.ts";
import { countText, thingsText } from "../quantity.ts";

const SECOND_MS = 1000;
const EVENTS_PX = 240;
const LINES_PX = 140;
const OTHERS = "all others";

/** The charts of what was written, each beside its numbers. */
export interface LiveCharts {
  show(report: LiveReport): TemplateResult;
}

export function createLiveCharts(): LiveCharts {
  const [eventsChart, linesChart] = [createChart(), createChart()];
  return {
    show(report) {
      const { totals, minutes, bucket_seconds: seconds, series, events } = report;
      const counted = events.reduce((sum, { count }) => sum + count, 0);
      const eventSeries = series.map(({ event, counts }) => ({ label: event ?? OTHERS, values: counts }));
      const lineSeries = [
        { label: "read", values: report.lines.map((lines, at) => lines - (report.quarantined[at] ?? 0)) },
        { label: "in quarantine", values: report.quarantined },
      ];
      return html`
        <h2>Events</h2>
        <p class="note">
          ${thingsText(counted, "event")} in the last ${minutes} minutes, by the time of writing, each bar ${seconds} seconds.
          A line that came twice counts twice here, and once under <a href=${linkTo("counts")}>Counts</a>.
        </p>
        ${legend(eventSeries)}
        ${eventsChart.show({
          ...timesOf(report),
          label: `${thingsText(counted, "event")} by name over the last ${minutes} minutes; the table below has the numbers`,
          series: eventSeries,
          heightPx: EVENTS_PX,
        })}
        ${eventsTable(report)}
        <h2>Lines</h2>
        <p class="note">${thingsText(totals.lines, "line")} in ${countText(totals.objects)} ${totals.objects === 1 ? "batch" : "batches"}.</p>
        ${legend(lineSeries)}
        ${linesChart.show({
          ...timesOf(report),
          label: `${thingsText(totals.lines, "line")} over the last ${minutes} minutes, ${countText(totals.quarantined)} of them in quarantine`,
          series: lineSeries,
          heightPx: LINES_PX,
        })}
      `;
    },
  };
}

function timesOf({ from, lines, bucket_seconds: seconds }: LiveReport): Pick<ChartSpec, "times" | "stepMs"> {
  const fromMs = Date.parse(from);
  const stepMs = seconds * SECOND_MS;
  return { times: lines.map((_, index) => fromMs + index * stepMs), stepMs };
}

function eventsTable({ events, minutes }: LiveReport): TemplateResult {
  return html`<details class="events">
    <summary>All events as a table</summary>
    <table>
      <caption>
        Events of the last ${minutes} minutes.
      </caption>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col" class="number">Count</th>
        </tr>
      </thead>
      <tbody>
        ${events.map(
          ({ event, count }) => html`<tr>
            <th scope="row"><a href=${linkTo("logs", { event })}>${event}</a></th>
            <td class="number">${countText(count)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
