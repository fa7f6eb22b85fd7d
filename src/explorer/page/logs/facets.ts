import { html, nothing, type TemplateResult } from "lit-html";
import type { FacetAnswer, FacetName, FacetValue, SearchPart } from "../../logs-answers.ts";
import type { Place } from "../address.ts";
import { countText, thingsText } from "../quantity.ts";
import { linkWithConditions } from "./question.ts";
import { logged } from "./visible-text.ts";

const TITLES: Readonly<Record<FacetName, string>> = {
  status_class: "Kind of status",
  status: "Status",
  controller: "Controller",
  what: "Action, route or job",
  log: "Log",
  event: "Event",
  group: "Group",
  user: "User",
};
/** What classes of status mean. */
const CLASSES: Readonly<Record<string, string>> = {
  "1xx": "information",
  "2xx": "success",
  "3xx": "elsewhere",
  "4xx": "refused",
  "5xx": "failed",
};
const MOST_CHARS = 90;
/** Of a facet, before somebody asks for the others. */
const SHOWN_VALUES = 10;
/** As in the style sheet: where they stand beside the lines, and not above. */
const WIDE = "(min-width: 60rem)";

/** What the found lines have in common; each value narrows the search to it. */
export function facets({ facets: answers, found, is_done: isDone, is_whole: isWhole }: SearchPart, place: Place) {
  return html`<aside class="facets" aria-label="What these lines have in common">
    <details ?open=${matchMedia(WIDE).matches}>
      <summary>
        ${
          isDone
            ? `Most frequent values of ${isWhole ? "all" : "the newest"} ${thingsText(found, "line")}. Choose one to see only those.`
            : "What these lines have in common is told once the search is done."
        }
      </summary>
      ${answers.map((answer) => facet(answer, place))}
    </details>
  </aside>`;
}

function facet({ name, values, more }: FacetAnswer, place: Place): TemplateResult | typeof nothing {
  if (values.length === 0) return nothing;
  const others = values.slice(SHOWN_VALUES);
  return html`<section aria-label=${TITLES[name]}>
    <h2>${TITLES[name]}</h2>
    ${list(name, values.slice(0, SHOWN_VALUES), place)}
    ${
      others.length === 0
        ? nothing
        : html`<details>
            <summary>and ${countText(others.length + more)} more</summary>
            ${list(name, others, place)}
            ${more === 0 ? nothing : html`<p class="note">and ${countText(more)} that are not listed: narrow the search to see them</p>`}
          </details>`
    }
  </section>`;
}

function list(name: FacetName, values: readonly FacetValue[], place: Place): TemplateResult {
  return html`<ul>
    ${values.map(
      ({ value, count, conditions }) => html`<li>
        ${
          conditions.length === 0
            ? logged(value, MOST_CHARS)
            : html`<a href=${linkWithConditions(
                place,
                conditions.map(([param, wanted]) => ({ name: param, value: wanted })),
              )}>${logged(value, MOST_CHARS)}${name === "status_class" ? ` ${CLASSES[value] ?? ""}` : ""}</a>`
        }
        <span class="count">${countText(count)}</span>
      </li>`,
    )}
  </ul>`;
}
