import { html, nothing, type TemplateResult } from "lit-html";
import type { DayAnswer, HourAnswer, HoursAnswer, StreamMonth } from "../../archive-answers.ts";
import { linkWith, type Place } from "../address.ts";
import { localText } from "../moment.ts";
import { bytesText, countText, thingsText } from "../quantity.ts";
import { emptyBox } from "../states.ts";
import { daysBetween, neighbours } from "./month.ts";

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));

/** How an hour is drawn: not by its colour alone. */
const KINDS = {
  sealed: { sign: "✓", words: "sealed: its lines are in the vault for good" },
  revised: { sign: "2", words: "sealed again after late lines came: so many times" },
  open: { sign: "○", words: "open: lines wait to be sealed" },
  altered: { sign: "!", words: "altered: something of it is not as it was written or signed" },
  missing: { sign: "✕", words: "missing: something that was sealed is not there any more, or not to be trusted" },
  none: { sign: "·", words: "no line" },
} as const;

type Kind = keyof typeof KINDS;

/** The hours of a month, by stream. */
export function calendar(answer: HoursAnswer, place: Place): TemplateResult {
  const { month, months, streams } = answer;
  if (months === null)
    return emptyBox("No lines are archived yet: logtally run archives some, logtally demo makes some up.");
  const shown = streams.filter(({ days }) => days.length > 0);
  return html`
    ${monthLinks(month, months, place)}
    ${
      shown.length === 0
        ? emptyBox(`No line was filed in ${month}. Lines are there from ${months.first} to ${months.last}.`)
        : html`
            <ul class="legend hours-legend">
              ${(Object.keys(KINDS) as Kind[]).map(
                (kind) =>
                  html`<li><span class="hour ${kind}" aria-hidden="true">${KINDS[kind].sign}</span> ${KINDS[kind].words}</li>`,
              )}
            </ul>
            ${shown.map((stream) => grid(stream, place))}
          `
    }
  `;
}

function monthLinks(
  month: string,
  { first, last }: { readonly first: string; readonly last: string },
  place: Place,
): TemplateResult {
  const { before, after } = neighbours(month);
  const link = (name: string, words: string, isThere: boolean): TemplateResult | typeof nothing =>
    isThere ? html`<a class="button" href=${linkWith(place, { month: name, day: null })}>${words}</a>` : nothing;
  return html`<nav class="row months" aria-label="Months">
    ${link(before, `← ${before}`, before >= first)}
    <strong aria-current="true">${month}</strong>
    ${link(after, `${after} →`, after <= last)}
    ${link(last, "newest", month !== last && after !== last)}
  </nav>`;
}

function grid({ stream, days }: StreamMonth, place: Place): TemplateResult {
  const known = new Map(days.map((day) => [day.day, day]));
  const dated = days.map(({ day }) => day).filter((day) => day !== "undated");
  const rows = [...daysBetween(dated[0], dated.at(-1)), ...(known.has("undated") ? ["undated"] : [])];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Hours of stream ${stream}">
    <table class="hours">
      <caption>
        Stream <span class="logged">${stream}</span>: filing hours in UTC. A day opens below.
      </caption>
      <thead>
        <tr>
          <th scope="col">day</th>
          ${HOURS.map((hour) => html`<th scope="col" class="clock">${hour}</th>`)}
          <th scope="col" class="number">lines</th>
          <th scope="col" class="number">stored</th>
          <th scope="col">signed</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((name) => row(name, known.get(name) ?? null, place))}
      </tbody>
    </table>
  </div>`;
}

function row(name: string, day: DayAnswer | null, place: Place): TemplateResult {
  const isChosen = place.params.get("day") === name;
  const link = linkWith(place, { day: isChosen ? null : name });
  return html`<tr class=${isChosen ? "chosen" : ""}>
    <th scope="row"><a href=${link} aria-current=${isChosen ? "true" : "false"}>${name === "undated" ? "without time" : name}</a></th>
    ${
      name === "undated"
        ? html`<td class="hour ${kindOf(day?.hours[0] ?? null)}" colspan="24">${hourSign(day?.hours[0] ?? null, "without time")}</td>`
        : HOURS.map((hour, at) => cell(day?.hours[at] ?? null, name, hour))
    }
    <td class="number">${day === null ? "–" : countText(day.lines)}</td>
    <td class="number">${day === null ? "–" : bytesText(day.stored_bytes)}</td>
    <td>${day === null ? "–" : signedText(day)}</td>
  </tr>`;
}

/** How much of a day digests name. */
export function signedText({ objects, not_signed: unsigned }: Pick<DayAnswer, "objects" | "not_signed">): string {
  if (objects === 0) return "not sealed";
  return unsigned === 0 ? "all of it" : `${thingsText(unsigned, "manifest")} not`;
}

function cell(hour: HourAnswer | null, day: string, clock: string): TemplateResult {
  const when = `${day} ${clock}:00`;
  const title = `${when} UTC, ${hourWords(hour)}\n${localText(`${day}T${clock}:00:00Z`)}`;
  return html`<td class="hour ${kindOf(hour)}" title=${title}>${hourSign(hour, when)}</td>`;
}

function hourSign(hour: HourAnswer | null, when: string): TemplateResult {
  const kind = kindOf(hour);
  const sign = kind === "revised" ? countText(hour?.revisions ?? 0) : KINDS[kind].sign;
  return html`<span aria-hidden="true">${sign}</span><span class="unseen">${when}, ${hourWords(hour)}</span>`;
}

function kindOf(hour: HourAnswer | null): Kind {
  if (hour === null) return "none";
  return hour.state === "sealed" && hour.revisions > 1 ? "revised" : hour.state;
}

/** `sealed, 2,913 lines` */
export function hourWords(hour: HourAnswer | null): string {
  if (hour === null || hour.state === "none") return "no line";
  const { state, lines, revisions } = hour;
  const again = revisions > 1 ? ` ${thingsText(revisions, "time")}` : "";
  const sealed = `sealed${again}, ${thingsText(lines, "line")}`;
  switch (state) {
    case "sealed":
      return sealed;
    case "open":
      return revisions === 0 ? "open, nothing sealed yet" : `open, more lines wait; ${sealed}`;
    case "altered":
      return `altered, something of it is not as it was written or signed${butWords(sealed, revisions)}`;
    case "missing":
      return `missing, something that was sealed is not there or not to be trusted${butWords(sealed, revisions)}`;
  }
}

function butWords(sealed: string, revisions: number): string {
  return revisions === 0 ? "" : `; ${sealed}`;
}
