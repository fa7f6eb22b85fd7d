import { html, nothing, type TemplateResult } from "lit-html";
import type { DigestsAnswer, HoursAnswer, LedgerAnswer } from "../../archive-answers.ts";
import type { Place } from "../address.ts";
import { ask } from "../connection.ts";
import { createLoading, type Loaded } from "../loading.ts";
import { problemBox, shown } from "../states.ts";
import type { Page, View } from "../view.ts";
import { calendar } from "./calendar.ts";
import { dayDetails } from "./day-details.ts";
import { digestSection } from "./digest-table.ts";
import { findingsTable } from "./findings-table.ts";
import { namedFaults } from "./named-faults.ts";
import { createPackForm } from "./pack-form.ts";
import { createSizesChart } from "./sizes-chart.ts";
import { statement } from "./statement.ts";
import { createVerification } from "./verification.ts";

export function createArchiveView({ about, update }: Page): View {
  const hours = createLoading<HoursAnswer>(update);
  const ledger = createLoading<LedgerAnswer>(update);
  const digests = createLoading<DigestsAnswer>(update);
  const sizes = createSizesChart();
  const packForm = createPackForm(about, update);
  const verification = createVerification(update, () => hours.forget());
  const again = (loading: { readonly forget: () => void }) => () => {
    loading.forget();
    update();
  };

  const showDay = ({ streams }: HoursAnswer, day: string | null): TemplateResult | typeof nothing => {
    if (day === null) return nothing;
    return dayDetails({
      day,
      streams,
      ledger: day === "undated" ? null : ledger.of(day, (signal) => askLedger(day, signal)),
      onVerify: () => {
        verification.start(day);
        document.querySelector("#verify")?.scrollIntoView();
      },
      onAgain: again(ledger),
    });
  };
  return {
    title: "Archive",
    show(place) {
      const { month, day } = placeIn(place);
      if (day !== null && !isDay(day)) return problemBox(`There is no day "${day}": write it as YYYY-MM-DD.`);
      const asked = new URLSearchParams(month === null ? {} : { month });
      const known = hours.of(String(asked), (signal) => ask<HoursAnswer>("/api/hours", asked, signal));
      const answer = answerIn(known);
      const chain = digests.of("digests", askDigests);
      return html`
        <section aria-labelledby="verify">
          <h2 id="verify">Is the archive intact?</h2>
          ${shown(known, "Looking at the names of what is there", statement, again(hours))}
          ${verification.show(answer?.newest_whole_day ?? null, (answer?.problems.length ?? 0) > 0)}
          ${answer === null ? nothing : faultsTable(answer)}
        </section>
        ${
          known.kind === "failed"
            ? nothing
            : shown(
                known,
                "Reading the manifests of the month",
                (answer) => html`
                <section aria-labelledby="hours">
                  <h2 id="hours">Hours</h2>
                  ${calendar(answer, place)}
                  ${sizes(answer.streams)}
                </section>
                <section>${showDay(answer, day)}</section>
              `,
              )
        }
        ${digestSection(chain, again(digests))}
        <section aria-labelledby="pack">
          <h2 id="pack">Evidence pack</h2>
          ${packForm.show(day === "undated" ? null : day)}
        </section>
      `;
    },
    leave() {
      for (const each of [hours, ledger, digests, verification, packForm]) each.leave();
    },
  };
}

/** The answer, or the one before while it is on its way. */
function answerIn(known: Loaded<HoursAnswer>): HoursAnswer | null {
  if (known.kind === "failed") return null;
  return known.kind === "ready" ? known.value : known.previous;
}

function faultsTable(answer: HoursAnswer): TemplateResult | typeof nothing {
  const { faults, total } = namedFaults(answer);
  return findingsTable(faults, total, "Findings");
}

function askDigests(signal: AbortSignal): Promise<DigestsAnswer> {
  return ask<DigestsAnswer>("/api/digests", new URLSearchParams(), signal);
}

function askLedger(day: string, signal: AbortSignal): Promise<LedgerAnswer> {
  return ask<LedgerAnswer>("/api/ledger", new URLSearchParams({ day }), signal);
}

function isDay(text: string): boolean {
  return text === "undated" || (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)));
}

/** The month of a chosen day, unless another one is looked at. */
function placeIn({ params }: Place): { readonly month: string | null; readonly day: string | null } {
  const day = params.get("day");
  const month = params.get("month") ?? (day === null || day === "undated" ? null : day.slice(0, 7));
  return { month, day };
}
