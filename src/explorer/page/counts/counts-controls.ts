import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import type { About } from "../../answers.ts";
import { linkTo } from "../address.ts";
import { A_DAY, BEFORE, type CountsQuestion, LEVEL_WORDS, PERIOD_WORDS, SEGMENT_WORDS } from "./counts-question.ts";

/** Questions that are often asked, for whoever does not know yet what there is. */
const OFTEN_ASKED: readonly (readonly [words: string, params: Readonly<Record<string, string>>])[] = [
  ["Git pushes by plan, 7 days", { event: "git_push", by: "plan" }],
  ["Everything that is counted", {}],
  ["Top controllers", { event: "rails_request", by: "detail" }],
  ["Top REST routes", { event: "rest_request", by: "detail" }],
  ["Top GraphQL operations", { event: "graphql_query", by: "detail" }],
  ["Groups that push most", { event: "git_push", by: "group", period: "28d" }],
  ["Created, read, updated, deleted", { by: "operation" }],
];

export function oftenAsked(): TemplateResult {
  return html`<ul class="chips" aria-label="Often asked">
    ${OFTEN_ASKED.map(([words, params]) => html`<li><a href=${linkTo("counts", params)}>${words}</a></li>`)}
    <li><a href=${linkTo("logs", { status: "5xx", span: "7d" })}>What fails most, 7 days</a></li>
    <li><a href=${linkTo("counts", { show: "coverage" })}>What can be asked here</a></li>
  </ul>`;
}

/** The form; `change` is told of each parameter that is another now. */
export function countsControls(
  about: About,
  question: CountsQuestion,
  change: (name: string, value: string) => void,
): TemplateResult {
  const { event, by, period, asOf, compare, withSessions } = question;
  const onChange =
    (name: string) =>
    (event: Event): void => {
      const { target } = event;
      if (target instanceof HTMLSelectElement) change(name, target.value);
      if (target instanceof HTMLInputElement) {
        change(name, target.type === "checkbox" ? String(target.checked) : target.value);
      }
    };
  const choice = (
    name: string,
    value: string,
    label: string,
    words: Readonly<Record<string, string>>,
  ): TemplateResult =>
    html`<label
      >${label}
      <select .value=${live(value)} @change=${onChange(name)}>
        ${Object.entries(words).map(([word, shown]) => html`<option value=${word} ?selected=${word === value}>${shown}</option>`)}
      </select>
    </label>`;
  const events = Object.fromEntries(about.events.map((name) => [name, name]));
  return html`<form class="controls" @submit=${(submitted: Event) => submitted.preventDefault()}>
    ${choice("event", event, "What", { "": "all events", ...events })} ${choice("by", by, "By", SEGMENT_WORDS)}
    ${choice("period", period, "Over", PERIOD_WORDS)}
    ${levelChoice(about, question, choice)}
    <label
      >Ending before (day, UTC)
      <input type="date" .value=${live(asOf)} @change=${onChange("as_of")} />
    </label>
    ${
      period === "daily"
        ? nothing
        : choice("compare", compare === BEFORE || compare === "" ? compare : A_DAY, "Compare with", {
            "": "nothing",
            ...(period === "all" ? {} : { [BEFORE]: `the ${PERIOD_WORDS[period]} before` }),
            [A_DAY]: "what was before a day",
          })
    }
    ${
      compare === "" || compare === BEFORE
        ? nothing
        : html`<label
            >That day (UTC)${compare === A_DAY ? ": choose it to compare" : nothing}
            <input
              type="date"
              .value=${live(compare === A_DAY ? "" : compare)}
              @change=${(event: Event) => change("compare", dayIn(event))}
            />
          </label>`
    }
    <label class="check"
      ><input type="checkbox" .checked=${live(withSessions)} @change=${onChange("sessions")} /> count sessions too (takes
      longer)</label
    >
  </form>`;
}

/** A field that was emptied still waits for a day. */
function dayIn({ target }: Event): string {
  return (target instanceof HTMLInputElement ? target.value : "") || A_DAY;
}

/** Only where both levels may be asked there is a choice; else the rule is named. */
function levelChoice(
  { levels }: About,
  { by, level }: CountsQuestion,
  choice: (name: string, value: string, label: string, words: Readonly<Record<string, string>>) => TemplateResult,
): TemplateResult | typeof nothing {
  // Of others the rows are the same at both levels.
  if (by !== "user" && by !== "session" && level === "aggregate") return nothing;
  const rule = levels.find((each) => each.segment === by && each.level === "identifiable")?.rule ?? null;
  if (rule !== null && level === "aggregate") {
    return html`<p class="note">Totals only: the rule “${rule}” forbids rows for each ${by}.</p>`;
  }
  return choice("level", level, `Rows for ${by}s`, LEVEL_WORDS);
}
