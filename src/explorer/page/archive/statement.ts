import { html, type TemplateResult } from "lit-html";
import type { HoursAnswer } from "../../archive-answers.ts";
import { agoText } from "../duration.ts";
import { moment } from "../moment.ts";
import { bytesText, thingsText } from "../quantity.ts";
import { remarksBox } from "../states.ts";
import { daysText, intactnessOf } from "./intactness.ts";

/** The answer to what an auditor asks first, and what it rests on. */
export function statement(answer: HoursAnswer): TemplateResult {
  const { tone, answer: words, more } = intactnessOf(answer);
  const { streams, archive, verified, now } = answer;
  return html`
    <div class="intact ${tone}">
      <p class="words">${words}</p>
      <p class="note">${more}</p>
    </div>
    <ul class="rests">
      ${streams.map(
        ({ stream, sealed_through: sealed, signed_at: signed }) => html`<li>
          Stream <span class="logged">${stream}</span>:
          ${sealed === null ? "nothing sealed yet (logtally seal)" : html`everything before ${moment(sealed)} is sealed`},
          ${signed === null ? "nothing signed yet (logtally sign)" : html`signed at ${moment(signed)}`}.
        </li>`,
      )}
      <li>
        ${
          verified === null
            ? "Not verified since logtally explore was started."
            : html`Verified ${agoText(verified.at, now)}, at ${moment(verified.at)}: ${daysText(verified)}, ${verified.verdict}.`
        }
      </li>
      <li>
        Stored are ${bytesText(archive.vault_bytes)} in ${thingsText(archive.vault_objects, "object")} of the vault, and
        ${bytesText(archive.wal_bytes)} in ${thingsText(archive.wal_objects, "object")} of the write-ahead log.
      </li>
    </ul>
    ${remarksBox(answer.remarks)}
  `;
}
