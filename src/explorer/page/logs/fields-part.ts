import { html, nothing, type TemplateResult } from "lit-html";
import type { FieldAnswer, LineVariant } from "../../logs-answers.ts";
import type { Place } from "../address.ts";
import { emptyBox } from "../states.ts";
import { linkWithConditions } from "./question.ts";
import { logged } from "./visible-text.ts";

const SHORT_CHARS = 500;
/** A longer value nobody searches for. */
const MOST_SEARCHED_CHARS = 200;

/** The members of a record in their order; each plain value can be searched for. */
export function fieldsPart(
  { fields }: LineVariant,
  place: Place,
  isExpanded: (key: string) => boolean,
  onExpand: (key: string) => void,
): TemplateResult {
  if (fields.length === 0) return emptyBox("This line has no fields: it is no JSON record. See the raw line.");
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Fields">
    <table class="fields">
      <caption>Fields in the order of the line</caption>
      <thead><tr><th scope="col">Field</th><th scope="col">Value</th><th scope="col">Search</th></tr></thead>
      <tbody>
        ${fields.map((field) => {
          const { name, value, is_cut: isCut } = field;
          const text = textOf(field);
          const isLong = text.length > SHORT_CHARS;
          const shows = isLong && !isExpanded(name) ? SHORT_CHARS : text.length;
          return html`<tr>
            <th scope="row">${logged(name, name.length)}</th>
            <td class="key mono">
              ${logged(text, shows)}
              ${
                isLong && !isExpanded(name)
                  ? html`<button type="button" @click=${() => onExpand(name)}>Show all of ${name}</button>`
                  : nothing
              }
              ${isCut ? html`<span class="note">(this is the beginning; see the raw line)</span>` : nothing}
            </td>
            <td>${searchLink(name, text, value, isCut, place)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function searchLink(name: string, text: string, value: string, isCut: boolean, place: Place) {
  const isPlain = !/^[[{n]/.test(value) && text !== "";
  if (!isPlain || isCut || text.length > MOST_SEARCHED_CHARS) return nothing;
  const condition = name === "correlation_id" ? { name, value: text } : { name: "field", value: `${name}=${text}` };
  return html`<a href=${linkWithConditions(place, [condition])} aria-label="Search for this ${name}">search</a>`;
}

/** A text without its quotes, anything else as it stands. */
function textOf({ value, is_cut: isCut }: FieldAnswer): string {
  if (isCut || !value.startsWith('"')) return value;
  const text: unknown = JSON.parse(value);
  return typeof text === "string" ? text : value;
}
