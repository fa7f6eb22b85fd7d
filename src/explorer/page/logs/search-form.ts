import { html, nothing, type TemplateResult } from "lit-html";
import { linkTo, type Place } from "../address.ts";
import type { Page } from "../view.ts";
import { CONDITIONS, conditionsOf, linkWithout, presetLinks, spanTexts } from "./question.ts";
import { logged } from "./visible-text.ts";

/** Fields of the form that are seldom filled in. */
const RARE = ["project", "correlation_id", "field"];
const CHIP_CHARS = 120;
const USER_NOTE = "user-note";
const HINTS: Readonly<Record<string, string>> = {
  status: "404 or 5xx",
  user: "number, or name",
  group: "acme-group",
  text: "in the raw line, case counts",
  project: "acme-group/widgets",
  correlation_id: "",
  field: "method=POST",
};

const SIZES: Readonly<Record<string, number>> = {
  status: 8,
  user: 14,
  group: 12,
  text: 20,
  field: 24,
  correlation_id: 24,
};

/** Where it is said what is searched for; `onSubmit` is told before a search, which may be the same as before. */
export function searchForm(place: Place, page: Page, onSubmit: () => void): TemplateResult {
  const { since, until } = spanTexts(place.params, page.about);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    onSubmit();
    page.go(linkOfForm(event.currentTarget, place));
  };
  return html`
    <nav class="presets" aria-label="Span of time">
      ${presetLinks(place, page.about).map(
        ({ label, link, isCurrent }) =>
          html`<a class="button" href=${link} aria-current=${isCurrent ? "true" : "false"}>${label}</a>`,
      )}
    </nav>
    <form class="controls search" role="search" @submit=${submit}>
      ${timeInput("since", "From (UTC)", since)} ${timeInput("until", "To (UTC, left out)", until)}
      ${choice("log", page.about.logs, place)} ${choice("event", ["any", ...page.about.events], place)}
      ${textInput("status", place)} ${textInput("user", place)} ${textInput("group", place)} ${textInput("text", place)}
      <details class="more" ?open=${RARE.some((name) => place.params.has(name))}>
        <summary>More</summary>
        <div class="row">${RARE.map((name) => textInput(name, place))}</div>
      </details>
      <button class="main" type="submit">Search</button>
      <p class="note" id=${USER_NOTE}>
        A user is known by number, as 101, wherever a line gives it; a name finds only lines that give no number. To find
        a name in any line, search for it as text.
      </p>
    </form>
    ${chips(place)}
  `;
}

function timeInput(name: string, label: string, value: string): TemplateResult {
  return html`<label>
    ${label}
    <input name=${name} autocomplete="off" size="17" placeholder="2020-12-22 17:00:00" .value=${value.replace("T", " ").replace("Z", "")} />
  </label>`;
}

function textInput(name: string, { params }: Place): TemplateResult {
  // Of several fields each is a chip; here another one can be added.
  const value = name === "field" ? "" : (params.get(name) ?? "");
  return html`<label>
    ${CONDITIONS[name]}
    <input name=${name} autocomplete="off" size=${SIZES[name] ?? 14} placeholder=${HINTS[name] ?? ""} .value=${value}
      aria-describedby=${name === "user" ? USER_NOTE : nothing} />
  </label>`;
}

function choice(name: string, words: readonly string[], { params }: Place): TemplateResult {
  const chosen = params.get(name) ?? "";
  const all = chosen === "" || words.includes(chosen) ? words : [chosen, ...words];
  return html`<label>
    ${CONDITIONS[name]}
    <select name=${name} .value=${chosen}>
      <option value="" ?selected=${chosen === ""}>all</option>
      ${all.map((word) => html`<option value=${word} ?selected=${word === chosen}>${word}</option>`)}
    </select>
  </label>`;
}

/** What is searched for now, each with a way to take it out. */
function chips(place: Place): TemplateResult | typeof nothing {
  const conditions = conditionsOf(place);
  if (conditions.length === 0) return nothing;
  return html`<ul class="chips" aria-label="Conditions of this search">
    ${conditions.map(
      (condition) => html`<li>
        <a href=${linkWithout(place, condition)} title="Take this condition out">
          ${CONDITIONS[condition.name]}: ${logged(condition.value, CHIP_CHARS)} <span aria-hidden="true">×</span>
        </a>
      </li>`,
    )}
  </ul>`;
}

function linkOfForm(form: HTMLFormElement, { params }: Place): string {
  const asked: Record<string, string | readonly string[]> = {};
  const data = new FormData(form);
  for (const name of ["since", "until"]) asked[name] = timeOf(textIn(data, name));
  for (const name of Object.keys(CONDITIONS)) {
    const value = textIn(data, name);
    asked[name] = name === "field" ? [...new Set([...params.getAll(name), value])] : value;
  }
  const columns = params.get("columns");
  const isOpen = asked["since"] === "" && asked["until"] === "";
  return linkTo("logs", { ...asked, span: isOpen ? "all" : null, columns });
}

/** No field of the form is a file. */
function textIn(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === "string" ? value : "";
}

/** What people write with a space. */
function timeOf(text: string): string {
  const trimmed = text.trim();
  return /^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)?$/.test(trimmed) ? `${trimmed.replace(" ", "T")}Z` : trimmed;
}
